package enginetest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// mounted is a container with a volume at /data; a volume without a name is
// anonymous.
func (f *fixture) mounted(service, volume string) state.ContainerSpec {
	spec := f.server(service)
	spec.Config.Volumes = []types.ServiceVolumeConfig{{Type: types.VolumeTypeVolume, Source: volume, Target: "/data"}}
	return spec
}

// holds is true when the engine has a volume of that name.
func (f *fixture) holds(volume string) bool {
	f.t.Helper()
	o, err := f.Observe(f.ctx, state.Scope{Project: f.project, Volumes: []string{volume}})
	assert.NilError(f.t, err)
	for _, v := range o.Volumes {
		if v.Name == volume {
			return true
		}
	}
	return false
}

var storing = []obligation{
	{"describes a volume as it was asked for", func(t *testing.T, f *fixture) {
		name := f.volume("data")
		assert.Check(t, is.DeepEqual(f.timelessVolumes(), []state.ObservedVolume{
			{Name: name, Driver: "local", Labels: f.labels(map[string]string{state.LabelVolume: "data"})},
		}))
	}},
	{"describes the options of a volume", func(t *testing.T, f *fixture) {
		spec := state.VolumeSpec{Labels: f.labels(map[string]string{state.LabelVolume: "quick"})}
		spec.Config.Name = f.project + "_quick"
		spec.Config.DriverOpts = map[string]string{"type": "tmpfs", "device": "tmpfs", "o": "size=1m"}
		assert.NilError(t, f.CreateVolume(f.ctx, spec))
		assert.Check(t, is.DeepEqual(f.timelessVolumes(), []state.ObservedVolume{
			{Name: spec.Config.Name, Driver: "local", DriverOpts: spec.Config.DriverOpts, Labels: spec.Labels},
		}))
	}},
	{"leaves a volume that is there already as it is", func(t *testing.T, f *fixture) {
		f.volume("data")
		f.volume("data")
		assert.Check(t, is.Len(f.observe().Volumes, 1))
	}},
	{"removes a volume, and one that is absent", func(t *testing.T, f *fixture) {
		name := f.volume("data")
		for range 2 {
			assert.Check(t, f.RemoveVolume(f.ctx, name))
		}
		assert.Check(t, !f.holds(name))
	}},
	{"does not remove a volume that a container has, running or not", func(t *testing.T, f *fixture) {
		name := f.volume("data")
		id := f.create(f.mounted("a", name))
		assert.Check(t, is.ErrorIs(f.RemoveVolume(f.ctx, name), engine.ErrConflict))
		assert.NilError(t, f.RemoveContainer(f.ctx, id, state.RemoveOptions{Volumes: true}))
		assert.Check(t, f.holds(name), "a named volume went with its container")
		assert.Check(t, f.RemoveVolume(f.ctx, name))
	}},
	{"makes a named volume that is absent", func(t *testing.T, f *fixture) {
		name := f.project + "_implied"
		f.extra.Volumes = []string{name}
		f.create(f.mounted("a", name))
		assert.Check(t, f.holds(name))
	}},
	{"describes mounts", func(t *testing.T, f *fixture) {
		name := f.volume("data")
		dir := t.TempDir()
		spec := f.mounted("a", name)
		spec.Config.Volumes = append(spec.Config.Volumes,
			types.ServiceVolumeConfig{Type: types.VolumeTypeBind, Source: dir, Target: "/bound", ReadOnly: true})
		mounts := f.inspect(f.create(spec)).Mounts
		assert.Assert(t, is.Len(mounts, 2))
		assert.Check(t, is.DeepEqual(mounts[0], state.Mount{Type: "bind", Source: dir, Destination: "/bound", ReadOnly: true}))
		assert.Check(t, mounts[1].Source != "")
		mounts[1].Source = ""
		assert.Check(t, is.DeepEqual(mounts[1], state.Mount{Type: "volume", Name: name, Destination: "/data"}))
	}},
	{"gives a container an anonymous volume that goes with it, if that is asked for", func(t *testing.T, f *fixture) {
		first := f.create(f.mounted("a", ""))
		name := f.inspect(first).Mounts[0].Name
		assert.Check(t, is.Len(name, 64))
		f.extra.Volumes = []string{name}
		assert.NilError(t, f.RemoveContainer(f.ctx, first, state.RemoveOptions{}))
		assert.Check(t, f.holds(name))
		second := f.create(f.mounted("b", ""))
		name = f.inspect(second).Mounts[0].Name
		assert.NilError(t, f.RemoveContainer(f.ctx, second, state.RemoveOptions{Volumes: true}))
		assert.Check(t, !f.holds(name))
	}},
	{"keeps an anonymous volume that a replacement names", func(t *testing.T, f *fixture) {
		first := f.create(f.mounted("a", ""))
		name := f.inspect(first).Mounts[0].Name
		second := f.create(f.mounted("b", name))
		assert.NilError(t, f.RemoveContainer(f.ctx, first, state.RemoveOptions{Volumes: true}))
		assert.Check(t, is.Equal(f.inspect(second).Mounts[0].Name, name))
		assert.Check(t, f.holds(name))
		f.extra.Volumes = []string{name}
	}},
	{"gives a container the mounts of another", func(t *testing.T, f *fixture) {
		name := f.volume("data")
		f.create(f.mounted("a", name))
		spec := f.server("b")
		spec.Config.VolumesFrom = []string{f.project + "-a-1"}
		mounts := f.inspect(f.create(spec)).Mounts
		assert.Assert(t, is.Len(mounts, 1))
		assert.Check(t, is.Equal(mounts[0].Name, name))
		assert.Check(t, is.Equal(mounts[0].Destination, "/data"))
	}},
}

