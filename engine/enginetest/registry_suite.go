package enginetest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

var transferring = []obligation{
	{"brings an image back from the registry as it was pushed", func(t *testing.T, f *fixture) {
		reference := f.built("back:1")
		id := f.observe().Images[reference].ID
		assert.NilError(t, f.PushImage(f.ctx, reference, nil))
		assert.NilError(t, f.RemoveImage(f.ctx, reference))
		assert.Check(t, is.Len(f.observe().Images, 0))
		assert.NilError(t, f.PullImage(f.ctx, reference, "", nil))
		assert.Check(t, is.Equal(f.observe().Images[reference].ID, id))
	}},
	{"resolves what was pushed to a digest, which it can be pulled by", func(t *testing.T, f *fixture) {
		reference := f.built("pinned:1")
		id := f.observe().Images[reference].ID
		assert.NilError(t, f.PushImage(f.ctx, reference, nil))
		digest, err := f.ResolveDigest(f.ctx, reference)
		assert.NilError(t, err)
		assert.Check(t, is.Contains(digest, "sha256:"))
		for _, pinned := range []string{f.named("pinned") + "@" + digest, reference + "@" + digest} {
			f.extra.Images = append(f.extra.Images, pinned)
			assert.NilError(t, f.PullImage(f.ctx, pinned, "", nil))
			assert.Check(t, is.Equal(f.observe().Images[pinned].ID, id), pinned)
		}
	}},
	{"reports progress of pushes and pulls", func(t *testing.T, f *fixture) {
		reference := f.built("told:1")
		told := 0
		note := func(p state.Progress) {
			if p.Detail != "" {
				told++
			}
		}
		assert.NilError(t, f.PushImage(f.ctx, reference, note))
		assert.Check(t, told > 0)
		told = 0
		assert.NilError(t, f.PullImage(f.ctx, reference, "", note))
		assert.Check(t, told > 0)
	}},
	{"pushes no image that is not here", func(t *testing.T, f *fixture) {
		assert.Check(t, is.ErrorIs(f.PushImage(f.ctx, f.named("nosuch:1"), nil), engine.ErrNotFound))
	}},
	{"says of an image that the registry does not have that it is not found", func(t *testing.T, f *fixture) {
		assert.Check(t, is.ErrorIs(f.PullImage(f.ctx, f.absent, "", nil), engine.ErrNotFound))
		_, err := f.ResolveDigest(f.ctx, f.absent)
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
	}},
	{"transfers nothing with a context that ended", func(t *testing.T, f *fixture) {
		reference := f.built("late:1")
		ctx, cancel := context.WithCancel(f.ctx)
		cancel()
		assert.Check(t, is.ErrorIs(f.PushImage(ctx, reference, nil), context.Canceled))
		assert.Check(t, is.ErrorIs(f.PullImage(ctx, reference, "", nil), context.Canceled))
		_, err := f.ResolveDigest(ctx, reference)
		assert.Check(t, is.ErrorIs(err, context.Canceled))
	}},
}

// named is the reference of an image of the test's in the registry.
func (f *fixture) named(name string) string { return f.registry + "/" + f.project + "-" + name }

// built is a new image, named for the registry.
func (f *fixture) built(name string) (reference string) {
	f.t.Helper()
	reference = f.named(name)
	f.extra.Images = append(f.extra.Images, reference)
	dir := f.t.TempDir()
	dockerfile := "FROM " + f.image + "\nLABEL org.example.project=" + f.project + "\n"
	assert.NilError(f.t, os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(dockerfile), 0o600))
	build := state.BuildSpec{Image: reference, Service: "a", Config: types.BuildConfig{Context: dir, Dockerfile: "Dockerfile"}}
	assert.NilError(f.t, f.BuildImage(f.ctx, build, nil))
	return reference
}
