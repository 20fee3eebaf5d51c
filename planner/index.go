package planner

import (
	"cmp"
	"slices"

	"github.com/stackctl/stack/state"
)

// Scope is what has to be observed to plan for what is desired.
func Scope(desired state.Desired) state.Scope {
	scope := state.Scope{Project: desired.Project.Name}
	for _, n := range desired.Networks {
		scope.Networks = append(scope.Networks, n.Config.Name)
	}
	for _, v := range desired.Volumes {
		scope.Volumes = append(scope.Volumes, v.Config.Name)
	}
	for _, s := range desired.Services {
		scope.Images = append(scope.Images, s.Images()...)
		for _, hook := range s.PreStart {
			scope.Images = append(scope.Images, state.ImagesOf(hook.Config)...)
		}
	}
	for _, spec := range desired.Builds {
		scope.Images = append(scope.Images, spec.Image)
	}
	for _, input := range desired.Inputs {
		switch {
		case input.External && input.Kind == state.KindConfig:
			scope.Configs = append(scope.Configs, input.Name)
		case input.External:
			scope.Secrets = append(scope.Secrets, input.Name)
		}
	}
	slices.Sort(scope.Images)
	scope.Images = slices.Compact(scope.Images)
	return scope
}

// index is what is observed, by name.
type index struct {
	engine     state.EngineInfo
	all        []state.Container
	containers map[string][]state.Container // by service, without one-off ones and hooks
	hooks      map[string][]state.Container // containers of hooks, by service
	networks   map[string]state.ObservedNetwork
	twins      map[string][]state.ObservedNetwork // of the same name
	volumes    map[string]state.ObservedVolume
	images     map[string]state.Image
}

func newIndex(observed state.Observed) index {
	x := index{
		engine:     observed.Engine,
		containers: map[string][]state.Container{},
		hooks:      map[string][]state.Container{},
		networks:   map[string]state.ObservedNetwork{},
		twins:      map[string][]state.ObservedNetwork{},
		volumes:    map[string]state.ObservedVolume{},
		images:     observed.Images,
	}
	x.all = slices.SortedFunc(slices.Values(observed.Containers), compareContainers)
	for _, c := range x.all {
		switch {
		case c.IsHook():
			x.hooks[c.Service] = append(x.hooks[c.Service], c)
		case !c.OneOff:
			x.containers[c.Service] = append(x.containers[c.Service], c)
		}
	}
	for _, n := range slices.SortedFunc(slices.Values(observed.Networks), firstNetwork) {
		if _, there := x.networks[n.Name]; there {
			x.twins[n.Name] = append(x.twins[n.Name], n)
			continue
		}
		x.networks[n.Name] = n
	}
	for _, v := range observed.Volumes {
		x.volumes[v.Name] = v
	}
	return x
}

// firstNetwork orders the networks of one name: the one that is in use comes
// first, and everybody comes to the same order.
func firstNetwork(a, b state.ObservedNetwork) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(len(b.Containers), len(a.Containers)), cmp.Compare(a.ID, b.ID))
}

func compareContainers(a, b state.Container) int {
	return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Number, b.Number),
		cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}

// label names a container in the ids of nodes: by its slot, and by its name
// too where others are in the slot. One-off containers have the numbers of
// others.
func (x index) label(c state.Container) string {
	label := state.ContainerRef(c.Service, c.Number).String()
	if c.OneOff || c.IsHook() || slices.ContainsFunc(x.all, func(o state.Container) bool {
		return o.ID != c.ID && o.Service == c.Service && o.Number == c.Number
	}) {
		label += " " + c.Name
	}
	return label
}