var imaging = []obligation{
	{"builds an image, does not remove it while a container has it, then does", func(t *testing.T, f *fixture) {
		reference := f.project + "-built:1"
		f.extra.Images = []string{reference}
		dir := t.TempDir()
		dockerfile := "FROM " + f.image + "\nLABEL org.example.project=" + f.project + "\n"
		assert.NilError(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(dockerfile), 0o600))
		build := state.BuildSpec{Image: reference, Service: "a", Config: types.BuildConfig{Context: dir, Dockerfile: "Dockerfile"}}
		assert.NilError(t, f.BuildImage(f.ctx, build, nil))
		built := f.observe().Images[reference]
		assert.Check(t, is.Contains(built.ID, "sha256:"))
		spec := f.server("a")
		spec.Config.Image = reference
		id := f.create(spec)
		assert.Check(t, is.Equal(f.inspect(id).ImageID, built.ID))
		assert.Check(t, is.ErrorIs(f.RemoveImage(f.ctx, reference), engine.ErrConflict))
		assert.NilError(t, f.RemoveContainer(f.ctx, id, state.RemoveOptions{}))
		for range 2 {
			assert.Check(t, f.RemoveImage(f.ctx, reference))
		}
		assert.Check(t, is.Len(f.observe().Images, 0))
	}},
	{"keeps an image whose reference has moved to another one, and runs it by its id", func(t *testing.T, f *fixture) {
		reference := f.project + "-moved:1"
		build := func(label string) string {
			dir := t.TempDir()
			dockerfile := "FROM " + f.image + "\nLABEL org.example.project=" + f.project + " org.example.build=" + label + "\n"
			assert.NilError(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(dockerfile), 0o600))
			spec := state.BuildSpec{Image: reference, Service: "a", Config: types.BuildConfig{Context: dir, Dockerfile: "Dockerfile"}}
			assert.NilError(t, f.BuildImage(f.ctx, spec, nil))
			return f.observe().Images[reference].ID
		}
		f.extra.Images = append(f.extra.Images, reference)
		first := build("first")
		second := build("second")
		assert.Assert(t, first != second)
		f.extra.Images = append(f.extra.Images, first)
		assert.Check(t, is.Equal(f.observe().Images[first].ID, first))
		spec := f.server("a")
		spec.Config.Image = first
		assert.Check(t, is.Equal(f.inspect(f.create(spec)).ImageID, first))
	}},
	{"takes a reference for the same image with and without its default tag", func(t *testing.T, f *fixture) {
		o, err := f.Observe(f.ctx, state.Scope{Project: f.project, Images: []string{f.image, f.image + ":latest", "docker.io/library/" + f.image}})
		assert.NilError(t, err)
		assert.Assert(t, is.Len(o.Images, 3))
		assert.Check(t, is.Equal(o.Images[f.image].ID, o.Images[f.image+":latest"].ID))
		assert.Check(t, is.Equal(o.Images[f.image].ID, o.Images["docker.io/library/"+f.image].ID))
	}},
}
