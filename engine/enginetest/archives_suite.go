package enginetest

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// tree is a tar with a directory, two files in it, and a link.
func tree(t *testing.T) io.Reader {
	return tarOf(t,
		tar.Header{Typeflag: tar.TypeDir, Name: "d/", Mode: 0o750, Uid: 3, Gid: 4},
		tar.Header{Name: "d/a", Mode: 0o640, Uid: 5, Gid: 6, Size: 2},
		tar.Header{Name: "d/b", Mode: 0o600, Size: 3},
		tar.Header{Typeflag: tar.TypeSymlink, Name: "d/l", Linkname: "a"},
	)
}

// tarOf makes a tar of files that consist of x.
func tarOf(t *testing.T, headers ...tar.Header) io.Reader {
	t.Helper()
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	for _, h := range headers {
		assert.NilError(t, w.WriteHeader(&h))
		_, err := w.Write(bytes.Repeat([]byte("x"), int(h.Size)))
		assert.NilError(t, err)
	}
	assert.NilError(t, w.Close())
	return &buffer
}

// listing is what a tar holds: name, size, link.
func listing(t *testing.T, from io.ReadCloser) []string {
	t.Helper()
	var names []string
	for r := tar.NewReader(from); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		assert.NilError(t, err)
		names = append(names, strings.TrimSpace(fmt.Sprintln(strings.TrimSuffix(h.Name, "/"), h.Size, h.Linkname)))
	}
	assert.NilError(t, from.Close())
	slices.Sort(names)
	return names
}

