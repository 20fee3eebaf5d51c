package memory_test

import (
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
)

func TestPushIsWhatThePullsAfterItBring(t *testing.T) {
	m := memory.New(memory.Options{Images: map[string]memory.Image{"mine": {Present: true}}})
	e := m.Engine()
	id := imageOf(t, e, "mine").ID
	assert.NilError(t, e.PushImage(t.Context(), "mine", nil))
	before, err := e.ResolveDigest(t.Context(), "mine:latest")
	assert.NilError(t, err)
	assert.NilError(t, m.Publish("mine"))
	after, err := e.ResolveDigest(t.Context(), "mine")
	assert.NilError(t, err)
	assert.Check(t, before != after)
	assert.NilError(t, e.PullImage(t.Context(), "mine", "", nil))
	assert.Check(t, imageOf(t, e, "mine").ID != id)
}

func TestPushFails(t *testing.T) {
	e := memory.New(memory.Options{Images: map[string]memory.Image{
		"theirs": {Present: true, PushError: "denied: requested access to the resource is denied"},
	}}).Engine()
	assert.Check(t, is.Error(e.PushImage(t.Context(), "theirs", nil), "push theirs: denied: requested access to the resource is denied"))
	assert.Check(t, is.ErrorIs(e.PushImage(t.Context(), "absent", nil), engine.ErrNotFound))
}
