package enginetest

import (
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

var signalling = []obligation{
	{"kills a container, and starts it again by its policy after a signal that is not its stop signal", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.Restart, spec.Config.StopSignal = "always", "SIGTERM"
		id := f.run(spec)
		assert.NilError(t, f.KillContainer(f.ctx, id, "SIGHUP"))
		f.until(id, func(c state.Container) bool { return c.RestartCount == 1 && c.Status == state.StatusRunning })
		assert.NilError(t, f.KillContainer(f.ctx, id, "SIGKILL"))
		c := f.untilExited(id)
		assert.Check(t, is.Equal(c.ExitCode, 137))
		assert.Check(t, is.Equal(c.RestartCount, 1))
	}},
	{"does not start again what any signal has ended, where it has no stop signal of its own", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.Restart = "always"
		id := f.run(spec)
		assert.NilError(t, f.KillContainer(f.ctx, id, "SIGHUP"))
		c := f.untilExited(id)
		assert.Check(t, is.Equal(c.ExitCode, 129))
		assert.Check(t, is.Equal(c.RestartCount, 0))
	}},
	{"knows signals by name and by number, and what there is not", func(t *testing.T, f *fixture) {
		for name, code := range map[string]int{"SIGINT": 130, "term": 143, "1": 129} {
			id := f.run(f.server("s" + name))
			assert.NilError(t, f.KillContainer(f.ctx, id, name))
			assert.Check(t, is.Equal(f.untilExited(id).ExitCode, code))
		}
		id := f.run(f.server("a"))
		assert.Check(t, is.ErrorContains(f.KillContainer(f.ctx, id, "SIGNOSUCH"), "nvalid signal"))
		assert.NilError(t, f.KillContainer(f.ctx, id, "SIGWINCH"))
		assert.Check(t, is.Equal(f.inspect(id).Status, state.StatusRunning))
	}},
	{"kills what does not run without more ado", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		assert.Check(t, f.KillContainer(f.ctx, id, "SIGKILL"))
		assert.Check(t, is.Equal(f.inspect(id).Status, state.StatusCreated))
		assert.Check(t, is.ErrorIs(f.KillContainer(f.ctx, f.project+"-absent", "SIGKILL"), engine.ErrNotFound))
	}},
	{"pauses a container, and lets it go on, also when it is asked twice", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		for range 2 {
			assert.NilError(t, f.PauseContainer(f.ctx, id))
			assert.Check(t, is.Equal(f.inspect(id).Status, state.StatusPaused))
		}
		_, err := f.Exec(f.ctx, id, state.ExecSpec{Command: []string{"true"}})
		assert.Check(t, is.ErrorIs(err, engine.ErrConflict))
		for range 2 {
			assert.NilError(t, f.UnpauseContainer(f.ctx, id))
			assert.Check(t, is.Equal(f.inspect(id).Status, state.StatusRunning))
		}
	}},
	{"calls what is paused unhealthy, until its healthcheck has been run again", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		interval, long := types.Duration(time.Second), types.Duration(time.Hour)
		spec.Config.HealthCheck = &types.HealthCheckConfig{Test: []string{"CMD", "true"}, Interval: &interval, StartPeriod: &long}
		id := f.run(spec)
		f.until(id, func(c state.Container) bool { return c.Health == state.HealthHealthy })
		assert.NilError(t, f.PauseContainer(f.ctx, id))
		c := f.inspect(id)
		assert.Check(t, is.Equal(c.Health, state.HealthUnhealthy))
		assert.Check(t, is.Equal(c.HealthLog[len(c.HealthLog)-1].ExitCode, 0))
		assert.NilError(t, f.UnpauseContainer(f.ctx, id))
		f.until(id, func(c state.Container) bool { return c.Health == state.HealthHealthy })
	}},
	{"pauses what runs only", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		assert.Check(t, is.ErrorIs(f.PauseContainer(f.ctx, id), engine.ErrConflict))
		assert.Check(t, f.UnpauseContainer(f.ctx, id))
		assert.Check(t, is.ErrorIs(f.PauseContainer(f.ctx, f.project+"-absent"), engine.ErrNotFound))
		assert.Check(t, is.ErrorIs(f.UnpauseContainer(f.ctx, f.project+"-absent"), engine.ErrNotFound))
	}},
	{"stops, kills and removes what is paused", func(t *testing.T, f *fixture) {
		for name, end := range map[string]func(id string) error{
			"stop": func(id string) error { return f.StopContainer(f.ctx, id, state.StopOptions{}) },
			"kill": func(id string) error { return f.KillContainer(f.ctx, id, "SIGKILL") },
		} {
			id := f.run(f.server(name))
			assert.NilError(t, f.PauseContainer(f.ctx, id))
			assert.NilError(t, end(id))
			assert.Check(t, is.Equal(f.untilExited(id).Status, state.StatusExited))
			f.start(id)
			assert.Check(t, is.Equal(f.inspect(id).Status, state.StatusRunning))
		}
		id := f.run(f.server("a"))
		assert.NilError(t, f.PauseContainer(f.ctx, id))
		assert.NilError(t, f.RemoveContainer(f.ctx, id, state.RemoveOptions{Force: true}))
	}},
}
