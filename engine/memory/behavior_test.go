package memory_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/state"
)

// Each of these runs in a bubble, with an engine of its own.
func TestBehavior(t *testing.T) {
	for name, test := range map[string]func(*testing.T, engine.Engine){
		"a container runs for ever": func(t *testing.T, e engine.Engine) {
			id := run(t, e, service("a", nil))
			time.Sleep(1000 * time.Hour)
			assert.Check(t, is.Equal(inspect(t, e, id).Status, state.StatusRunning))
		},
		"one that is meant to end does so at once": func(t *testing.T, e engine.Engine) {
			spec := service("a", nil)
			spec.OneShot = true
			c := inspect(t, e, run(t, e, spec))
			assert.Check(t, is.Equal(c.Status, state.StatusExited))
			assert.Check(t, is.Equal(c.ExitCode, 0))
			assert.Check(t, c.FinishedAt.Equal(c.StartedAt))
		},
		"exit-after and exit-code": func(t *testing.T, e engine.Engine) {
			id := run(t, e, service("a", map[string]string{"exit-after": "90s", "exit-code": "3"}))
			time.Sleep(89 * time.Second)
			assert.Check(t, inspect(t, e, id).Running())
			time.Sleep(time.Second)
			c := inspect(t, e, id)
			assert.Check(t, is.Equal(c.ExitCode, 3))
			assert.Check(t, is.Equal(c.FinishedAt.Sub(c.StartedAt), 90*time.Second))
		},
		"exit-code alone ends at once": func(t *testing.T, e engine.Engine) {
			c := inspect(t, e, run(t, e, service("a", map[string]string{"exit-code": "1"})))
			assert.Check(t, is.Equal(c.Status, state.StatusExited))
			assert.Check(t, is.Equal(c.ExitCode, 1))
		},
		"start-delay": func(t *testing.T, e engine.Engine) {
			id := create(t, e, service("a", map[string]string{"start-delay": "2s"}))
			began := time.Now()
			assert.NilError(t, e.StartContainer(t.Context(), id))
			assert.Check(t, is.Equal(time.Since(began), 2*time.Second))
		},
		"start-error": func(t *testing.T, e engine.Engine) {
			id := create(t, e, service("a", map[string]string{"start-error": "no such file: nope"}))
			assert.Check(t, is.Error(e.StartContainer(t.Context(), id), "start container "+id+": no such file: nope"))
			c := inspect(t, e, id)
			assert.Check(t, is.Equal(c.Status, state.StatusCreated))
			assert.Check(t, is.Equal(c.Error, "no such file: nope"))
		},
		"ready-after is seen by a probe at once, and by the engine at the next interval": func(t *testing.T, e engine.Engine) {
			id := run(t, e, checked(service("a", map[string]string{"ready-after": "12s"}), 10*time.Second, 5))
			probe := func() int {
				result, err := e.Exec(t.Context(), id, state.ExecSpec{Command: []string{"sh", "-c", "pg_isready"}})
				assert.NilError(t, err)
				return result.ExitCode
			}
			time.Sleep(11 * time.Second)
			assert.Check(t, is.Equal(probe(), 1))
			time.Sleep(time.Second)
			assert.Check(t, is.Equal(probe(), 0))
			assert.Check(t, is.Equal(inspect(t, e, id).Health, state.HealthStarting))
			time.Sleep(8 * time.Second)
			c := inspect(t, e, id)
			assert.Check(t, is.Equal(c.Health, state.HealthHealthy))
			assert.Check(t, is.Len(c.HealthLog, 2))
		},
		"probe-fails leaves the healthcheck to the engine": func(t *testing.T, e engine.Engine) {
			id := run(t, e, checked(service("a", map[string]string{"probe-fails": "true"}), time.Second, 3))
			result, err := e.Exec(t.Context(), id, state.ExecSpec{Command: []string{"/bin/sh", "-c", "pg_isready"}})
			assert.NilError(t, err)
			assert.Check(t, is.Equal(result.ExitCode, 1))
			time.Sleep(time.Second)
			assert.Check(t, is.Equal(inspect(t, e, id).Health, state.HealthHealthy))
		},
		"never-healthy": func(t *testing.T, e engine.Engine) {
			w := watch(t, e)
			id := run(t, e, checked(service("a", map[string]string{"never-healthy": "true"}), time.Second, 3))
			time.Sleep(2 * time.Second)
			assert.Check(t, is.Equal(inspect(t, e, id).Health, state.HealthStarting))
			time.Sleep(time.Second)
			assert.Check(t, is.Equal(inspect(t, e, id).Health, state.HealthUnhealthy))
			time.Sleep(time.Hour)
			assert.Check(t, is.Len(inspect(t, e, id).HealthLog, 5))
			assert.Check(t, is.DeepEqual(w.actions(), []state.Action{state.ActionCreate, state.ActionStart, state.ActionUnhealthy}))
		},
		"failures in the start period do not count": func(t *testing.T, e engine.Engine) {
			spec := checked(service("a", map[string]string{"never-healthy": "true"}), 10*time.Second, 1)
			period, interval := *spec.Config.HealthCheck.Interval*3, *spec.Config.HealthCheck.Interval/10
			spec.Config.HealthCheck.StartPeriod, spec.Config.HealthCheck.StartInterval = &period, &interval
			id := run(t, e, spec)
			time.Sleep(29 * time.Second)
			assert.Check(t, is.Equal(inspect(t, e, id).Health, state.HealthStarting))
			time.Sleep(time.Second)
			assert.Check(t, is.Equal(inspect(t, e, id).Health, state.HealthUnhealthy))
		},
		"stop-takes": func(t *testing.T, e engine.Engine) {
			id := run(t, e, service("a", map[string]string{"stop-takes": "3s"}))
			began := time.Now()
			assert.NilError(t, e.StopContainer(t.Context(), id, state.StopOptions{}))
			assert.Check(t, is.Equal(time.Since(began), 3*time.Second))
			assert.Check(t, is.Equal(inspect(t, e, id).ExitCode, 0))
		},
		"a stop that takes longer than its grace is a kill": func(t *testing.T, e engine.Engine) {
			id := run(t, e, service("a", map[string]string{"stop-takes": "1h"}))
			began := time.Now()
			assert.NilError(t, e.StopContainer(t.Context(), id, state.StopOptions{}))
			assert.Check(t, is.Equal(time.Since(began), 10*time.Second))
			assert.Check(t, is.Equal(inspect(t, e, id).ExitCode, 137))
		},
		"restarts come later and later": func(t *testing.T, e engine.Engine) {
			w := watch(t, e)
			spec := service("a", map[string]string{"exit-code": "1"})
			spec.Config.Restart = "on-failure:3"
			id := run(t, e, spec)
			time.Sleep(time.Minute)
			c := inspect(t, e, id)
			assert.Check(t, is.Equal(c.Status, state.StatusExited))
			assert.Check(t, is.Equal(c.RestartCount, 3))
			w.actions()
			var starts []time.Duration
			for _, o := range w.events {
				if o.Action == state.ActionStart {
					starts = append(starts, o.At.Sub(w.events[0].At))
				}
			}
			assert.Check(t, is.DeepEqual(starts, []time.Duration{0, 100 * time.Millisecond, 300 * time.Millisecond, 700 * time.Millisecond}))
		},
		"output": func(t *testing.T, e engine.Engine) {
			id := run(t, e, service("a", map[string]string{"output": "one\ntwo\n"}))
			assert.Check(t, is.DeepEqual(logOf(t, e, id), []string{"one", "two"}))
		},
		"every container says something": func(t *testing.T, e engine.Engine) {
			spec := service("a", nil)
			spec.Config.Command = []string{"nginx", "-g", "daemon off;"}
			assert.Check(t, is.DeepEqual(logOf(t, e, run(t, e, spec)), []string{"busybox nginx -g daemon off;"}))
		},
		"a label that cannot be read": func(t *testing.T, e engine.Engine) {
			_, err := e.CreateContainer(t.Context(), service("a", map[string]string{"exit-after": "soon"}), nil)
			assert.Check(t, is.ErrorContains(err, `label dev.stack.memory.exit-after: time: invalid duration "soon"`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, memory.New(withBusybox).Engine()) })
		})
	}
}

