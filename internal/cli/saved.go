package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// savedVersion is the version of a saved plan's form.
const savedVersion = 1

// imagePrefix begins the names of images among the observed things.
const imagePrefix = "image "

// savedPlan is a plan in a file, with what it was made from and for. The file
// has the environment of services in it: it is for its owner's eyes.
type savedPlan struct {
	Version  int              `json:"version"`
	Engine   state.EngineInfo `json:"engine"`
	Project  string           `json:"project"`
	Services []string         `json:"services,omitempty"` // that were named
	NoDeps   bool             `json:"noDeps,omitempty"`
	Scale    []string         `json:"scale,omitempty"`
	// Desired and Observed have a digest of each thing that is wanted and that
	// was there, by its name: "service web", "container shop-web-1".
	Desired  map[string]string `json:"desired"`
	Observed map[string]string `json:"observed"`
	Policy   planner.UpPolicy  `json:"policy"`
	Plan     json.RawMessage   `json:"plan"`

	file string
}

func newSavedPlan(o planOptions, services []string, c *convergence, s step) (*savedPlan, error) {
	plan, err := json.Marshal(deeds(s.plan))
	if err != nil {
		return nil, fmt.Errorf("plan of project %s: %w", s.plan.Project, err)
	}
	return &savedPlan{
		Version: savedVersion, Engine: s.observed.Engine, Project: s.plan.Project,
		Services: services, NoDeps: o.noDeps, Scale: o.scale,
		Desired: desiredDigests(c.desired), Observed: observedDigests(s.observed, planner.Scope(c.desired).Images),
		Policy: c.policy, Plan: plan,
	}, nil
}

// deeds is a plan without what does not matter to what it does: where the files
// say so, which a comment above moves, and the warnings.
func deeds(plan planner.Plan) planner.Plan {
	plan.Warnings = nil
	plan.Changes, plan.Consents, plan.Nodes = slices.Clone(plan.Changes), slices.Clone(plan.Consents), slices.Clone(plan.Nodes)
	for i := range plan.Changes {
		plan.Changes[i].Reasons = unplaced(plan.Changes[i].Reasons)
	}
	for i := range plan.Consents {
		plan.Consents[i].Reasons = unplaced(plan.Consents[i].Reasons)
	}
	for i := range plan.Nodes {
		plan.Nodes[i].Written = nil
	}
	return plan
}

func unplaced(reasons []planner.Reason) []planner.Reason {
	reasons = slices.Clone(reasons)
	for i := range reasons {
		reasons[i].At = state.Position{}
	}
	return reasons
}

// write replaces the file, readable by its owner only.
func (p *savedPlan) write(file string) error {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("save plan: %w", err)
	}
	failed := func(err error) error { // it is about another file, that nobody asked for
		var path *fs.PathError
		var link *os.LinkError
		switch {
		case errors.As(err, &path):
			err = path.Err
		case errors.As(err, &link):
			err = link.Err
		}
		return fmt.Errorf("save plan: %s: %w", file, err)
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".stack-plan-*")
	if err != nil {
		return failed(err)
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return failed(err)
	}
	return nil
}

func readPlan(file string) (*savedPlan, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("saved plan: %w", err)
	}
	p := &savedPlan{file: file}
	if err := json.Unmarshal(text, p); err != nil {
		return nil, fmt.Errorf("saved plan %s: expected what 'stack plan --out' wrote: %w", file, err)
	}
	if p.Version != savedVersion {
		return nil, fmt.Errorf("saved plan %s: expected version %d, found %d: save it again with 'stack plan --out'", file, savedVersion, p.Version)
	}
	return p, nil
}

// apply makes the flags that say what is wanted those of the saved plan, and
// returns the services that were named.
func (p *savedPlan) apply(o *planOptions) []string {
	o.noDeps, o.scale = p.NoDeps, p.Scale
	return p.Services
}

