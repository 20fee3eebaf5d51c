package timeline_test

import (
	"fmt"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/internal/timeline"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func noon() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) }

func at(seconds float64) time.Time { return noon().Add(time.Duration(seconds * float64(time.Second))) }

func handle(name string) state.Handle { return state.Handle{Name: name} }

func node(id, service string, op planner.Operation, after ...planner.ID) planner.Node {
	return planner.Node{ID: planner.ID(id), Ref: state.ContainerRef(service, 1), Group: service, Op: op, After: after}
}

// shop has a job after a database, and an API after the job.
func shop() planner.Plan {
	return planner.Plan{
		Project: "shop",
		Nodes: []planner.Node{
			node("start db", "db", planner.StartContainer{Container: handle("shop-db-1")}),
			node("await db", "db", planner.AwaitContainer{Container: handle("shop-db-1"), Condition: state.Healthy}, "start db"),
			node("start mail", "mail", planner.StartContainer{Container: handle("shop-mail-1")}),
			node("start job", "job", planner.StartContainer{Container: handle("shop-job-1")}, "await db"),
			node("await job", "job", planner.AwaitContainer{Container: handle("shop-job-1"), Condition: state.Completed}, "start job"),
			node("start api", "api", planner.StartContainer{Container: handle("shop-api-1")}, "await job", "start mail"),
		},
	}
}

// told is a recording of a run in which nodes ran from a time to a time.
type told struct{ timeline.Recording }

func (r *told) ran(id string, from, to float64) { r.ended(id, from, to, event.Succeeded) }

func (r *told) ended(id string, from, to float64, phase event.Phase) {
	r.Event(event.Event{Phase: event.Started, Node: id, Time: at(from)})
	r.Event(event.Event{Phase: phase, Node: id, Time: at(to)})
}

// pathOf are the nodes and pauses of the critical path.
func pathOf(run timeline.Run) []string {
	var all []string
	for _, step := range run.Path {
		name := "queue"
		switch {
		case step.Span >= 0:
			name = string(run.Spans[step.Span].Node)
		case step.Planning:
			name = "plan"
		}
		all = append(all, fmt.Sprintf("%s %g", name, step.Took().Seconds()))
	}
	return all
}

func TestThePathGoesBackFromWhatEndedLast(t *testing.T) {
	var r told
	r.Plan(shop(), at(0))
	r.ran("start db", 0, 0.5)
	r.ran("start mail", 0, 3) // ends later than db, and nothing waits for it
	r.ran("await db", 0.5, 2)
	r.ran("start job", 2, 2.5)
	r.ran("await job", 2.5, 4)
	r.ran("start api", 4.25, 5) // it had to queue
	run := r.Run(at(5))
	assert.DeepEqual(t, pathOf(run), []string{"start db 0.5", "await db 1.5", "start job 0.5", "await job 1.5", "queue 0.25", "start api 0.75"})
	for _, s := range run.Spans {
		assert.Equal(t, s.Critical, s.Node != "start mail", s.Node)
	}
}

func TestTheNextPlanFollowsWhatTheLastOneDid(t *testing.T) {
	var r told
	r.Plan(shop(), at(0))
	r.ran("start db", 0, 1)
	r.ended("await db", 1, 2, event.Failed)
	r.Event(event.Event{Phase: event.Skipped, Node: "start job", Cause: "await db", Time: at(2)})
	r.ran("start mail", 0, 1.5)
	r.Plan(planner.Plan{Project: "shop", Nodes: []planner.Node{
		node("await db", "db", planner.AwaitContainer{Container: handle("shop-db-1"), Condition: state.Healthy}),
	}}, at(3))
	r.ran("await db", 3.5, 6)
	assert.DeepEqual(t, pathOf(r.Run(at(6))), []string{"start db 1", "await db 1", "plan 1.5", "await db 2.5"})
}

func TestUndoingIsPartOfTheRun(t *testing.T) {
	var r told
	r.Plan(shop(), at(0))
	r.ended("start db", 0, 1, event.Failed)
	r.Event(event.Event{Phase: event.Undone, Node: "start db", Op: "RemoveContainer", Name: "new", Time: at(2)})
	r.Event(event.Event{Phase: event.Undone, Node: "start db", Op: "StartContainer", Name: "old", Time: at(4)})
	run := r.Run(at(4))
	assert.DeepEqual(t, pathOf(run), []string{"start db 1", "start db 1", "start db 2"})
	assert.Assert(t, run.Spans[1].Undo && run.Spans[2].Undo)
}

func TestWhatWasNotToldToEndWasCutOff(t *testing.T) {
	var r told
	r.Plan(shop(), at(0))
	r.Event(event.Event{Phase: event.Started, Node: "start db", Time: at(0)})
	r.Event(event.Event{Phase: event.Canceled, Node: "await db", Time: at(2)})
	run := r.Run(at(2))
	assert.Equal(t, run.Spans[0].Phase, event.Canceled)
	assert.Equal(t, run.Spans[0].Took(), 2*time.Second)
	assert.Assert(t, !run.Spans[1].Ran())
	assert.Equal(t, len(timeline.Run{}.Path), 0)
}

func TestTimeIsSpentOnResources(t *testing.T) {
	var r told
	r.Plan(shop(), at(0))
	r.ran("start db", 0, 0.4)
	r.ran("await db", 0.4, 27.9)
	r.ran("start job", 27.9, 28)
	r.ran("await job", 28, 29.7)
	r.ran("start api", 29.75, 31)
	assert.DeepEqual(t, r.Run(at(31.2)).Spent(), []timeline.Part{
		{Label: "db", Op: "AwaitContainer", Condition: state.Healthy, Took: 27900 * time.Millisecond},
		{Label: "job", Op: "AwaitContainer", Condition: state.Completed, Took: 1800 * time.Millisecond},
		{Label: "api", Op: "StartContainer", Took: 1250 * time.Millisecond},
		{Took: 50 * time.Millisecond, Others: 1},
	})
}

func TestAShortRunIsToldTooOfItsLargerParts(t *testing.T) {
	var r told
	r.Plan(shop(), at(0))
	r.ran("start db", 0, 0.05)
	r.ran("await db", 0.05, 0.06)
	r.ran("start job", 0.06, 0.061)
	assert.DeepEqual(t, r.Run(at(0.061)).Spent(), []timeline.Part{{Label: "db", Op: "StartContainer", Took: 60 * time.Millisecond}})
}

// With no limit on what runs at once, the path has no pauses, and its length is
// that of the longest way through the plan.
func TestThePathIsTheLongestWayThroughThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "nodes")
		plan := planner.Plan{Project: "any"}
		ends := map[planner.ID]float64{}
		var r told
		longest := 0.0
		var runs []func()
		for i := range n {
			id := fmt.Sprintf("n%d", i)
			var after []planner.ID
			from := 0.0
			for j := range i {
				if rapid.IntRange(0, 3).Draw(t, "edge") == 0 {
					before := planner.ID(fmt.Sprintf("n%d", j))
					after = append(after, before)
					from = max(from, ends[before])
				}
			}
			to := from + float64(rapid.IntRange(1, 100).Draw(t, "took"))
			ends[planner.ID(id)] = to
			longest = max(longest, to)
			plan.Nodes = append(plan.Nodes, node(id, id, planner.StartContainer{}, after...))
			runs = append(runs, func() { r.ran(id, from, to) })
		}
		r.Plan(plan, at(0))
		for _, run := range runs {
			run()
		}
		run := r.Run(at(longest))
		moment := run.Began
		for _, step := range run.Path {
			assert.Assert(t, step.Span >= 0, "there is a pause")
			assert.Equal(t, step.From, moment)
			moment = step.To
		}
		assert.Equal(t, moment, at(longest))
		var spent time.Duration
		for _, part := range run.Spent() {
			spent += part.Took
		}
		assert.Equal(t, spent, moment.Sub(run.Began))
	})
}

func TestSpansOfARowDoNotOverlap(t *testing.T) {
	var r told
	plan := planner.Plan{}
	for i := range 4 {
		plan.Nodes = append(plan.Nodes, node(fmt.Sprint(i), "web", planner.AwaitContainer{}))
	}
	r.Plan(plan, at(0))
	r.ran("0", 0, 2)
	r.ran("1", 1, 3)
	r.ran("2", 2, 4)
	r.ran("3", 1, 5)
	lanes := r.Run(at(5)).Lanes()
	assert.Equal(t, len(lanes), 1)
	assert.DeepEqual(t, lanes[0].Rows, [][]int{{0, 3}, {1}, {2}})
}
