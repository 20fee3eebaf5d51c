package reconciler_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// refreshed is a project that is up, and whose images fast:1 and slow:1 have
// another content in the registry now.
func refreshed(t *testing.T) (*memory.Memory, state.Desired) {
	t.Helper()
	m := memory.New(memory.Options{
		Images: map[string]memory.Image{"fast:1": {PullTakes: time.Second}, "slow:1": {PullTakes: time.Minute}},
	})
	fast, slow := serviceOf("fast"), serviceOf("slow")
	fast.Config.Image, slow.Config.Image = "fast:1", "slow:1"
	fast.PullPolicy, slow.PullPolicy = "always", "always"
	desired := projectOf(fast, serviceOf("front", on("fast", state.Healthy)), serviceOf("other"), slow)
	assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
	assert.NilError(t, m.Publish("fast:1"))
	assert.NilError(t, m.Publish("slow:1"))
	return m, desired
}

func TestAServiceIsReplacedWithoutWaitingForTheImagesOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, desired := refreshed(t)
		r := &recording{}
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, r, nil))
		assert.Assert(t, r.at("start fast/1") < r.at("pull slow:1"))
		assert.Assert(t, r.at("start slow/1") >= r.at("pull slow:1"))
		assert.Equal(t, names(t.Context(), m, desired), "p-fast-1* p-front-1* p-other-1* p-slow-1*")
	})
}

func TestARunInSeveralPlansReplacesEachContainerOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, desired := refreshed(t)
		r := &recording{}
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{Recreate: planner.RecreateAlways}, r, nil))
		created := map[string]int{}
		for _, e := range r.events {
			if e.Op == "CreateContainer" && e.Phase == event.Succeeded {
				created[e.Ref.String()]++
			}
		}
		assert.DeepEqual(t, created, map[string]int{"fast/1": 1, "front/1": 1, "other/1": 1, "slow/1": 1})
	})
}

func TestAnImageThatCannotBeBroughtLeavesItsServicesAsTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memory.New(memory.Options{Images: map[string]memory.Image{"good:1": {}, "bad:1": {Present: true, PullError: "connection refused"}}})
		good, bad := serviceOf("good"), serviceOf("bad")
		good.Config.Image, bad.Config.Image = "good:1", "bad:1"
		desired := projectOf(good, bad)
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		assert.NilError(t, m.Publish("good:1"))
		r := &recording{}
		err := runUp(t.Context(), m, desired, planner.UpPolicy{Pull: "always"}, r, nil)
		assert.ErrorContains(t, err, "connection refused")
		assert.Equal(t, strings.Count(err.Error(), "connection refused"), 1)
		assert.Equal(t, r.phase("start good/1"), event.Succeeded)
		assert.Equal(t, names(t.Context(), m, desired), "p-bad-1* p-good-1*")
	})
}

func TestAnInterruptWhileImagesAreBroughtChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, desired := refreshed(t)
		stop := make(chan struct{})
		r := &recording{on: func(e event.Event) {
			if e.Node == "pull slow:1" && e.Phase == event.Started {
				close(stop)
			}
		}}
		err := runUp(t.Context(), m, desired, planner.UpPolicy{}, r, stop)
		assert.Equal(t, err.Error(), "interrupted")
		assert.Equal(t, r.phase("create slow/1"), event.Phase(""))
		assert.Equal(t, names(t.Context(), m, desired), "p-fast-1* p-front-1* p-other-1* p-slow-1*")
	})
}

func TestImagesOfSeveralServicesAreBroughtWithinTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, desired := refreshed(t)
		var pulls, most atomic.Int32
		faults := &enginetest.Faults{
			Before: func(_ context.Context, c enginetest.Call) error {
				if c.Method == "PullImage" {
					most.Store(max(most.Load(), pulls.Add(1)))
				}
				return nil
			},
			After: func(_ context.Context, c enginetest.Call) error {
				if c.Method == "PullImage" {
					pulls.Add(-1)
				}
				return nil
			},
		}
		x := reconciler.Executor{Engine: faults.Wrap(m.Engine()), Parallel: 1}
		assert.NilError(t, x.Reconcile(t.Context(), desired, planner.UpPolicy{}))
		assert.Equal(t, most.Load(), int32(1))
	})
}
