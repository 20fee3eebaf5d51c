package drift

import (
	"cmp"
	"slices"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// Applied is a project as it was applied.
type Applied struct {
	Project string
	Basis   Basis
	// Desired is what was wanted; nil where it is not known.
	Desired *state.Desired
	// Containers are all that there were. They are not read where the basis is
	// the labels.
	Containers []state.Container
	// Services are those of a Swarm, as they were wanted. One without an id is one
	// that could not be created.
	Services []state.ObservedService
}

// Compare says what of a project is no longer as it was applied, about some of
// its services or, where none is named, all. Containers of `run` and of hooks
// come and go: they are no drift.
func Compare(applied Applied, observed state.Observed, services []string) Report {
	c := newComparison(applied, observed, services)
	switch {
	case observed.Engine.Swarm():
		c.swarm(observed)
	case applied.Basis.Source == FromLabels:
		c.labels()
	default:
		c.revision()
	}
	slices.SortStableFunc(c.report.Drifts, func(a, b Drift) int {
		return cmp.Or(a.Ref.Compare(b.Ref), cmp.Compare(a.Name, b.Name))
	})
	return c.report
}

// Scope is what has to be observed to compare.
func Scope(applied Applied) state.Scope {
	scope := state.Scope{Project: applied.Project, References: true}
	if applied.Desired != nil {
		swarm := planner.Scope(state.Desired{Networks: applied.Desired.Networks, Inputs: applied.Desired.Inputs})
		scope.Networks, scope.Configs, scope.Secrets = swarm.Networks, swarm.Configs, swarm.Secrets
	}
	for _, c := range applied.Containers {
		for name := range c.Networks {
			scope.Networks = append(scope.Networks, name)
		}
		for _, m := range c.Mounts {
			if m.Type == "volume" {
				scope.Volumes = append(scope.Volumes, m.Name)
			}
		}
	}
	for _, names := range []*[]string{&scope.Networks, &scope.Volumes} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return scope
}

// comparison is a report while it is drawn up.
type comparison struct {
	applied  Applied
	services []string
	all      []state.Container
	found    []state.Container // the replicas that it is about
	networks map[string]state.ObservedNetwork
	volumes  map[string]state.ObservedVolume
	images   map[string]state.Image
	report   Report
}

func newComparison(applied Applied, observed state.Observed, services []string) *comparison {
	c := &comparison{
		applied: applied, services: services, all: observed.Containers, images: observed.Images,
		networks: map[string]state.ObservedNetwork{}, volumes: map[string]state.ObservedVolume{},
		report: Report{Project: applied.Project, Basis: applied.Basis, Drifts: []Drift{}},
	}
	c.found = c.replicas(observed.Containers)
	for _, n := range observed.Networks {
		c.networks[n.Name] = n
	}
	for _, v := range observed.Volumes {
		c.volumes[v.Name] = v
	}
	return c
}

// replicas are the containers that the comparison is about.
func (c *comparison) replicas(all []state.Container) []state.Container {
	var replicas []state.Container
	for _, container := range all {
		about := len(c.services) == 0 || slices.Contains(c.services, container.Service)
		if about && !container.OneOff && !container.IsHook() {
			replicas = append(replicas, container)
		}
	}
	return replicas
}

func (c *comparison) add(d Drift) { c.report.Drifts = append(c.report.Drifts, d) }

// about is a drift of a container.
func about(container state.Container, kind Kind, field, applied, found string) Drift {
	return Drift{
		Ref: state.ContainerRef(container.Service, container.Number), Name: container.Name,
		Kind: kind, Field: field, Applied: applied, Found: found,
	}
}

// service is what was wanted of a service, nil where it is not known.
func (c *comparison) service(name string) *state.Service {
	if c.applied.Desired == nil {
		return nil
	}
	for i, s := range c.applied.Desired.Services {
		if s.Name == name {
			return &c.applied.Desired.Services[i]
		}
	}
	return nil
}

func short(id string) string {
	const prefix = "sha256:"
	if len(id) > len(prefix) && id[:len(prefix)] == prefix {
		id = id[len(prefix):]
	}
	return id[:min(12, len(id))]
}
