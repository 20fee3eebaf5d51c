package reconciler_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// leftover is an engine that ended while it started its first container, and is
// back: it never starts that one, and says so once it has been asked to.
type leftover struct {
	engine.Observer
	mu    sync.Mutex
	id    string
	tried bool
}

func leaves(m *memory.Memory) engine.Engine {
	l := &leftover{Observer: m.Engine().Observer}
	faults := &enginetest.Faults{Before: l.start}
	x := faults.Wrap(m.Engine())
	x.Observer = l
	return x
}

func (l *leftover) start(_ context.Context, c enginetest.Call) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case c.Method != "StartContainer":
		return nil
	case l.id == "":
		l.id = c.Target
		return fmt.Errorf("start container %s: %w", c.Target, engine.ErrUnavailable)
	case l.id == c.Target:
		l.tried = true
		return fmt.Errorf("task %s: already exists: %w", c.Target, engine.ErrConflict)
	}
	return nil
}

func (l *leftover) Observe(ctx context.Context, scope state.Scope) (state.Observed, error) {
	observed, err := l.Observer.Observe(ctx, scope)
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.IndexFunc(observed.Containers, func(c state.Container) bool { return c.ID == l.id }); i >= 0 {
		observed.Containers[i].Stuck = l.tried
	}
	return observed, err
}

func TestAContainerWhoseStartTheEnginesEndBrokeOffIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(nil)
		desired := projectOf(serviceOf("db"), serviceOf("web", on("db", state.Healthy)))
		x := reconciler.Executor{Engine: leaves(m)}
		assert.NilError(t, x.Reconcile(t.Context(), desired, planner.UpPolicy{}))
		assert.Equal(t, names(t.Context(), m, desired), "p-db-1* p-web-1*")
		plan, err := x.Plan(t.Context(), desired, planner.UpPolicy{})
		assert.NilError(t, err)
		assert.Assert(t, plan.Empty())
	})
}
