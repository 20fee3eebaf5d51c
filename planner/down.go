package planner

import (
	"fmt"
	"slices"
	"time"

	"github.com/stackctl/stack/dag"
	"github.com/stackctl/stack/state"
)

// Down plans to remove a project's containers, each as soon as those that
// depend on it are gone, then its networks, and what the policy says besides.
// Of desired only the project's name is needed: without a model, all that has
// the project's label is the project's.
func Down(desired state.Desired, observed state.Observed, policy DownPolicy) (Plan, error) {
	if observed.Engine.Swarm() {
		return swarmDown(desired, observed, policy)
	}
	t := newTeardown(desired, observed, policy.StopTimeout)
	t.choose(func(c state.Container) bool {
		selected := len(policy.Services) == 0 || slices.Contains(policy.Services, c.Service)
		known := len(policy.Services) > 0 || len(desired.Known) == 0 || slices.Contains(desired.Known, c.Service)
		return selected && (policy.RemoveOrphans || c.IsHook() || known && !c.OneOff)
	})
	t.chooseProviders(policy.Services, t.removeNode)
	t.addContainers(func(m removal) ID {
		if m.container.IsHook() {
			return t.removeHook(m.container, m.after)
		}
		m.options.Volumes = policy.Volumes
		t.change(Change{Ref: m.ref, Name: m.container.Name, Action: Delete})
		return t.remove(m)
	})
	if len(policy.Services) == 0 {
		t.addNetworks(observed.Networks)
	}
	if policy.Volumes && len(policy.Services) == 0 {
		t.addVolumes(observed.Volumes, desired.Volumes)
	}
	t.addFilesVolumes(policy.Services)
	t.addImages(desired, policy)
	return t.plan()
}

// teardown is a draft that only takes away.
type teardown struct {
	*draft
	chosen     []state.Container
	dependents map[string][]string // services by the one that they depend on
	last       map[string]ID       // the node that ends a container, by its id

	providers    map[string]state.Provider // the chosen ones, by name
	endProvider  func(state.Provider) Node
	lastProvider map[string]ID // the node that ends a provider
}

func newTeardown(desired state.Desired, observed state.Observed, timeout *time.Duration) *teardown {
	d := newDraft(state.Desired{Project: desired.Project, Providers: desired.Providers}, observed, UpPolicy{StopTimeout: timeout})
	d.model = desired
	for _, s := range desired.Services {
		d.services[s.Name] = &servicePlan{service: s}
	}
	return &teardown{
		draft: d, last: map[string]ID{}, providers: map[string]state.Provider{}, lastProvider: map[string]ID{},
	}
}

// choose takes the containers to end, and works out who depends on whom.
func (t *teardown) choose(wanted func(state.Container) bool) {
	for _, c := range t.index.all {
		if wanted(c) {
			t.chosen = append(t.chosen, c)
		}
	}
	t.relate()
}

// relate works out who depends on whom from what the chosen containers were
// created with and from the model. Containers from several versions of the file
// can contradict each other; they are then ended in no particular order.
func (t *teardown) relate() {
	g := dag.New[string]()
	for _, c := range t.chosen {
		for _, dependency := range state.DecodeDependsOn(c.Labels[state.LabelDependsOn]) {
			g.Edge(c.Service, dependency.Service)
		}
	}
	for name, p := range t.services {
		for _, dependency := range p.service.DependsOn {
			g.Edge(name, dependency.Service)
		}
	}
	for _, p := range t.desired.Providers {
		for _, dependency := range p.DependsOn {
			g.Edge(p.Name, dependency.Service)
		}
	}
	t.dependents = map[string][]string{}
	if g.Cycle() != nil {
		return
	}
	reverse := g.Reverse()
	for _, name := range reverse.Nodes() {
		t.dependents[name] = reverse.Dependencies(name)
	}
}

