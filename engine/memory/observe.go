package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/stackctl/stack/state"
)

// defaultAPI is the version of the Engine API that the engine behaves like.
const defaultAPI = "1.51"

// defaultVersion is the engine's own.
const defaultVersion = "1"

type observer struct{ *Memory }

// Info says that this is the engine in memory.
func (m observer) Info(ctx context.Context) (info state.EngineInfo, err error) {
	err = m.view(ctx, func(w *world) error {
		info = w.info()
		return nil
	})
	return info, err
}

func (w *world) info() state.EngineInfo {
	return state.EngineInfo{
		Name: "memory", Version: defaultVersion, Nodes: len(w.options.Nodes), APIVersion: cmp.Or(w.options.APIVersion, defaultAPI), OS: "linux", Arch: "amd64",
		Remote: w.options.Remote,
	}
}

// Observe takes one snapshot.
func (m observer) Observe(ctx context.Context, scope state.Scope) (o state.Observed, err error) {
	err = m.view(ctx, func(w *world) error {
		o = w.observe(scope)
		return nil
	})
	return o, err
}

// InspectContainer describes one container.
func (m observer) InspectContainer(ctx context.Context, name string) (o state.Container, err error) {
	err = m.view(ctx, func(w *world) error {
		c, err := w.container(name)
		if err != nil {
			return err
		}
		o = c.observed()
		return nil
	})
	return o, err
}

func (w *world) observe(scope state.Scope) state.Observed {
	o := state.Observed{Engine: w.info(), Images: map[string]state.Image{}}
	all := !scope.ContainersOnly
	for _, c := range w.Containers {
		if c.Labels[state.LabelProject] == scope.Project && scope.Shows(c.Labels[state.LabelService]) {
			o.Containers = append(o.Containers, c.observed())
		}
	}
	slices.SortFunc(o.Containers, func(a, b state.Container) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Name, b.Name))
	})
	for _, n := range w.Networks {
		if all && (n.Labels[state.LabelProject] == scope.Project || n.Labels[state.LabelNamespace] == scope.Project) || slices.Contains(scope.Networks, n.Name) {
			o.Networks = append(o.Networks, w.observeNetwork(n))
		}
	}
	slices.SortFunc(o.Networks, func(a, b state.ObservedNetwork) int { return cmp.Compare(a.Name, b.Name) })
	for _, v := range w.Volumes {
		if all && (v.Labels[state.LabelProject] == scope.Project || v.Labels[state.LabelNamespace] == scope.Project) || slices.Contains(scope.Volumes, v.Name) {
			o.Volumes = append(o.Volumes, state.ObservedVolume{
				Name: v.Name, Driver: v.Driver, DriverOpts: maps.Clone(v.Opts), Labels: maps.Clone(v.Labels), Created: v.Created,
				Mountpoint: "/var/lib/memory/volumes/" + v.Name + "/_data", Scope: "local",
			})
		}
	}
	slices.SortFunc(o.Volumes, func(a, b state.ObservedVolume) int { return cmp.Compare(a.Name, b.Name) })
	for _, reference := range slices.Concat(scope.Images, scope.ImagesOf(o.Containers)) {
		if i, err := w.image(reference); err == nil {
			o.Images[reference] = w.observeImage(i)
		}
	}
	w.observeSwarm(&o, scope)
	return o
}

func (w *world) observeImage(i *image) state.Image {
	o := i.Image
	o.Volumes = slices.Clone(i.Volumes)
	for tag, other := range w.Images {
		if other.ID == i.ID && tag != i.ID {
			o.Tags = append(o.Tags, tag)
		}
	}
	slices.Sort(o.Tags)
	return o
}

func (w *world) observeNetwork(n *network) state.ObservedNetwork {
	o := state.ObservedNetwork{ID: n.ID, Name: n.Name, Driver: n.Driver, Labels: maps.Clone(n.Labels), Config: n.Config, Scope: n.scope()}
	for _, c := range w.Containers {
		if c.Running() && c.in(n) {
			if o.Containers == nil {
				o.Containers = map[string]string{}
			}
			o.Containers[c.ID] = c.Name
		}
	}
	return o
}
