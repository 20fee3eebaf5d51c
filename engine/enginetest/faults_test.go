package enginetest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/state"
)

var errLost = errors.New("connection reset")

func newMemory() engine.Engine {
	return memory.New(memory.Options{Images: map[string]memory.Image{
		"busybox": {Present: true}, "r.test/nosuch": {PullError: "manifest unknown"},
	}}).Engine()
}

func container(name string) state.ContainerSpec {
	spec := state.ContainerSpec{Name: name, Labels: map[string]string{state.LabelProject: "p"}}
	spec.Config.Image = "busybox"
	return spec
}

func TestFaultsRecordEveryCall(t *testing.T) {
	var f enginetest.Faults
	e := f.Wrap(newMemory())
	ctx := t.Context()
	_, err := e.Info(ctx)
	assert.NilError(t, err)
	id, err := e.CreateContainer(ctx, container("a"), nil)
	assert.NilError(t, err)
	_, err = e.Observe(ctx, state.Scope{Project: "p"})
	assert.NilError(t, err)
	assert.NilError(t, e.StartContainer(ctx, id))
	assert.Check(t, is.ErrorIs(e.RenameContainer(ctx, "absent", "b"), engine.ErrNotFound))
	assert.Check(t, is.DeepEqual(f.Calls(), []enginetest.Call{
		{Method: "Info", N: 1},
		{Method: "CreateContainer", Target: "a", Write: true, N: 1},
		{Method: "Observe", Target: "p", N: 2},
		{Method: "StartContainer", Target: id, Write: true, N: 2},
		{Method: "RenameContainer", Target: "absent", Write: true, N: 3},
	}))
	assert.Check(t, is.Len(f.Writes(), 3))
}

func TestFaultBeforeACallHasNoEffect(t *testing.T) {
	f := enginetest.Faults{Before: enginetest.FailWrite(2, errLost)}
	e := f.Wrap(newMemory())
	for i, want := range []error{nil, errLost, nil} {
		_, err := e.CreateContainer(t.Context(), container(string(rune('a'+i))), nil)
		assert.Check(t, is.ErrorIs(err, want))
	}
	o, err := e.Observe(t.Context(), state.Scope{Project: "p"})
	assert.NilError(t, err)
	assert.Check(t, is.Len(o.Containers, 2))
}

func TestFaultAfterACallLosesTheAnswer(t *testing.T) {
	f := enginetest.Faults{After: enginetest.FailWrite(1, errLost)}
	e := f.Wrap(newMemory())
	_, err := e.CreateContainer(t.Context(), container("a"), nil)
	assert.Check(t, is.ErrorIs(err, errLost))
	_, err = e.InspectContainer(t.Context(), "a")
	assert.Check(t, err)
	assert.Check(t, is.ErrorIs(e.StartContainer(t.Context(), "absent"), engine.ErrNotFound), "a call that failed keeps its own error")
}

func TestFaultHangsUntilTheContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := enginetest.Faults{Before: enginetest.HangWrite(1)}
		e := f.Wrap(newMemory())
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		began := time.Now()
		_, err := e.CreateContainer(ctx, container("a"), nil)
		assert.Check(t, is.ErrorIs(err, context.DeadlineExceeded))
		assert.Check(t, is.Equal(time.Since(began), time.Hour))
	})
}

// A decorated engine is an engine.
func TestConformanceOfADecoratedEngine(t *testing.T) {
	f := enginetest.Faults{
		Before: func(context.Context, enginetest.Call) error { return nil },
		After:  func(context.Context, enginetest.Call) error { return nil },
	}
	enginetest.Run(t, enginetest.Target{
		Engine: f.Wrap(newMemory()), Image: "busybox", Prefix: "tc", Registry: "r.test", Absent: "r.test/nosuch",
	})
}

func TestConformanceOfADecoratedSwarm(t *testing.T) {
	f := enginetest.Faults{Before: func(context.Context, enginetest.Call) error { return nil }}
	m := memory.New(memory.Options{
		Nodes: make([]memory.Node, 3), Images: map[string]memory.Image{"busybox": {Present: true}, "r.test/nosuch": {PullError: "manifest unknown"}},
	})
	enginetest.RunSwarm(t, enginetest.Target{Engine: f.Wrap(m.Engine()), Image: "busybox", Prefix: "tc", Absent: "r.test/nosuch"})
	assert.Check(t, len(f.Writes()) > 0)
}
