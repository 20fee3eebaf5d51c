package enginetest

import (
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/state"
)

// beat is the interval of the suite's healthchecks.
const beat = 200 * time.Millisecond

var checking = []obligation{
	{"has no health without a healthcheck, or with one that is disabled", func(t *testing.T, f *fixture) {
		c := f.inspect(f.run(f.server("a")))
		assert.Check(t, is.Equal(c.Health, state.HealthNone))
		assert.Check(t, c.Healthcheck == nil)
		spec := f.server("b")
		spec.Config.HealthCheck = &types.HealthCheckConfig{Disable: true}
		c = f.inspect(f.run(spec))
		assert.Check(t, is.Equal(c.Health, state.HealthNone))
		assert.Check(t, c.Healthcheck == nil)
	}},
	{"goes from starting to healthy, and tells it", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.HealthCheck = healthcheck(beat, "true")
		w := f.watch()
		id := f.create(spec)
		f.start(id)
		assert.Check(t, is.Equal(f.next(w).Action, state.ActionCreate))
		assert.Check(t, is.Equal(f.next(w).Action, state.ActionStart))
		assert.Check(t, is.Equal(f.next(w).Action, state.ActionHealthy))
		c := f.inspect(id)
		assert.Check(t, is.Equal(c.Health, state.HealthHealthy))
		assert.Assert(t, len(c.HealthLog) > 0)
		assert.Check(t, is.Equal(c.HealthLog[0].ExitCode, 0))
		assert.Check(t, !c.HealthLog[0].At.Before(c.StartedAt.Add(beat)), "the first check came before its interval")
	}},
	{"is starting until the first check", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.HealthCheck = healthcheck(time.Hour, "true")
		c := f.inspect(f.run(spec))
		assert.Check(t, is.Equal(c.Health, state.HealthStarting))
		assert.Check(t, is.Len(c.HealthLog, 0))
	}},
	{"is unhealthy after as many failures as retries, and keeps their output", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.HealthCheck = healthcheck(beat, "sh", "-c", "echo broken; exit 4")
		retries := uint64(2)
		spec.Config.HealthCheck.Retries = &retries
		id := f.run(spec)
		c := f.until(id, func(c state.Container) bool { return c.Health == state.HealthUnhealthy })
		assert.Assert(t, len(c.HealthLog) >= 2)
		assert.Check(t, is.Equal(c.HealthLog[0].ExitCode, 4))
		assert.Check(t, is.Equal(c.HealthLog[0].Output, "broken\n"))
		assert.Check(t, is.Equal(c.Status, state.StatusRunning))
	}},
	{"begins anew at every start", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.HealthCheck = healthcheck(beat, "true")
		id := f.run(spec)
		healthy := func(c state.Container) bool { return c.Health == state.HealthHealthy }
		f.until(id, healthy)
		f.stop(id)
		assert.Check(t, f.inspect(id).Health != state.HealthHealthy)
		w := f.watch()
		f.start(id)
		assert.Check(t, is.Equal(f.next(w).Action, state.ActionStart))
		assert.Check(t, is.Equal(f.next(w).Action, state.ActionHealthy))
	}},
}