func logOf(t *testing.T, e engine.Engine, id string) []string {
	t.Helper()
	var lines []string
	assert.NilError(t, e.Logs(t.Context(), id, state.LogOptions{}, func(l state.LogLine) { lines = append(lines, l.Text) }))
	return lines
}

func TestOptionsSayWhatLabelsDoNot(t *testing.T) {
	options := withBusybox
	options.Behavior = func(spec state.ContainerSpec) memory.Behavior {
		if spec.Service == "a" {
			return memory.Behavior{ExitCode: 2, Output: []string{"kept"}}
		}
		return memory.Behavior{}
	}
	e := memory.New(options).Engine()
	assert.Check(t, is.Equal(inspect(t, e, run(t, e, service("a", nil))).ExitCode, 2))
	assert.Check(t, inspect(t, e, run(t, e, service("b", nil))).Running())
	labelled := service("a", map[string]string{"exit-code": "7"})
	labelled.Name = "p-a-2"
	id := run(t, e, labelled)
	assert.Check(t, is.Equal(inspect(t, e, id).ExitCode, 7))
	assert.Check(t, is.DeepEqual(logOf(t, e, id), []string{"kept"}))
}

func TestExit(t *testing.T) {
	m := memory.New(withBusybox)
	id := run(t, m.Engine(), service("a", nil))
	assert.NilError(t, m.Exit("p-a-1", 9))
	assert.Check(t, is.Equal(inspect(t, m.Engine(), id).ExitCode, 9))
	assert.NilError(t, m.Exit("p-a-1", 1))
	assert.Check(t, is.Equal(inspect(t, m.Engine(), id).ExitCode, 9))
	assert.Check(t, is.ErrorIs(m.Exit("p-b-1", 1), engine.ErrNotFound))
}

func TestBrokenStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memory.New(withBusybox)
		broken := errors.New("the engine went away")
		first := watch(t, m.Engine())
		m.BreakStreams(broken)
		<-first.done
		assert.Check(t, is.ErrorIs(first.err, broken))
		second := watch(t, m.Engine())
		create(t, m.Engine(), service("a", nil))
		synctest.Wait()
		assert.Check(t, is.Len(second.actions(), 1))
		assert.Check(t, second.err)
	})
}

// Nothing wakes up when nobody would notice: a wait that never ends is found
// by the bubble to be a deadlock, not an endless run of healthchecks.
func TestSettledHealthIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := memory.New(withBusybox).Engine()
		id := run(t, e, checked(service("a", nil), time.Second, 1))
		w := watch(t, e)
		time.Sleep(24 * time.Hour)
		c := inspect(t, e, id)
		assert.Check(t, is.Len(c.HealthLog, 5))
		assert.Check(t, time.Since(c.HealthLog[4].At) <= time.Second)
		assert.Check(t, is.DeepEqual(w.actions(), []state.Action{state.ActionHealthy}))
	})
}