// addContainers ends each chosen container, and provider, after those of its
// dependents.
func (t *teardown) addContainers(end func(removal) ID) {
	done := map[string]bool{} // services
	var ended func(service string) []ID
	ended = func(service string) []ID {
		var ids []ID
		if !done[service] {
			done[service] = true
			t.endService(service, ended, end)
		}
		for _, c := range t.chosen {
			if c.Service == service {
				ids = append(ids, t.last[c.ID])
			}
		}
		if id := t.lastProvider[service]; id != "" {
			ids = append(ids, id)
		}
		if len(ids) == 0 { // none of its own: as soon as its dependents are gone
			for _, dependent := range t.dependents[service] {
				ids = append(ids, ended(dependent)...)
			}
		}
		return ids
	}
	for _, c := range t.chosen {
		ended(c.Service)
	}
	for _, p := range t.desired.Providers {
		if _, chosen := t.providers[p.Name]; chosen {
			ended(p.Name)
		}
	}
}

func (t *teardown) endService(service string, ended func(string) []ID, end func(removal) ID) {
	var after []ID
	for _, dependent := range t.dependents[service] {
		after = append(after, ended(dependent)...)
	}
	if p, is := t.providers[service]; is {
		node := t.endProvider(p)
		node.After = after
		t.lastProvider[service] = t.nodes.add(node)
	}
	taken := map[string]bool{}
	for _, c := range t.chosen {
		if c.Service != service {
			continue
		}
		ref := state.ContainerRef(c.Service, c.Number)
		label := ref.String()
		if c.OneOff || c.IsHook() || taken[label] {
			label += " " + c.Name
		}
		taken[label] = true
		t.last[c.ID] = end(removal{label: label, ref: ref, container: c, group: service, after: after})
	}
}

func (t *teardown) addNetworks(networks []state.ObservedNetwork) {
	for _, n := range networks {
		if n.Labels[state.LabelProject] != t.desired.Project.Name {
			continue
		}
		ref := state.NetworkRef(n.Labels[state.LabelNetwork])
		action := Delete
		holder, ours := t.holder(n)
		if holder != "" {
			hint := fmt.Sprintf("network %s is in use by container %s, which is not this project's: disconnect it with `docker network disconnect %s %s`",
				n.Name, holder, n.Name, holder)
			if ours {
				action = NoOp
				hint = stays("network "+n.Name, holder)
			}
			t.warnings = append(t.warnings, hint)
		}
		t.change(Change{Ref: ref, Name: n.Name, Action: action})
		if action == NoOp {
			continue
		}
		var after []ID
		for _, c := range t.chosen {
			if _, attached := c.Networks[n.Name]; attached {
				after = append(after, t.last[c.ID])
			}
		}
		id := ID("remove network " + n.Name)
		if n.ID != t.index.networks[n.Name].ID {
			id += ID(" " + short(n.ID)) // another of the same name
		}
		t.nodes.add(Node{ID: id, Ref: ref, Group: "networks", After: after, Held: holder,
			Op: RemoveNetwork{Name: n.Name, ID: n.ID}})
	}
}

// holder is a container that stays and is attached to the network, and whether
// it is the project's.
func (t *teardown) holder(n state.ObservedNetwork) (name string, ours bool) {
	for _, c := range t.index.all {
		if _, attached := c.Networks[n.Name]; attached && c.Running() && t.last[c.ID] == "" {
			return c.Name, true
		}
	}
	var names []string
	for id, name := range n.Containers {
		// Of ours, those that run were seen above: another has just ended.
		mine := slices.ContainsFunc(t.index.all, func(c state.Container) bool { return c.ID == id })
		if !mine && t.last[id] == "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "", false
	}
	return slices.Min(names), false
}

// stays says why something of the project is left.
func stays(what, container string) string {
	return fmt.Sprintf("%s stays: Resource is still in use by container %s, which is no replica of a service; --remove-orphans removes both", what, container)
}
