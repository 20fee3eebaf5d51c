package reconciler_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// What fails in a way that would have a run plan again does not make it begin
// an update again that it has taken back.
func TestAnUpdateThatWasRolledBackIsNotMadeAgain(t *testing.T) {
	rollback := types.UpdateConfig{FailureAction: "rollback"}
	for name, next := range map[string]map[int]memory.Behavior{
		"for a conflict": nil,
		"for a container that dies, the engine was away": {2: exitsAfter(3 * time.Second)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFleet(t, 3, updates(rollback))
				f.comes(next)
				presence := &left{Presence: f.Engine().Presence}
				var creates atomic.Int64
				faults := &enginetest.Faults{Before: func(_ context.Context, c enginetest.Call) error {
					switch {
					case c.Method == "CreateContainer" && creates.Add(1) == 2 && next == nil:
						return engine.ErrConflict
					case c.Method == "CreateContainer" && next != nil:
						presence.times.Add(1)
					}
					return nil
				}}
				x := f.Engine()
				x.Presence = presence
				err := reconciler.Executor{Engine: faults.Wrap(x)}.Reconcile(t.Context(), f.desired, planner.UpPolicy{})
				var rollout *reconciler.RolloutError
				assert.Assert(t, errors.As(err, &rollout), "%v", err)
				assert.Equal(t, rollout.Outcome, reconciler.RolledBack)
				assert.Equal(t, f.names(t), "1* 2* 3*")
				assert.Assert(t, creates.Load() <= 3, "it was begun again")
			})
		})
	}
}

// What lives in the network of a service that is updated is tied to its
// container, and follows only when that one stays.
func TestWhatSharesANamespaceFollowsWhenTheUpdateIsFinal(t *testing.T) {
	for _, action := range []string{"pause", "rollback"} {
		t.Run(action, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFleet(t, 1, updates(types.UpdateConfig{FailureAction: action}))
				sidecar := serviceOf("sidecar", on("web", state.Started))
				sidecar.DependsOn[0].Restart = true
				sidecar.Config.Networks, sidecar.Config.NetworkMode = nil, "service:web"
				settle(&sidecar)
				f.desired.Services = append(f.desired.Services, sidecar)
				f.desired.Known = append(f.desired.Known, "sidecar")
				assert.NilError(t, runUp(t.Context(), f.Memory, f.desired, planner.UpPolicy{}, &recording{}, nil))
				f.comes(map[int]memory.Behavior{1: exitsAfter(3 * time.Second)})
				r := &recording{}
				err := runUp(t.Context(), f.Memory, f.desired, planner.UpPolicy{}, r, nil)
				assert.Assert(t, errors.As(err, new(*reconciler.RolloutError)), "%v", err)
				for _, e := range r.events {
					assert.Assert(t, e.Node != "stop sidecar/1" || e.Phase == event.Skipped, "the old sidecar is stopped")
				}
			})
		})
	}
}

// A run that was killed before it had started the old container again leaves
// that to the next.
func TestAnOldContainerIsBroughtBackByTheRunAfterAKill(t *testing.T) {
	for _, deploy := range []types.DeployConfig{{}, updates(types.UpdateConfig{})} {
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t, 1, deploy)
			f.comes(each(memory.Behavior{StartError: "no such file"}))
			killed, kill := context.WithCancel(t.Context())
			var starts atomic.Int64
			x := (&enginetest.Faults{Before: func(_ context.Context, c enginetest.Call) error {
				if c.Method == "StartContainer" && starts.Add(1) == 2 {
					kill()
					return errDead
				}
				return nil
			}}).Wrap(f.Engine())
			assert.Assert(t, reconciler.Executor{Engine: x}.Reconcile(killed, f.desired, planner.UpPolicy{}) != nil)
			assert.Assert(t, !strings.Contains(f.names(t), "*"), "%s: one runs", f.names(t))
			_, err := f.up(t.Context())
			assert.ErrorContains(t, err, "no such file")
			assert.Equal(t, f.names(t), "1*")
		})
	}
}

// The run after a kill keeps the old container until the new one, which
// runs already, is healthy.
func TestAReplacementThatIsGoneOnWithIsWaitedForToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 1, types.DeployConfig{})
		f.comes(each(memory.Behavior{NeverHealthy: true}))
		wait := planner.UpPolicy{Wait: true}
		killed, kill := context.WithCancel(t.Context())
		r := &recording{on: func(e event.Event) {
			if e.Node == "await web/1 ready" && e.Phase == event.Started {
				kill()
			}
		}}
		assert.ErrorIs(t, runUp(killed, f.Memory, f.desired, wait, r, nil), reconciler.ErrInterrupted)
		assert.ErrorContains(t, runUp(t.Context(), f.Memory, f.desired, wait, &recording{}, nil), "is unhealthy")
		observed, err := f.Engine().Observe(t.Context(), planner.Scope(f.desired))
		assert.NilError(t, err)
		assert.Equal(t, f.names(t), "1*")
		assert.Equal(t, observed.Containers[0].Image, "img:1")
	})
}

func TestARollbackRunsTheHooksOfTheContainerThatItStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 2, updates(types.UpdateConfig{FailureAction: "rollback"}), func(s *state.Service) {
			s.Config.PostStart = []types.ServiceHook{{Command: []string{"warm"}}}
		})
		f.comes(map[int]memory.Behavior{2: {StartError: "no such file"}})
		r := &recording{}
		err := runUp(t.Context(), f.Memory, f.desired, planner.UpPolicy{}, r, nil)
		assert.ErrorContains(t, err, "rolled back")
		assert.Equal(t, r.phase("rollback post_start 1 web/1"), event.Succeeded)
	})
}
