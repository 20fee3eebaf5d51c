package reconciler_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// Runs of several machines on one project at once, which no lock keeps apart.

// unsteady is an engine whose calls take a time that is not always the same.
func unsteady(x engine.Engine, random *rand.Rand) engine.Engine {
	var mu sync.Mutex
	faults := &enginetest.Faults{Before: func(ctx context.Context, _ enginetest.Call) error {
		mu.Lock()
		pause := time.Duration(random.Int64N(int64(20 * time.Millisecond)))
		mu.Unlock()
		select {
		case <-time.After(pause):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
	return faults.Wrap(x)
}

// together runs all at once and returns their errors.
func together(runs ...func() error) []error {
	errs := make([]error, len(runs))
	var all sync.WaitGroup
	for i, run := range runs {
		all.Go(func() { errs[i] = run() })
	}
	all.Wait()
	return errs
}

func times(n int, run func() error) []func() error {
	runs := make([]func() error, n)
	for i := range runs {
		runs[i] = run
	}
	return runs
}

// shop is a project with what runs can get into each other's way with.
func shop(hash string, replicas int) state.Desired {
	desired := projectOf(serviceOf("db"), serviceOf("web", on("db", state.Healthy)))
	desired.Services[1].Replicas = replicas
	for i := range desired.Services {
		desired.Services[i].Hash += hash
	}
	return desired
}

func takeDown(ctx context.Context, x engine.Engine, desired state.Desired) error {
	plan := func() (planner.Plan, error) {
		observed, err := x.Observe(ctx, planner.Scope(desired))
		if err != nil {
			return planner.Plan{}, err
		}
		return planner.Down(desired, observed, planner.DownPolicy{})
	}
	first, err := plan()
	if err != nil {
		return err
	}
	return reconciler.Executor{Engine: x}.Settle(ctx, first, plan)
}

// meet runs a property on engines whose calls take other times each time.
func meet(t *testing.T, property func(ctx context.Context, m *memory.Memory, newEngine func() engine.Engine) error) {
	for seed := range uint64(12) {
		synctest.Test(t, func(t *testing.T) {
			m := behaves(nil)
			var engines atomic.Uint64
			began := time.Now()
			err := property(t.Context(), m, func() engine.Engine {
				return unsteady(m.Engine(), rand.New(rand.NewPCG(seed, engines.Add(1))))
			})
			assert.NilError(t, err, "seed %d", seed)
			assert.Assert(t, time.Since(began) < 2*time.Minute)
		})
	}
}

func joined(errs []error) error {
	for i, err := range errs {
		if err != nil {
			return fmt.Errorf("run %d: %w", i, err)
		}
	}
	return nil
}

// has says what the engine has instead of containers whose names, with a star
// for each that runs, match.
func has(ctx context.Context, m *memory.Memory, desired state.Desired, want string) error {
	if got := names(ctx, m, desired); !regexp.MustCompile("^" + want + "$").MatchString(got) {
		return fmt.Errorf("the engine has %s, and not %s", got, want)
	}
	plan, err := reconciler.Executor{Engine: m.Engine()}.Plan(ctx, desired, planner.UpPolicy{})
	if err == nil && !plan.Empty() {
		err = fmt.Errorf("the next plan is not empty: %s", describePlan(plan))
	}
	return err
}

func TestEightUpsAtOnceMakeOneProject(t *testing.T) {
	meet(t, func(ctx context.Context, m *memory.Memory, newEngine func() engine.Engine) error {
		for _, desired := range []state.Desired{shop("1", 2), shop("2", 2), shop("3", 3), shop("3", 1)} {
			err := joined(together(times(8, func() error {
				return reconciler.Executor{Engine: newEngine()}.Reconcile(ctx, desired, planner.UpPolicy{})
			})...))
			if err != nil {
				return err
			}
			want := `p-db-1\*` + strings.Repeat(` p-web-[123]\*`, desired.Services[1].Replicas)
			if err := has(ctx, m, desired, want); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestRunsThatWantDifferentThingsEnd(t *testing.T) {
	ways := map[string]func(ctx context.Context, newEngine func() engine.Engine) []func() error{
		"up and down": func(ctx context.Context, newEngine func() engine.Engine) []func() error {
			return append(
				times(2, func() error {
					return reconciler.Executor{Engine: newEngine()}.Reconcile(ctx, shop("1", 2), planner.UpPolicy{})
				}),
				times(2, func() error { return takeDown(ctx, newEngine(), shop("1", 2)) })...)
		},
		"three and one": func(ctx context.Context, newEngine func() engine.Engine) []func() error {
			up := func(replicas int) func() error {
				return func() error {
					return reconciler.Executor{Engine: newEngine()}.Reconcile(ctx, shop("1", replicas), planner.UpPolicy{})
				}
			}
			return append(times(2, up(3)), times(2, up(1))...)
		},
		"old and new": func(ctx context.Context, newEngine func() engine.Engine) []func() error {
			up := func(hash string) func() error {
				return func() error {
					return reconciler.Executor{Engine: newEngine()}.Reconcile(ctx, shop(hash, 2), planner.UpPolicy{})
				}
			}
			return append(times(2, up("1")), times(2, up("2"))...)
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			meet(t, func(ctx context.Context, m *memory.Memory, newEngine func() engine.Engine) error {
				first := reconciler.Executor{Engine: m.Engine()}
				if err := first.Reconcile(ctx, shop("0", 2), planner.UpPolicy{}); err != nil {
					return err
				}
				together(way(ctx, newEngine)...) // who loses, says so
				if err := first.Reconcile(ctx, shop("9", 2), planner.UpPolicy{}); err != nil {
					return err
				}
				return has(ctx, m, shop("9", 2), `p-db-1\* p-web-[123]\* p-web-[123]\*`)
			})
		})
	}
}

func TestAConflictThatStaysIsAnErrorSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(nil)
		desired := shop("1", 1)
		assert.NilError(t, reconciler.Executor{Engine: m.Engine()}.Reconcile(t.Context(), desired, planner.UpPolicy{}))
		foreign := state.ContainerSpec{Name: "foreign", Config: serviceOf("x").Config}
		foreign.Attachments = []state.Attachment{{Network: "p_default"}}
		id, err := m.Engine().CreateContainer(t.Context(), foreign, nil)
		assert.NilError(t, err)
		assert.NilError(t, m.Engine().StartContainer(t.Context(), id))
		began := time.Now()
		err = takeDown(t.Context(), m.Engine(), desired)
		assert.ErrorIs(t, err, engine.ErrConflict)
		assert.Assert(t, strings.Contains(err.Error(), "foreign"), err.Error())
		assert.Assert(t, time.Since(began) < 15*time.Second, "%s", time.Since(began))
		assert.Equal(t, names(t.Context(), m, desired), "")
	})
}
