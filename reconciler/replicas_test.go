package reconciler_test

import (
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func TestAConditionIsThatOfEveryReplica(t *testing.T) {
	for _, condition := range []state.Condition{state.Healthy, state.Completed} {
		synctest.Test(t, func(t *testing.T) {
			m := memory.New(memory.Options{Behavior: func(spec state.ContainerSpec) memory.Behavior {
				if spec.Service != "db" || spec.Number < 3 {
					return memory.Behavior{}
				}
				return memory.Behavior{NeverHealthy: true, ExitCode: 4}
			}})
			db := serviceOf("db")
			if condition == state.Completed {
				db = jobOf("db")
			}
			db.Replicas = 3
			r := &recording{}
			err := runUp(t.Context(), m, projectOf(db, serviceOf("web", on("db", condition))), planner.UpPolicy{}, r, nil)
			assert.ErrorContains(t, err, "p-db-3")
			assert.Equal(t, r.phase("start web/1"), event.Skipped)
		})
	}
}

func TestAContainerThatRestartsInALoopIsNotRunning(t *testing.T) {
	for _, healthcheck := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			after := 100 * time.Millisecond
			m := behaves(map[string]memory.Behavior{"web": {NeverHealthy: true, ExitAfter: &after, ExitCode: 6}})
			web := serviceOf("web")
			web.Config.Restart = "always"
			if !healthcheck {
				web.Config.HealthCheck = nil
			}
			desired := projectOf(web)
			assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
			time.Sleep(time.Second)
			err := runUp(t.Context(), m, desired, planner.UpPolicy{Wait: true, Now: time.Now()}, &recording{}, nil)
			assert.ErrorContains(t, err, "restarts in a loop: exited (6)")
		})
	}
}

func TestAContainerThatRestartedOnceIsRunningAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lives := []time.Duration{time.Second, time.Hour}
		m := memory.New(memory.Options{Behavior: func(state.ContainerSpec) memory.Behavior { return memory.Behavior{ExitAfter: &lives[0], ExitCode: 1} }})
		web := serviceOf("web")
		web.Config.HealthCheck, web.Config.Restart = nil, "always"
		desired := projectOf(web)
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		lives[0] = lives[1]
		time.Sleep(1200 * time.Millisecond) // it has restarted
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{Wait: true, Now: time.Now()}, &recording{}, nil))
	})
}

func TestNoReplicasAreAsGoodAsTheirCondition(t *testing.T) {
	for _, condition := range []state.Condition{state.Started, state.Healthy, state.Completed} {
		synctest.Test(t, func(t *testing.T) {
			db, web := serviceOf("db"), serviceOf("web", on("db", condition))
			db.Replicas, web.Replicas = 0, 0
			m, desired := behaves(nil), projectOf(db, web)
			for _, wait := range []bool{false, true} {
				assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{Wait: wait}, &recording{}, nil))
			}
			assert.Equal(t, names(t.Context(), m, desired), "")
		})
	}
}

func TestWaitingForOneServiceIsWaitingForWhatItNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(map[string]memory.Behavior{"db": {ReadyAfter: 3 * time.Second}})
		desired := projectOf(serviceOf("db"), serviceOf("web", on("db", state.Started)))
		r := &recording{}
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{Wait: true, Selected: []string{"web"}}, r, nil))
		assert.Assert(t, r.at("await db/1 ready") >= 3*time.Second)
	})
}
