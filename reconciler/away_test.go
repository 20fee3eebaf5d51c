package reconciler_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
)

// errUnanswered is an error of an engine that broke a call off.
var errUnanswered = fmt.Errorf("%w: the call broke off", engine.ErrUnavailable)

// eachWrite runs a test for every write that a run makes that brings the shop
// up, or replaces it.
func eachWrite(t *testing.T, try func(t *testing.T, n int, replace bool) (last bool)) {
	for _, replace := range []bool{false, true} {
		for n, last := 1, false; !last; n++ {
			assert.Assert(t, n < 100)
			synctest.Test(t, func(t *testing.T) { last = try(t, n, replace) })
		}
	}
}

func TestAWriteThatIsNotAnsweredIsLookedAfter(t *testing.T) {
	for name, hooks := range map[string]func(n int) *enginetest.Faults{
		"and was not done": func(n int) *enginetest.Faults {
			return &enginetest.Faults{Before: enginetest.FailWrite(n, errUnanswered)}
		},
		"and was done": func(n int) *enginetest.Faults {
			return &enginetest.Faults{After: enginetest.FailWrite(n, errUnanswered)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachWrite(t, func(t *testing.T, n int, replace bool) bool {
				m, desired := behaves(nil), shop("1", 2)
				if replace {
					assert.NilError(t, reconciler.Executor{Engine: m.Engine()}.Reconcile(t.Context(), shop("0", 2), planner.UpPolicy{}))
				}
				faults := hooks(n)
				assert.NilError(t, reconciler.Executor{Engine: faults.Wrap(m.Engine())}.Reconcile(t.Context(), desired, planner.UpPolicy{}))
				assert.NilError(t, has(t.Context(), m, desired, `p-db-1\* p-web-1\* p-web-2\*`))
				return len(faults.Writes()) < n
			})
		})
	}
}

func TestAnEngineThatDoesNotComeBackIsOneError(t *testing.T) {
	eachWrite(t, func(t *testing.T, n int, replace bool) bool {
		m, desired := behaves(nil), shop("1", 2)
		if replace {
			assert.NilError(t, reconciler.Executor{Engine: m.Engine()}.Reconcile(t.Context(), shop("0", 2), planner.UpPolicy{}))
		}
		var gone atomic.Bool
		faults := &enginetest.Faults{Before: func(_ context.Context, c enginetest.Call) error {
			if c.Write && c.N == n {
				gone.Store(true)
			}
			if gone.Load() {
				return errUnanswered
			}
			return nil
		}}
		r := &recording{}
		err := reconciler.Executor{Engine: faults.Wrap(m.Engine()), Events: r.see}.Reconcile(t.Context(), desired, planner.UpPolicy{})
		if !gone.Load() {
			assert.NilError(t, err)
			return true
		}
		assert.ErrorIs(t, err, engine.ErrUnavailable)
		assert.Equal(t, strings.Count(err.Error(), "engine unavailable"), 1, err.Error())
		open := map[string]bool{}
		for _, e := range r.events {
			if e.Phase == event.Started {
				open[e.Node] = true
			} else if e.Phase.Terminal() {
				delete(open, e.Node)
			}
		}
		assert.Equal(t, len(open), 0, "%v began and did not end", open)
		assert.NilError(t, reconciler.Executor{Engine: m.Engine()}.Reconcile(t.Context(), desired, planner.UpPolicy{}))
		assert.NilError(t, has(t.Context(), m, desired, `p-db-1\* p-web-1\* p-web-2\*`))
		return false
	})
}

// left is an engine that went away, and is back, when a call fails as one that
// is being stopped lets it fail.
type left struct {
	engine.Presence
	times atomic.Int64
}

func (l *left) Absences() int { return int(l.times.Load()) }

func TestWhateverFailsWhileTheEngineIsStoppedIsTriedAgain(t *testing.T) {
	eachWrite(t, func(t *testing.T, n int, replace bool) bool {
		m, desired := behaves(nil), shop("1", 2)
		if replace {
			assert.NilError(t, reconciler.Executor{Engine: m.Engine()}.Reconcile(t.Context(), shop("0", 2), planner.UpPolicy{}))
		}
		presence := &left{Presence: m.Engine().Presence}
		faults := &enginetest.Faults{Before: func(_ context.Context, c enginetest.Call) error {
			if c.Write && c.N == n {
				presence.times.Add(1)
				return errors.New("containerd: connection refused")
			}
			return nil
		}}
		x := m.Engine()
		x.Presence = presence
		assert.NilError(t, reconciler.Executor{Engine: faults.Wrap(x)}.Reconcile(t.Context(), desired, planner.UpPolicy{}))
		assert.NilError(t, has(t.Context(), m, desired, `p-db-1\* p-web-1\* p-web-2\*`))
		return len(faults.Writes()) < n
	})
}
