package enginetest

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// stat is a file's mode, owner and group as the container sees them.
func (f *fixture) stat(id, file string) string {
	f.t.Helper()
	return f.output(id, "stat", "-c", "%a %u %g", file)
}

// filesVolume is a volume with two files and a directory.
func (f *fixture) filesVolume(key string) state.FilesVolume {
	spec := state.FilesVolume{Image: f.image, Files: []state.File{
		{Name: "secret/a", Target: "0", UID: 12, GID: 34, Mode: 0o440, Content: state.Content("a\nb\n")},
		{Name: "config/b", Target: "1", Mode: 0o444},
		{Name: "config/c", Target: "2", UID: 5, GID: 6, Mode: 0o555, Dir: true},
		{Name: "config/c", Target: "2/d", UID: 5, GID: 6, Mode: 0o404, Content: state.Content("d\n")},
	}}
	spec.Volume.Config.Name = f.project + "_" + key
	spec.Volume.Labels = f.labels(map[string]string{state.LabelStackFiles: key})
	return spec
}

// part is a mount of a part of a volume.
func part(volume, subpath, target string) types.ServiceVolumeConfig {
	return types.ServiceVolumeConfig{
		Type: types.VolumeTypeVolume, Source: volume, Target: target, ReadOnly: true,
		Volume: &types.ServiceVolumeVolume{NoCopy: true, Subpath: subpath},
	}
}

var filing = []obligation{
	{"writes an empty file, a directory, and the directories above them", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		assert.NilError(t, f.WriteFiles(f.ctx, id, []state.File{
			{Name: "config/empty", Target: "/deep/er/empty", UID: 1, GID: 2, Mode: 0o400},
			{Name: "config/dir", Target: "/dir", UID: 3, GID: 4, Mode: 0o550, Dir: true},
			{Name: "config/dir", Target: "/dir/file", UID: 3, GID: 4, Mode: 0o440, Content: state.Content("x\n")},
		}))
		f.start(id)
		assert.Check(t, is.Equal(f.output(id, "cat", "/deep/er/empty"), ""))
		assert.Check(t, is.Equal(f.stat(id, "/deep/er/empty"), "400 1 2\n"))
		assert.Check(t, is.Equal(f.stat(id, "/deep"), "755 0 0\n"))
		assert.Check(t, is.Equal(f.stat(id, "/dir"), "550 3 4\n"))
		assert.Check(t, is.Equal(f.stat(id, "/dir/file"), "440 3 4\n"))
		assert.Check(t, is.Equal(f.output(id, "cat", "/dir/file"), "x\n"))
	}},
	{"leaves a directory as it is that it writes a file into", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		assert.NilError(t, f.WriteFiles(f.ctx, id, []state.File{{Name: "config/dir", Target: "/dir", UID: 3, GID: 4, Mode: 0o711, Dir: true}}))
		assert.NilError(t, f.WriteFiles(f.ctx, id, []state.File{{Name: "config/a", Target: "/dir/a", UID: 5, GID: 6, Mode: 0o400}}))
		f.start(id)
		assert.Check(t, is.Equal(f.stat(id, "/dir"), "711 3 4\n"))
		assert.Check(t, is.Equal(f.stat(id, "/dir/a"), "400 5 6\n"))
	}},
	{"does not write into a container whose root is read-only", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.ReadOnly = true
		err := f.WriteFiles(f.ctx, f.create(spec), []state.File{{Name: "secret/a", Target: "/a", Mode: 0o400, Content: state.Content("hush")}})
		assert.Check(t, is.ErrorContains(err, "read-only"))
	}},
	{"mounts what a volume was filled with, also where the root is read-only", func(t *testing.T, f *fixture) {
		volume := f.filesVolume("files")
		name := volume.Volume.Config.Name
		for range 2 {
			assert.NilError(t, f.FillVolume(f.ctx, volume))
		}
		assert.Check(t, is.Len(f.observe().Containers, 0))
		spec := f.server("a")
		spec.Config.ReadOnly = true
		spec.Config.Tmpfs = types.StringList{"/run"}
		spec.Config.Volumes = []types.ServiceVolumeConfig{
			part(name, "0", "/run/secrets/a"), part(name, "1", "/etc/b"), part(name, "2", "/c"),
		}
		id := f.run(spec)
		assert.NilError(t, f.FillVolume(f.ctx, volume))
		assert.Check(t, is.Equal(f.output(id, "cat", "/run/secrets/a"), "a\nb\n"))
		assert.Check(t, is.Equal(f.stat(id, "/run/secrets/a"), "440 12 34\n"))
		assert.Check(t, is.Equal(f.output(id, "cat", "/etc/b"), ""))
		assert.Check(t, is.Equal(f.stat(id, "/etc/b"), "444 0 0\n"))
		assert.Check(t, is.Equal(f.stat(id, "/c"), "555 5 6\n"))
		assert.Check(t, is.Equal(f.output(id, "cat", "/c/d"), "d\n"))
		assert.Check(t, is.Equal(f.stat(id, "/c/d"), "404 5 6\n"))
	}},
	{"shows a volume that was filled with its labels, and removes it", func(t *testing.T, f *fixture) {
		volume := f.filesVolume("files")
		assert.NilError(t, f.FillVolume(f.ctx, volume))
		assert.Check(t, is.DeepEqual(f.timelessVolumes(), []state.ObservedVolume{
			{Name: volume.Volume.Config.Name, Driver: "local", Labels: volume.Volume.Labels},
		}))
		assert.Check(t, f.RemoveVolume(f.ctx, volume.Volume.Config.Name))
		assert.Check(t, is.Len(f.observe().Volumes, 0))
	}},
	{"does not fill a volume that is somebody else's", func(t *testing.T, f *fixture) {
		f.volume("data")
		assert.Check(t, is.ErrorIs(f.FillVolume(f.ctx, f.filesVolume("data")), engine.ErrConflict))
	}},
	{"does not fill a volume without the image", func(t *testing.T, f *fixture) {
		volume := f.filesVolume("files")
		volume.Image = "absent.invalid/image:1"
		assert.Check(t, is.ErrorIs(f.FillVolume(f.ctx, volume), engine.ErrNotFound))
	}},
}
