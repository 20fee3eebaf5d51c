package reconciler_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

func jobOf(name string, dependencies ...state.Dependency) state.Service {
	s := serviceOf(name, dependencies...)
	s.Config.HealthCheck, s.OneShot = nil, true
	return s
}

// starts are when the containers of services were started.
func startOf(ctx context.Context, t *testing.T, m *memory.Memory, desired state.Desired, service string) time.Time {
	t.Helper()
	observed, err := m.Engine().Observe(ctx, planner.Scope(desired))
	assert.NilError(t, err)
	for _, c := range observed.Containers {
		if c.Service == service {
			return c.StartedAt
		}
	}
	t.Fatalf("service %s has no container", service)
	return time.Time{}
}

func TestAFailedRunOfAChangedJobIsKeptAndRunAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		code := 0
		m := memory.New(memory.Options{Behavior: func(state.ContainerSpec) memory.Behavior {
			after := time.Second
			return memory.Behavior{ExitAfter: &after, ExitCode: code}
		}})
		desired := projectOf(jobOf("job"))
		wait := planner.UpPolicy{Wait: true}
		assert.NilError(t, runUp(t.Context(), m, desired, wait, &recording{}, nil))
		first := startOf(t.Context(), t, m, desired, "job")

		code, desired.Services[0].Hash = 3, "other"
		for range 3 {
			err := runUp(t.Context(), m, desired, wait, &recording{}, nil)
			assert.ErrorContains(t, err, "container p-job-1 exited (3)")
			assert.Equal(t, names(t.Context(), m, desired), "p-job-1")
			again := startOf(t.Context(), t, m, desired, "job")
			assert.Assert(t, again.After(first))
			first = again
		}
	})
}

func TestAJobThatDoesNotStartDoesNotRunTheOldOneAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := false
		m := memory.New(memory.Options{Behavior: func(state.ContainerSpec) memory.Behavior {
			if broken {
				return memory.Behavior{StartError: "no such program"}
			}
			return memory.Behavior{}
		}})
		desired := projectOf(jobOf("job"))
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		first := startOf(t.Context(), t, m, desired, "job")
		time.Sleep(time.Minute)
		broken, desired.Services[0].Hash = true, "other"
		for range 3 {
			assert.ErrorContains(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil), "no such program")
			assert.Equal(t, names(t.Context(), m, desired), "p-job-1")
			assert.Equal(t, startOf(t.Context(), t, m, desired, "job"), first)
		}
	})
}

// TestARunThatIsKilledAnywhereOwesNoRestart changes a dependency, and ends the
// run after each of its calls.
func TestARunThatIsKilledAnywhereOwesNoRestart(t *testing.T) {
	for n := 1; n < 20; n++ {
		synctest.Test(t, func(t *testing.T) {
			m := memory.New(memory.Options{Behavior: func(state.ContainerSpec) memory.Behavior {
				return memory.Behavior{StartDelay: time.Second}
			}})
			restart := on("db", state.Started)
			restart.Restart = true
			desired := projectOf(serviceOf("db"), serviceOf("app", restart), jobOf("seed", restart), serviceOf("still", on("db", state.Started)))
			assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
			still := startOf(t.Context(), t, m, desired, "still")
			time.Sleep(time.Minute)
			desired.Services[0].Hash = "other"

			killed, kill := context.WithCancel(t.Context())
			defer kill()
			faults := &enginetest.Faults{Before: func(_ context.Context, c enginetest.Call) error {
				if c.Write && c.N >= n {
					kill()
					return errDead
				}
				return nil
			}}
			_ = reconciler.Executor{Engine: faults.Wrap(m.Engine())}.Reconcile(killed, desired, planner.UpPolicy{})
			assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))

			db := startOf(t.Context(), t, m, desired, "db")
			for _, service := range []string{"app", "seed"} {
				assert.Assert(t, startOf(t.Context(), t, m, desired, service).After(db), "%s, killed at call %d", service, n)
			}
			assert.Equal(t, startOf(t.Context(), t, m, desired, "still"), still)
			plan, err := reconciler.Executor{Engine: m.Engine()}.Plan(t.Context(), desired, planner.UpPolicy{})
			assert.NilError(t, err)
			assert.Assert(t, plan.Empty(), describePlan(plan))
		})
	}
}
