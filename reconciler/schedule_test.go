package reconciler

import (
	"fmt"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func node(id planner.ID, op planner.Operation, after ...planner.ID) planner.Node {
	return planner.Node{ID: id, Op: op, Ref: state.ContainerRef("web", 1), After: after}
}

func other(id planner.ID, after ...planner.ID) planner.Node {
	return planner.Node{ID: id, Op: planner.PullImage{}, Ref: state.ImageRef(string(id)), After: after}
}

func ids(nodes []planner.Node) string {
	var ids []planner.ID
	for _, n := range nodes {
		ids = append(ids, n.ID)
	}
	return fmt.Sprint(ids)
}

// replacement is create → stop → start → remove, and an image that nothing
// waits for.
func replacement() *schedule {
	return newSchedule([]planner.Node{
		node("create", planner.CreateContainer{}),
		node("stop", planner.StopContainer{}, "create"),
		node("start", planner.StartContainer{}, "stop"),
		node("remove", planner.RemoveContainer{}, "start"),
		other("pull"),
	})
}

func TestAnInterruptBeforeTheOldContainerStopsDropsTheReplacement(t *testing.T) {
	s := replacement()
	assert.Equal(t, ids(s.takeReady()), "[create pull]")
	assert.Equal(t, ids(s.interrupt()), "[stop start remove]")
	s.succeeded("create")
	s.succeeded("pull")
	assert.Assert(t, s.done())
}

func TestAnInterruptAfterTheOldContainerStopsFinishesTheReplacement(t *testing.T) {
	s := replacement()
	s.takeReady()
	s.succeeded("create")
	assert.Equal(t, ids(s.takeReady()), "[stop]")
	assert.Equal(t, ids(s.interrupt()), "[]")
	s.succeeded("stop")
	assert.Equal(t, ids(s.takeReady()), "[start]")
	s.succeeded("start")
	assert.Equal(t, ids(s.takeReady()), "[remove]")
	s.succeeded("remove")
	s.succeeded("pull")
	assert.Assert(t, s.done())
}

func TestAReplacementThatNeedsWhatWasDroppedIsDroppedToo(t *testing.T) {
	s := newSchedule([]planner.Node{
		node("stop", planner.StopContainer{}),
		node("start", planner.StartContainer{}, "stop", "second pull"),
		other("first pull"),
		other("second pull", "first pull"),
	})
	s.takeReady()
	assert.Equal(t, ids(s.interrupt()), "[start second pull]")
}

func TestDependentsOfAFailureAreSkippedAndObserversGoOn(t *testing.T) {
	observer := other("observer")
	observer.Settled = []planner.ID{"a"}
	s := newSchedule([]planner.Node{other("a"), other("b", "a"), other("c", "b"), observer, other("d")})
	assert.Equal(t, ids(s.takeReady()), "[a d]")
	assert.Equal(t, ids(s.failed("a")), "[b c]")
	assert.Equal(t, ids(s.takeReady()), "[observer]")
}

func TestACancelDropsWhatHasNotBegun(t *testing.T) {
	s := replacement()
	s.takeReady()
	assert.Equal(t, ids(s.cancel()), "[stop start remove]")
}
