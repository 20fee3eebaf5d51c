package reconciler_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// quicker is an engine on which somebody else brings the project up just before
// this run calls a method for the first time.
func quicker(ctx context.Context, x engine.Engine, desired state.Desired, method string) engine.Engine {
	var done atomic.Bool
	faults := &enginetest.Faults{Before: func(_ context.Context, c enginetest.Call) error {
		if c.Method == method && done.CompareAndSwap(false, true) {
			return reconciler.Executor{Engine: x}.Reconcile(ctx, desired, planner.UpPolicy{})
		}
		return nil
	}}
	return faults.Wrap(x)
}

func TestARunThatIsOvertakenLooksAgain(t *testing.T) {
	for _, method := range []string{"CreateContainer", "RenameContainer", "StopContainer"} {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := behaves(nil)
				desired := projectOf(serviceOf("db"), serviceOf("web", on("db", state.Healthy)))
				if method != "CreateContainer" {
					assert.NilError(t, reconciler.Executor{Engine: m.Engine()}.Reconcile(t.Context(), desired, planner.UpPolicy{}))
					desired.Services[0].Hash, desired.Services[1].Hash = "other", "other"
				}
				x := reconciler.Executor{Engine: quicker(t.Context(), m.Engine(), desired, method)}
				assert.NilError(t, x.Reconcile(t.Context(), desired, planner.UpPolicy{}))
				assert.Equal(t, names(t.Context(), m, desired), "p-db-1* p-web-1*")
				plan, err := x.Plan(t.Context(), desired, planner.UpPolicy{})
				assert.NilError(t, err)
				assert.Assert(t, plan.Empty())
			})
		})
	}
}

func TestANameThatAnotherProjectHasIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(nil)
		foreign := projectOf(serviceOf("db"))
		foreign.Services[0].Config.ContainerName = "taken"
		assert.NilError(t, reconciler.Executor{Engine: m.Engine()}.Reconcile(t.Context(), foreign, planner.UpPolicy{}))
		ours := projectOf(serviceOf("db"))
		ours.Project.Name, ours.Networks[0].Config.Name = "q", "q_default"
		ours.Services[0].Config.ContainerName = "taken"
		faults := &enginetest.Faults{}
		err := reconciler.Executor{Engine: faults.Wrap(m.Engine())}.Reconcile(t.Context(), ours, planner.UpPolicy{})
		assert.ErrorIs(t, err, engine.ErrConflict)
		assert.Assert(t, len(faults.Writes()) < 10)
	})
}
