package render

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// rolledBack is the plan of an update, and the events of one whose first slot is
// brought back because the second one failed.
func rolledBack() (planner.Plan, []event.Event) {
	one, two := state.ContainerRef("web", 1), state.ContainerRef("web", 2)
	next := state.Handle{Name: "shop-web-1.next-abc"}
	plan := planner.Plan{
		Project: "shop",
		Changes: []planner.Change{
			{Ref: one, Name: "shop-web-1", Action: planner.Replace}, {Ref: two, Name: "shop-web-2", Action: planner.Replace},
		},
		Nodes: []planner.Node{
			step("start web/1", one, start("shop-web-1")), step("start web/2", two, start("shop-web-2")),
			step("remove web/1", one, planner.RemoveContainer{Container: handle("shop-web-1")}),
			step("remove web/2", two, planner.RemoveContainer{Container: handle("shop-web-2")}),
		},
		Rollouts: []planner.Rollout{{Service: "web", Rollback: &planner.Rollout{Service: "web", Nodes: []planner.Node{
			step("rollback stop web/1", one, planner.StopContainer{Container: next}),
			step("rollback start web/1", one, start("shop-web-1")),
			step("rollback stop web/2", two, planner.StopContainer{Container: state.Handle{Name: "shop-web-2.next-abc"}}),
		}}}},
	}
	var events []event.Event
	tell := func(node, op string, ref state.Ref, name string, phases ...event.Phase) {
		for _, phase := range phases {
			at := noon().Add(time.Duration(len(events)) * time.Second)
			events = append(events, event.Event{Time: at, Phase: phase, Node: node, Op: op, Ref: ref, Name: name, Error: "no such file", Cause: "start web/2"})
		}
	}
	tell("start web/1", "StartContainer", one, "shop-web-1", event.Started, event.Succeeded)
	tell("start web/2", "StartContainer", two, "shop-web-2", event.Started, event.Failed)
	tell("remove web/1", "RemoveContainer", one, "shop-web-1", event.Skipped)
	tell("remove web/2", "RemoveContainer", two, "shop-web-2", event.Skipped)
	tell("rollback stop web/1", "StopContainer", one, next.Name, event.Started, event.Succeeded)
	tell("rollback start web/1", "StartContainer", one, "shop-web-1", event.Started, event.Succeeded)
	return plan, events
}

func TestPlainTellsTheContainersOfARollbackApart(t *testing.T) {
	plan, events := rolledBack()
	var out bytes.Buffer
	p := NewProgress(Plain, plan, Options{Out: &out})
	for _, e := range events {
		p.Event(e)
	}
	assert.Assert(t, cmp.Contains(out.String(), " Container shop-web-1.next-abc Stopping\n Container shop-web-1.next-abc Stopped\n"+
		" Container shop-web-1 Starting\n Container shop-web-1 Started\n"))
}

func TestTheViewSaysWhatWasRolledBack(t *testing.T) {
	plan, events := rolledBack()
	v := newView(noon())
	v.next(plan)
	for _, e := range events[:len(events)-1] {
		v.take(e)
	}
	during := strings.Join(v.frame(80, 10, noon(), style{}), "\n")
	assert.Assert(t, cmp.Contains(during, "Container shop-web-1  Starting"))
	v.take(events[len(events)-1])
	after := strings.Join(v.frame(80, 10, noon(), style{}), "\n")
	assert.Assert(t, cmp.Contains(after, "Container shop-web-1  Rolled back"))
	assert.Assert(t, cmp.Contains(after, "Container shop-web-2  Error no such file"))
}

func TestAPlanSaysHowAServiceIsUpdated(t *testing.T) {
	back := &planner.Rollout{Parallelism: 2, Order: planner.StopFirst, Delay: 10 * time.Second}
	slots := make([]planner.Slot, 4)
	for want, r := range map[string]planner.Rollout{
		"1 container, 1 at a time, stop-first, each watched for 5s; if one fails, the others are left as they are": {
			Slots: slots[:1], Parallelism: 1, Order: planner.StopFirst, Monitor: 5 * time.Second, FailureAction: planner.FailPause,
		},
		"4 containers, 2 at a time, start-first, 1m0s apart, each watched for 5s; it goes on if one fails": {
			Slots: slots, Parallelism: 2, Order: planner.StartFirst, Delay: time.Minute, Monitor: 5 * time.Second, FailureAction: planner.FailContinue,
		},
		"4 containers, 4 at a time, start-first, each watched for 1s; if more than 25% fail, all are brought back (2 at a time, stop-first, 10s apart)": {
			Slots: slots, Parallelism: 4, Order: planner.StartFirst, Monitor: time.Second,
			FailureAction: planner.FailRollback, MaxFailureRatio: 0.25, Rollback: back,
		},
	} {
		assert.Equal(t, rolloutText(r), want)
	}
}
