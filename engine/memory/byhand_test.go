package memory_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/state"
)

func TestAContainerIsChangedByHand(t *testing.T) {
	m := memory.New(memory.Options{Images: map[string]memory.Image{"app": {Present: true}, "new": {Present: true}}})
	e := m.Engine()
	spec := state.ContainerSpec{Name: "a"}
	spec.Config.Image, spec.Config.MemLimit = "app", 64<<20
	id, err := e.CreateContainer(t.Context(), spec, nil)
	assert.NilError(t, err)
	assert.ErrorIs(t, e.PauseContainer(t.Context(), "a"), engine.ErrConflict)
	assert.NilError(t, e.StartContainer(t.Context(), id))

	assert.NilError(t, m.UpdateLimits("a", func(l *state.Limits) { l.Memory, l.RestartPolicy = 1<<20, "always" }))
	assert.NilError(t, e.PauseContainer(t.Context(), "a"))
	assert.NilError(t, m.Tag("new", "app"))
	c, err := e.InspectContainer(t.Context(), "a")
	assert.NilError(t, err)
	assert.DeepEqual(t, c.Limits, state.Limits{Memory: 1 << 20, MemorySwap: 128 << 20, RestartPolicy: "always"})
	assert.Equal(t, c.RestartPolicy, "always")
	assert.Equal(t, c.Status, state.StatusPaused)
	o, err := e.Observe(t.Context(), state.Scope{Images: []string{"app", "new"}})
	assert.NilError(t, err)
	assert.Equal(t, o.Images["app"].ID, o.Images["new"].ID)
	assert.Assert(t, o.Images["app"].ID != c.ImageID)
	o, err = e.Observe(t.Context(), state.Scope{Images: []string{c.ImageID}})
	assert.NilError(t, err)
	assert.Equal(t, o.Images[c.ImageID].ID, c.ImageID, "what lost its reference is there by its id")

	assert.ErrorIs(t, e.PauseContainer(t.Context(), "nobody"), engine.ErrNotFound)
	assert.ErrorIs(t, m.Tag("nobody", "app"), engine.ErrNotFound)
}
