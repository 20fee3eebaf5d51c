package memory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// volume is a volume.
type volume struct {
	Name    string
	Driver  string
	Opts    map[string]string
	Labels  map[string]string
	Created time.Time
	Files   map[string]content // by the path in the volume, of one that was filled
}

type volumes struct{ *Memory }

// CreateVolume creates a volume, or leaves the one of that name as it is.
func (m volumes) CreateVolume(ctx context.Context, spec state.VolumeSpec) error {
	return m.update(ctx, func(w *world, at time.Time) error {
		w.volume(spec, at)
		return nil
	})
}

// RemoveVolume removes a volume that no container has.
func (m volumes) RemoveVolume(ctx context.Context, name string) error {
	err := m.update(ctx, func(w *world, _ time.Time) error {
		if users := w.users(name); len(users) > 0 {
			return fmt.Errorf("it is in use by %s: %w", strings.Join(users, ", "), engine.ErrConflict)
		}
		delete(w.Volumes, name)
		return nil
	})
	if err != nil {
		return fmt.Errorf("remove volume %s: %w", name, err)
	}
	return nil
}

// volume makes a volume, unless there is one of that name.
func (w *world) volume(spec state.VolumeSpec, at time.Time) {
	name, config := spec.Config.Name, spec.Config
	if _, ok := w.Volumes[name]; !ok {
		w.Volumes[name] = &volume{
			Name: name, Driver: cmp.Or(config.Driver, "local"), Opts: maps.Clone(config.DriverOpts),
			Labels: maps.Clone(spec.Labels), Created: at.Truncate(time.Second),
		}
	}
}

// users are the names of the containers that have a volume, running or not.
func (w *world) users(name string) []string {
	var users []string
	for _, c := range w.sorted() {
		if slices.ContainsFunc(c.Mounts, func(m state.Mount) bool { return m.Name == name && name != "" }) {
			users = append(users, c.Name)
		}
	}
	return users
}

// mount gives a container that is created its mounts: what it asks for, then
// what it takes from others, then what its image wants a volume for.
func (w *world) mount(c *container, config types.ServiceConfig, i *image) error {
	covered := map[string]bool{}
	for _, target := range config.Tmpfs {
		target, _, _ = strings.Cut(target, ":")
		covered[clean(target)] = true
	}
	for _, v := range config.Volumes {
		m := state.Mount{Type: v.Type, Source: v.Source, Destination: clean(v.Target), ReadOnly: v.ReadOnly}
		if covered[m.Destination] {
			return engine.AboutPart(fmt.Errorf("duplicate mount point: %s", m.Destination), state.PartMount, v.Target)
		}
		covered[m.Destination] = true
		if v.Type == types.VolumeTypeVolume {
			m.Name, m.Source = v.Source, ""
			w.mountVolume(c, &m)
			if v.Volume != nil && v.Volume.Subpath != "" {
				if err := w.mountSubpath(c, &m, v.Volume.Subpath); err != nil {
					return err
				}
			}
		}
		c.Mounts = append(c.Mounts, m)
	}
	for _, from := range c.VolumesFrom {
		for _, m := range w.Containers[from].Mounts {
			if !covered[m.Destination] && m.Type != types.VolumeTypeTmpfs {
				covered[m.Destination] = true
				c.Mounts = append(c.Mounts, m)
			}
		}
	}
	for _, target := range i.Volumes {
		if m := (state.Mount{Type: types.VolumeTypeVolume, Destination: clean(target)}); !covered[m.Destination] {
			w.mountVolume(c, &m)
			c.Mounts = append(c.Mounts, m)
		}
	}
	slices.SortFunc(c.Mounts, func(a, b state.Mount) int { return cmp.Compare(a.Destination, b.Destination) })
	return nil
}

// mountVolume makes the volume of a mount. One without a name is anonymous.
func (w *world) mountVolume(c *container, m *state.Mount) {
	if m.Name == "" {
		m.Name = w.id("volume")
		c.Anonymous = append(c.Anonymous, m.Name)
	}
	w.volume(state.VolumeSpec{Config: types.VolumeConfig{Name: m.Name}}, c.Created)
	m.Source = "/var/lib/docker/volumes/" + m.Name + "/_data"
}

// clean is the form in which paths in a container are compared.
func clean(target string) string { return path.Clean("/" + target) }
