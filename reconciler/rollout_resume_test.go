package reconciler_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
)

// interruptedAt interrupts an update when a node has begun, and returns what is
// there then.
func interruptedAt(t *testing.T, node string, update types.UpdateConfig, next map[int]memory.Behavior) (is string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, updates(update))
		f.comes(next)
		f.on = func(e event.Event) {
			if e.Node == node && e.Phase == event.Started {
				close(f.stop)
			}
		}
		_, err := f.up(t.Context())
		assert.ErrorIs(t, err, reconciler.ErrInterrupted)
		is = f.names(t)
		f.stop, f.on = make(chan struct{}), nil
		f.comes(nil)
		_, err = f.up(t.Context())
		assert.NilError(t, err)
		assert.Equal(t, f.names(t), "1* 2* 3*")
	})
	return is
}

func TestAnInterruptLeavesNoSlotWithoutAContainer(t *testing.T) {
	slow := each(memory.Behavior{ReadyAfter: time.Second, StopTakes: time.Second})
	for _, c := range []struct {
		order, node string
	}{
		{"stop-first", "stop web/2"},
		{"stop-first", "start web/2"},
		{"stop-first", "await web/2 ready"},
		{"stop-first", "monitor web/2"},
		{"start-first", "start web/2"},
		{"start-first", "await web/2 ready"},
		{"start-first", "monitor web/2"},
	} {
		t.Run(c.order+" "+c.node, func(t *testing.T) {
			is := interruptedAt(t, c.node, types.UpdateConfig{Order: c.order}, slow)
			assert.Equal(t, is, "1* 2* 3*")
		})
	}
}

func TestAnInterruptWhileItMayBeRolledBackLeavesTheRestToTheNextRun(t *testing.T) {
	is := interruptedAt(t, "await web/2 ready", types.UpdateConfig{FailureAction: "rollback"},
		each(memory.Behavior{ReadyAfter: time.Second}))
	running := regexp.MustCompile(`\S+\*`).FindAllString(is, -1)
	assert.Equal(t, len(running), 3, is)
	assert.Assert(t, cmp.Contains(is, "1.next-"), "the first slot is updated, and its old container kept")
}

// A run that is killed while old and new run beside each other is gone on with
// where it was: the old one goes when the new one is ready.
func TestAKilledStartFirstUpdateIsGoneOnWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, updates(types.UpdateConfig{Order: "start-first"}))
		f.comes(each(memory.Behavior{ReadyAfter: 10 * time.Second}))
		killed, kill := context.WithCancel(t.Context())
		f.on = func(e event.Event) {
			if e.Node == "await web/2 ready" && e.Phase == event.Started {
				kill()
			}
		}
		_, err := f.up(killed)
		assert.ErrorIs(t, err, reconciler.ErrInterrupted)
		f.on = nil
		story, err := f.up(t.Context())
		assert.NilError(t, err)
		assert.Equal(t, story, strings.Join([]string{
			"0s: web/1 await",
			"5s: web/1 monitor, remove p-web-1",
			"10s: web/2 await, stop p-web-2 web/3 start",
			"15s: web/2 monitor, remove p-web-2",
			"20s: web/3 await, stop",
			"25s: web/3 monitor, remove",
		}, "\n"))
		assert.Equal(t, f.names(t), "1* 2* 3*")
	})
}

// The old version is wanted again while the new one is there in some slots, its
// predecessor stopped beside it.
func TestAnUpdateThatWasKilledCanBeTakenBackSlotBySlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, updates(types.UpdateConfig{FailureAction: "rollback"}))
		before := f.desired.Services[0]
		f.comes(nil)
		killed, kill := context.WithCancel(t.Context())
		f.on = func(e event.Event) {
			if e.Node == "monitor web/3" && e.Phase == event.Started {
				kill()
			}
		}
		_, err := f.up(killed)
		assert.ErrorIs(t, err, reconciler.ErrInterrupted)
		assert.Equal(t, len(strings.Fields(f.names(t))), 6)
		f.on, f.desired.Services[0] = nil, before
		r := &recording{}
		assert.NilError(t, runUp(t.Context(), f.Memory, f.desired, planner.UpPolicy{}, r, nil))
		assert.Equal(t, mostAway(r.events), 1)
		assert.Equal(t, f.names(t), "1* 2* 3*")
	})
}

func TestAnUpdateThatIsGoneBackOnKeepsToRollbackConfig(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := uint64(0)
		f := newFleet(t, 3, types.DeployConfig{
			UpdateConfig: &types.UpdateConfig{FailureAction: "rollback"}, RollbackConfig: &types.UpdateConfig{Parallelism: &all},
		})
		f.comes(each(memory.Behavior{StartError: "no such file"}))
		r := &recording{}
		err := runUp(t.Context(), f.Memory, f.desired, planner.UpPolicy{RollBack: true}, r, nil)
		var rollout *reconciler.RolloutError
		assert.Assert(t, errors.As(err, &rollout))
		assert.DeepEqual(t, *rollout, reconciler.RolloutError{Service: "web", Outcome: reconciler.RolloutPaused, Slots: 3, Failed: 3})
	})
}

// mostAway is how many slots were without a ready container at once.
func mostAway(events []event.Event) int {
	away, most := 0, 0
	for _, e := range events {
		switch {
		case e.Op == "StopContainer" && e.Phase == event.Started:
			away++
		case e.Op == "AwaitContainer" && e.Phase == event.Succeeded:
			away--
		}
		most = max(most, away)
	}
	return most
}