var archiving = []obligation{
	{"extracts a tar, and gives it back", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		assert.NilError(t, f.CopyTo(f.ctx, id, "/etc", tree(t), state.ExtractOptions{}))
		for path, want := range map[string][]string{
			"/etc/d":   {"d 0", "d/a 2", "d/b 3", "d/l 0 a"},
			"/etc/d/.": {". 0", "./a 2", "./b 3", "./l 0 a"},
			"/etc/d/a": {"a 2"},
			"/etc/d/l": {"l 0 a"},
		} {
			tar, found, err := f.CopyFrom(f.ctx, id, path)
			assert.NilError(t, err)
			assert.Check(t, is.DeepEqual(listing(t, tar), want), path)
			assert.Check(t, is.Equal(found.Mode.IsDir(), len(want) > 1), path)
		}
		f.start(id)
		assert.Check(t, is.Equal(f.stat(id, "/etc/d"), "750 3 4\n"))
		assert.Check(t, is.Equal(f.stat(id, "/etc/d/a"), "640 5 6\n"))
		assert.Check(t, is.Equal(strings.TrimSpace(f.output(id, "cat", "/etc/d/a")), "xx"))
	}},
	{"gives what it extracts to the container's user, as the container knows it", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.User = "app"
		id := f.create(spec)
		assert.Check(t, is.ErrorContains(f.CopyTo(f.ctx, id, "/etc", tree(t), state.ExtractOptions{Own: true}), "app"))
		assert.NilError(t, f.WriteFiles(f.ctx, id, []state.File{
			{Name: "config/passwd", Target: "/etc/passwd", Mode: 0o644, Content: state.Content("root:x:0:0::/:/bin/sh\napp:x:33:44::/:/bin/sh\n")},
		}))
		assert.NilError(t, f.CopyTo(f.ctx, id, "/etc", tree(t), state.ExtractOptions{Own: true}))
		f.start(id)
		assert.Check(t, is.Equal(f.stat(id, "/etc/d"), "750 33 44\n"))
		assert.Check(t, is.Equal(f.stat(id, "/etc/d/a"), "640 33 44\n"))
		spec = f.server("b")
		spec.Config.User = "7:8"
		id = f.run(spec)
		assert.NilError(t, f.CopyTo(f.ctx, id, "/etc", tree(t), state.ExtractOptions{Own: true}))
		assert.Check(t, is.Equal(f.stat(id, "/etc/d/a"), "640 7 8\n"))
	}},
	{"says what is at a path", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		assert.NilError(t, f.CopyTo(f.ctx, id, "/etc", tree(t), state.ExtractOptions{}))
		for path, want := range map[string]state.PathStat{
			"/etc/d":   {Name: "d", Mode: 0o750 | fs.ModeDir},
			"/etc/d/b": {Name: "b", Mode: 0o600, Size: 3},
			"/etc/d/l": {Name: "l", Mode: 0o777 | fs.ModeSymlink, LinkTarget: "/etc/d/a"},
		} {
			got, err := f.StatPath(f.ctx, id, path)
			assert.NilError(t, err)
			if !got.Mode.IsRegular() {
				got.Size = 0 // a directory's is the file system's, a link's its target's length
			}
			if got.Mode&fs.ModeSymlink != 0 {
				got.Mode |= fs.ModePerm // of no meaning
			}
			want.ModTime = got.ModTime
			assert.Check(t, is.DeepEqual(got, want))
		}
	}},
	{"does not find what is absent", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		_, err := f.StatPath(f.ctx, id, "/absent")
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
		_, _, err = f.CopyFrom(f.ctx, id, "/absent")
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
		assert.Check(t, is.ErrorIs(f.CopyTo(f.ctx, id, "/absent", tree(t), state.ExtractOptions{}), engine.ErrNotFound))
		_, err = f.StatPath(f.ctx, f.project+"-absent-1", "/")
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
		_, err = f.Export(f.ctx, f.project+"-absent-1")
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
		_, err = f.Commit(f.ctx, f.project+"-absent-1", state.CommitOptions{})
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
	}},
	{"puts a file in a directory's place only if it may", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		assert.NilError(t, f.CopyTo(f.ctx, id, "/etc", tree(t), state.ExtractOptions{}))
		file := func() io.Reader { return tarOf(t, tar.Header{Name: "d", Mode: 0o600, Size: 1}) }
		assert.Check(t, is.ErrorContains(f.CopyTo(f.ctx, id, "/etc", file(), state.ExtractOptions{}), "cannot overwrite directory"))
		assert.Check(t, is.ErrorContains(f.CopyTo(f.ctx, id, "/etc/d/a", file(), state.ExtractOptions{}), "not a directory"))
		assert.Check(t, f.CopyTo(f.ctx, id, "/etc", file(), state.ExtractOptions{Replace: true}))
		got, err := f.StatPath(f.ctx, id, "/etc/d")
		assert.NilError(t, err)
		assert.Check(t, got.Mode.IsRegular())
	}},
	{"makes room for a file that it cannot make", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		assert.NilError(t, f.CopyTo(f.ctx, id, "/etc", tree(t), state.ExtractOptions{}))
		for _, path := range []string{"d/b", "d"} {
			odd := tarOf(t, tar.Header{Typeflag: 'V', Name: path})
			assert.Check(t, is.ErrorContains(f.CopyTo(f.ctx, id, "/etc", odd, state.ExtractOptions{Replace: true}), "unhandled tar header type"))
			_, err := f.StatPath(f.ctx, id, "/etc/"+path)
			assert.Check(t, is.ErrorIs(err, engine.ErrNotFound), path)
		}
	}},
	{"follows the links above a path", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		assert.NilError(t, f.CopyTo(f.ctx, id, "/etc", tarOf(t,
			tar.Header{Typeflag: tar.TypeDir, Name: "real/", Mode: 0o755},
			tar.Header{Typeflag: tar.TypeSymlink, Name: "relative", Linkname: "real"},
			tar.Header{Typeflag: tar.TypeSymlink, Name: "absolute", Linkname: "/etc/real"},
		), state.ExtractOptions{}))
		assert.NilError(t, f.CopyTo(f.ctx, id, "/etc/relative", tarOf(t, tar.Header{Name: "x", Mode: 0o644}), state.ExtractOptions{}))
		assert.NilError(t, f.CopyTo(f.ctx, id, "/etc/absolute", tarOf(t, tar.Header{Name: "y", Mode: 0o644}), state.ExtractOptions{}))
		tar, _, err := f.CopyFrom(f.ctx, id, "/etc/real")
		assert.NilError(t, err)
		assert.Check(t, is.DeepEqual(listing(t, tar), []string{"real 0", "real/x 0", "real/y 0"}))
		_, err = f.StatPath(f.ctx, id, "/etc/relative/x")
		assert.Check(t, err)
	}},
	{"does not extract into a root that is read-only, but into a volume", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.ReadOnly = true
		spec.Config.Volumes = append(spec.Config.Volumes, types.ServiceVolumeConfig{Type: types.VolumeTypeVolume, Source: f.volume("data"), Target: "/data"})
		id := f.create(spec)
		assert.Check(t, is.ErrorContains(f.CopyTo(f.ctx, id, "/etc", tree(t), state.ExtractOptions{}), "read-only"))
		assert.Check(t, f.CopyTo(f.ctx, id, "/data", tree(t), state.ExtractOptions{}))
	}},
	{"gives up a tar that breaks off", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		broken := errors.New("the source is gone")
		err := f.CopyTo(f.ctx, id, "/etc", io.MultiReader(tree(t), failing{broken}), state.ExtractOptions{})
		assert.Check(t, is.ErrorContains(err, broken.Error()))
	}},
	{"exports all files", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		assert.NilError(t, f.CopyTo(f.ctx, id, "/etc", tree(t), state.ExtractOptions{}))
		tar, err := f.Export(f.ctx, id)
		assert.NilError(t, err)
		names := listing(t, tar)
		assert.Check(t, slices.Contains(names, "etc/d/a 2"), "%v", names)
	}},
	{"makes an image from a container", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		name := f.project + "-committed:1"
		f.extra.Images = append(f.extra.Images, name)
		made, err := f.Commit(f.ctx, id, state.CommitOptions{
			Reference: name, Author: "me", Message: "as it was", Changes: []string{"ENV A=b"}, Pause: true,
		})
		assert.NilError(t, err)
		assert.Check(t, is.Equal(f.observe().Images[name].ID, made))
		assert.Check(t, is.Equal(f.inspect(id).Status, state.StatusRunning))
		spec := f.server("b")
		spec.Config.Image = name
		assert.Check(t, is.Equal(f.inspect(f.create(spec)).ImageID, made))
	}},
}

// failing is a reader that fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
