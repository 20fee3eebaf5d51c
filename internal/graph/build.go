package graph

import (
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/internal/explain"
	"github.com/stackctl/stack/state"
)

// builder collects nodes and edges.
type builder struct {
	nodes map[Key]*Node
	edges []Edge
}

// node is the node of a key, made if it is not there.
func (b *builder) node(key Key) *Node {
	if b.nodes[key] == nil {
		b.nodes[key] = &Node{Key: key}
	}
	return b.nodes[key]
}

// complete adds the services that are only depended on, and finds the jobs.
func (b *builder) complete() {
	for _, e := range b.edges {
		if b.nodes[e.To] == nil {
			b.node(e.To).Inactive = true
		}
		if e.Condition == state.Completed {
			b.node(e.To).Job = true
		}
	}
}

func (b *builder) addDesired(desired state.Desired, with With) {
	for _, s := range desired.Services {
		key := Key{Service, s.Name}
		n := b.node(key)
		n.Replicas, n.Job = s.Replicas, s.OneShot
		b.depends(key, s.DependsOn)
		for _, model := range slices.Sorted(maps.Keys(s.Config.Models)) {
			b.uses(key, Key{Model, model})
		}
		if with.Networks {
			for _, network := range slices.Sorted(maps.Keys(s.Config.Networks)) {
				b.uses(key, Key{Network, network})
			}
		}
		if with.Volumes {
			b.usesVolumes(key, s.Config.Volumes)
		}
	}
	for _, p := range desired.Providers {
		key := Key{Service, p.Name}
		n := b.node(key)
		n.Provider, n.Replicas = true, 1
		b.depends(key, p.DependsOn)
	}
	for _, n := range desired.Networks {
		if with.Networks {
			b.node(Key{Network, n.Key}).External = n.External
		}
	}
	for _, v := range desired.Volumes {
		if with.Volumes {
			b.node(Key{Volume, v.Key}).External = v.External
		}
	}
}

func (b *builder) depends(from Key, on []state.Dependency) {
	for _, d := range on {
		b.edges = append(b.edges, Edge{From: from, To: Key{Service, d.Service}, Condition: d.Condition, Optional: !d.Required, Restart: d.Restart})
	}
}

// uses adds an edge to what is no service, once.
func (b *builder) uses(from, to Key) {
	b.node(to)
	if e := (Edge{From: from, To: to}); !slices.Contains(b.edges, e) {
		b.edges = append(b.edges, e)
	}
}

func (b *builder) usesVolumes(key Key, volumes []types.ServiceVolumeConfig) {
	for _, v := range volumes {
		if v.Type == types.VolumeTypeVolume && v.Source != "" {
			b.uses(key, Key{Volume, v.Source})
		}
	}
}

// addObserved goes by labels: a network or volume has the name there that the
// file has for it.
func (b *builder) addObserved(observed state.Observed, with With) {
	networks, volumes := map[string]string{}, map[string]string{}
	for _, n := range observed.Networks {
		networks[n.Name] = n.Labels[state.LabelNetwork]
	}
	for _, v := range observed.Volumes {
		volumes[v.Name] = v.Labels[state.LabelVolume]
	}
	for _, s := range observed.Services { // of a Swarm: one may have no task
		if !s.OneOff() {
			b.node(Key{Service, s.Service})
		}
	}
	seen := map[Key]bool{}
	for _, c := range observed.Containers {
		if c.OneOff || c.IsHook() || c.Service == "" {
			continue
		}
		key := Key{Service, c.Service}
		b.node(key).Replicas++
		if !seen[key] {
			b.depends(key, state.DecodeDependsOn(c.Labels[state.LabelDependsOn]))
		}
		seen[key] = true
		for _, name := range slices.Sorted(maps.Keys(c.Networks)) {
			if with.Networks {
				b.usesNamed(key, Network, name, networks)
			}
		}
		for _, m := range c.Mounts {
			if with.Volumes && m.Name != "" {
				b.usesNamed(key, Volume, m.Name, volumes)
			}
		}
	}
}

// usesNamed adds the use of a thing by its key, if it is the project's; what
// has no label is of somebody else, or anonymous.
func (b *builder) usesNamed(from Key, kind Kind, name string, keys map[string]string) {
	if key := keys[name]; key != "" {
		b.uses(from, Key{kind, key})
	}
}

// addStates says how the nodes are.
func (b *builder) addStates(found Found) {
	explained := explain.Found{Project: found.Project, Desired: found.Desired, Observed: *found.Observed}
	var names []string
	for key, n := range b.nodes {
		if key.Kind == Service && !n.Provider {
			names = append(names, key.Name)
		}
	}
	for _, s := range explain.Services(explained, names) {
		b.nodes[Key{Service, s.Name}].State = stateOf(s)
	}
	there := map[Key]bool{}
	for _, n := range found.Observed.Networks {
		there[Key{Network, n.Name}] = true
	}
	for _, v := range found.Observed.Volumes {
		there[Key{Volume, v.Name}] = true
	}
	name := b.engineNames(found)
	for key, n := range b.nodes {
		switch {
		case key.Kind != Network && key.Kind != Volume:
		case found.Desired == nil || there[Key{key.Kind, name[key]}]:
			n.State = Present
		default:
			n.State = Missing
		}
	}
}

// engineNames are the engine's names of networks and volumes.
func (b *builder) engineNames(found Found) map[Key]string {
	names := map[Key]string{}
	if found.Desired == nil {
		return names
	}
	for _, n := range found.Desired.Networks {
		names[Key{Network, n.Key}] = n.Config.Name
	}
	for _, v := range found.Desired.Volumes {
		names[Key{Volume, v.Key}] = v.Config.Name
	}
	return names
}
