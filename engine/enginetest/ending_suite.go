package enginetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/state"
)

var ending = []obligation{
	{"ends Watch without an error when its context ends", func(t *testing.T, f *fixture) {
		leaves := noLeak(t)
		assert.Check(t, f.watch().end())
		leaves()
	}},
	{"ends Watch when its context ended before", func(t *testing.T, f *fixture) {
		ctx, cancel := context.WithCancel(f.ctx)
		cancel()
		assert.Check(t, f.Watch(ctx, f.project, func() {}, func(state.Occurrence) {}))
	}},
	{"ends Logs when its context ends", func(t *testing.T, f *fixture) {
		id := f.run(f.spec("a", "sh", "-c", "echo ready; sleep 600"))
		leaves := noLeak(t)
		ctx, cancel := context.WithCancel(f.ctx)
		err := f.Logs(ctx, id, state.LogOptions{Follow: true}, func(state.LogLine) { cancel() })
		assert.Check(t, err == nil || errors.Is(err, context.Canceled), "%v", err)
		leaves()
	}},
	{"ends Exec when its context ends", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		leaves := noLeak(t)
		ctx, cancel := context.WithCancel(f.ctx)
		ended := make(chan error, 1)
		go func() {
			_, err := f.Exec(ctx, id, state.ExecSpec{Command: []string{"sh", "-c", "touch /began; sleep 600"}})
			ended <- err
		}()
		f.untilFile(id, "/began")
		cancel()
		assert.Check(t, is.ErrorIs(<-ended, context.Canceled))
		leaves()
	}},
	{"goes on stopping when the caller of StopContainer gives up", func(t *testing.T, f *fixture) {
		spec := f.spec("a", "sh", "-c", "trap '' TERM; sleep 600")
		*spec.Config.Init = false
		id := f.run(spec)
		second := time.Second
		timeout := state.StopOptions{Timeout: &second}
		leaves := noLeak(t)
		ctx, cancel := context.WithCancel(f.ctx)
		ended := make(chan error, 1)
		go func() { ended <- f.StopContainer(ctx, id, timeout) }()
		cancel()
		err := <-ended
		assert.Check(t, err == nil || errors.Is(err, context.Canceled), "%v", err)
		assert.Check(t, f.StopContainer(f.ctx, id, timeout))
		leaves()
	}},
	{"does nothing with a context that ended", func(t *testing.T, f *fixture) {
		ctx, cancel := context.WithCancel(f.ctx)
		cancel()
		_, err := f.CreateContainer(ctx, f.server("a"), nil)
		assert.Check(t, is.ErrorIs(err, context.Canceled))
		_, err = f.Observe(ctx, state.Scope{Project: f.project})
		assert.Check(t, is.ErrorIs(err, context.Canceled))
		assert.Check(t, is.Len(f.observe().Containers, 0))
	}},
}

// noLeak returns a check that no goroutine is left of those that were started
// since. Connections that are kept for the next call are not counted.
func noLeak(t *testing.T) func() {
	t.Helper()
	before := goleak.IgnoreCurrent()
	return func() {
		t.Helper()
		assert.Check(t, goleak.Find(before,
			goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"),
			goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"),
		))
	}
}

// untilFile waits for a file in a container.
func (f *fixture) untilFile(id, path string) {
	f.t.Helper()
	for f.ctx.Err() == nil {
		result, err := f.Exec(f.ctx, id, state.ExecSpec{Command: []string{"test", "-f", path}})
		assert.NilError(f.t, err)
		if result.ExitCode == 0 {
			return
		}
	}
	f.t.Fatalf("no %s in container %s", path, id)
}