// check returns an error that says what has moved, if the plan that is made now
// is not the saved one.
func (p *savedPlan) check(desired state.Desired, now step) error {
	plan, err := json.Marshal(deeds(now.plan))
	if err != nil {
		return fmt.Errorf("plan of project %s: %w", now.plan.Project, err)
	}
	var saved bytes.Buffer
	if err := json.Compact(&saved, p.Plan); err != nil {
		return fmt.Errorf("saved plan %s: %w", p.file, err)
	}
	if bytes.Equal(saved.Bytes(), plan) {
		return nil
	}
	return fmt.Errorf("the plan in %s does not hold any more: %s. Nothing was changed; look at a new one with 'stack plan --out %s'",
		p.file, p.moved(desired, now), p.file)
}

// moved says what is not as it was when the plan was made.
func (p *savedPlan) moved(desired state.Desired, now step) string {
	var all []string
	if now.plan.Project != p.Project {
		all = append(all, fmt.Sprintf("it is for project %s, and this is project %s", p.Project, now.plan.Project))
	}
	if now.observed.Engine.Name != p.Engine.Name {
		all = append(all, fmt.Sprintf("it is for the engine %s, and this is %s", p.Engine.Name, now.observed.Engine.Name))
	}
	if changes := compareDigests(p.Observed, observedDigests(now.observed, planner.Scope(desired).Images)); len(changes) > 0 {
		all = append(all, "what runs has moved on: "+strings.Join(changes, ", "))
	}
	if changes := compareDigests(p.Desired, desiredDigests(desired)); len(changes) > 0 {
		all = append(all, "the project's files have changed: "+strings.Join(changes, ", "))
	}
	if len(all) == 0 {
		return "the same files and containers give another plan now, as another version of stack may have made it"
	}
	return strings.Join(all, "; ")
}

func compareDigests(before, after map[string]string) []string {
	var changes []string
	for name, digest := range before {
		now, there := after[name]
		switch {
		case !there && strings.HasPrefix(name, imagePrefix): // the files have another one
		case !there:
			changes = append(changes, name+" is gone")
		case now != digest:
			changes = append(changes, name+" changed")
		}
	}
	for name := range after {
		if _, there := before[name]; !there && !strings.HasPrefix(name, imagePrefix) {
			changes = append(changes, name+" is new")
		}
	}
	slices.Sort(changes)
	return changes
}

func desiredDigests(d state.Desired) map[string]string {
	digests := map[string]string{"project " + d.Project.Name: digest(d.Project)}
	for _, s := range d.Services {
		digests["service "+s.Name] = digest(s)
	}
	for _, p := range d.Providers {
		digests["provider "+p.Name] = digest(p)
	}
	for _, m := range d.Models {
		digests["model "+m.Key] = digest(m)
	}
	for _, n := range d.Networks {
		digests["network "+n.Key] = digest(n)
	}
	for _, v := range d.Volumes {
		digests["volume "+v.Key] = digest(v)
	}
	return digests
}

// observedDigests has an entry for each of the images that were asked for, also
// for those that are not there.
func observedDigests(o state.Observed, images []string) map[string]string {
	digests := map[string]string{}
	for _, c := range o.Containers {
		digests["container "+c.Name] = digest(steady(c))
	}
	for _, n := range o.Networks {
		n.Containers = nil // the containers say it themselves
		digests["network "+n.Name] = digest(n)
	}
	for _, v := range o.Volumes {
		digests["volume "+v.Name] = digest(v)
	}
	for _, reference := range images {
		digests[imagePrefix+reference] = digest(o.Images[reference].ID)
	}
	return digests
}

// steady is a container without what changes while nothing happens to it.
func steady(c state.Container) state.Container {
	c.HealthLog, c.RestartCount = nil, 0
	c.StartedAt, c.FinishedAt = time.Time{}, time.Time{}
	c.Networks = maps.Clone(c.Networks)
	for name, endpoint := range c.Networks {
		endpoint.Address = ""
		c.Networks[name] = endpoint
	}
	return c
}

// digest is a digest of a value's JSON form. Plain data always has one.
func digest(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		text = []byte(err.Error())
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}
