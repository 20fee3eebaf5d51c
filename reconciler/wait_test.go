package reconciler_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-multierror"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func TestAWaitEndsSoonAfterTheServiceIsReadyWhateverTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(map[string]memory.Behavior{"db": {ReadyAfter: time.Second}})
		r := &recording{}
		desired := projectOf(serviceOf("db"), serviceOf("web", on("db", state.Healthy)))
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, r, nil))
		took := r.at("await db/1 healthy")
		assert.Assert(t, took >= time.Second && took < 2*time.Second, "%s", took)
		assert.Equal(t, r.phase("start web/1"), event.Succeeded)
	})
}

func TestWithoutProbesAWaitEndsWithTheEnginesOwnCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(map[string]memory.Behavior{"db": {ReadyAfter: time.Second}})
		r := &recording{}
		desired := projectOf(serviceOf("db"), serviceOf("web", on("db", state.Healthy)))
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{EngineProbes: true}, r, nil))
		took := r.at("await db/1 healthy")
		assert.Assert(t, took >= 10*time.Second && took < 11*time.Second, "%s", took)
	})
}

func TestADependencyThatExitsFailsTheWaitAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		after := 2 * time.Second
		m := behaves(map[string]memory.Behavior{"db": {NeverHealthy: true, ExitAfter: &after, ExitCode: 3, Output: []string{"no disk"}}})
		r := &recording{}
		desired := projectOf(serviceOf("db"), serviceOf("web", on("db", state.Healthy)), serviceOf("other"))
		err := runUp(t.Context(), m, desired, planner.UpPolicy{}, r, nil)
		assert.ErrorContains(t, err, "dependency failed to start: container p-db-1 exited (3)")
		assert.ErrorContains(t, err, "no disk")
		assert.Assert(t, r.at("await db/1 healthy") < 3*time.Second)
		assert.Equal(t, r.phase("start web/1"), event.Skipped)
		assert.Equal(t, r.phase("start other/1"), event.Succeeded)
	})
}

func TestWhatSeveralWaitForIsOneCause(t *testing.T) {
	for _, c := range []struct {
		name     string
		behavior memory.Behavior
		policy   planner.UpPolicy
		cause    string
	}{
		{"it exits", memory.Behavior{NeverHealthy: true, ExitAfter: new(time.Duration), ExitCode: 3}, planner.UpPolicy{Wait: true},
			"dependency failed to start: container p-db-1 exited (3)"},
		{"it takes too long", memory.Behavior{ReadyAfter: time.Minute}, planner.UpPolicy{Wait: true, WaitTimeout: time.Second},
			"container p-db-1: timeout waiting for dependencies: not service_healthy after 1s: it is running, its health is starting"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := behaves(map[string]memory.Behavior{"db": c.behavior})
				desired := projectOf(serviceOf("db"), serviceOf("web", on("db", state.Healthy)))
				err := runUp(t.Context(), m, desired, c.policy, &recording{}, nil)
				var all *multierror.Error
				assert.Assert(t, errors.As(err, &all), "%v", err)
				assert.Equal(t, len(all.Errors), 1, "%v", err)
				assert.ErrorContains(t, all.Errors[0], c.cause)
			})
		})
	}
}

func TestOnlyTheEngineCallsAContainerUnhealthy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(map[string]memory.Behavior{"db": {NeverHealthy: true}})
		desired := projectOf(serviceOf("db"), serviceOf("web", on("db", state.Healthy)))
		r := &recording{}
		err := runUp(t.Context(), m, desired, planner.UpPolicy{}, r, nil)
		assert.ErrorContains(t, err, "container p-db-1 is unhealthy")
		assert.Assert(t, r.at("await db/1 healthy") >= 30*time.Second) // three failures of the engine's
	})
}

func TestAWaitForHealthWithoutAHealthcheckSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := serviceOf("db")
		db.Config.HealthCheck = nil
		err := runUp(t.Context(), behaves(nil), projectOf(db, serviceOf("web", on("db", state.Healthy))), planner.UpPolicy{}, &recording{}, nil)
		assert.ErrorContains(t, err, "has no healthcheck configured")
	})
}

func TestAWaitThatTakesTooLongSaysWhatTheContainerIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(map[string]memory.Behavior{"db": {ReadyAfter: time.Hour}})
		err := runUp(t.Context(), m, projectOf(serviceOf("db")), planner.UpPolicy{Wait: true, WaitTimeout: 5 * time.Second}, &recording{}, nil)
		assert.ErrorContains(t, err, "container p-db-1: application not healthy after 5s: it is running, its health is starting")
	})
}

func TestAnOptionalDependencyThatFailsIsAWarning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(map[string]memory.Behavior{"db": {NeverHealthy: true}})
		web := serviceOf("web", state.Dependency{Service: "db", Condition: state.Healthy})
		r := &recording{}
		assert.NilError(t, runUp(t.Context(), m, projectOf(serviceOf("db"), web), planner.UpPolicy{}, r, nil))
		assert.Equal(t, r.phase("await db/1 healthy"), event.Failed)
		assert.Equal(t, r.phase("start web/1"), event.Succeeded)
	})
}

func TestAJobThatFailsIsNotCompleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		job := serviceOf("job")
		job.Config.HealthCheck, job.OneShot = nil, true
		m := behaves(map[string]memory.Behavior{"job": {ExitCode: 2}})
		err := runUp(t.Context(), m, projectOf(job, serviceOf("web", on("job", state.Completed))), planner.UpPolicy{}, &recording{}, nil)
		assert.ErrorContains(t, err, "container p-job-1 exited (2)")
	})
}

func TestUpWaitTakesAOneShotThatEndsWell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		job := serviceOf("job")
		job.OneShot = true
		assert.NilError(t, runUp(t.Context(), behaves(nil), projectOf(job), planner.UpPolicy{Wait: true}, &recording{}, nil))
	})
}
