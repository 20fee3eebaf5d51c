package render

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/internal/timeline"
	"github.com/stackctl/stack/planner"
)

// coldRun carries the cold plan out: a replica of web fails, and is undone.
func coldRun() timeline.Run {
	var r timeline.Recording
	at := func(seconds float64) time.Time { return noon().Add(time.Duration(seconds * float64(time.Second))) }
	ran := func(node string, from, to float64, phase event.Phase, failure string) {
		r.Event(event.Event{Phase: event.Started, Node: node, Time: at(from)})
		r.Event(event.Event{Phase: phase, Node: node, Time: at(to), Error: failure})
	}
	r.Plan(coldPlan(), noon())
	for _, step := range []struct {
		node     string
		from, to float64
	}{
		{"network default", 0.01, 0.1}, {"volume data", 0.01, 0.05}, {"pull postgres:16", 0.01, 4.2}, {"build shop-web", 0.01, 6.5},
		{"create db/1", 4.2, 4.4}, {"start db/1", 4.4, 4.9}, {"await db/1 healthy", 4.9, 27.9}, {"create migrate/1", 6.5, 6.6},
		{"create web/1", 6.5, 6.7}, {"create web/2", 6.5, 6.8}, {"start migrate/1", 27.9, 28.1}, {"await migrate/1 completed", 28.1, 29.7},
	} {
		ran(step.node, step.from, step.to, event.Succeeded, "")
	}
	ran("start web/1", 29.7, 30.1, event.Succeeded, "")
	ran("start web/2", 29.7, 30.6, event.Failed, "container shop-web-2: no <such> program\n\"web\"")
	r.Event(event.Event{Phase: event.Undone, Node: "start web/2", Op: "RemoveContainer", Name: "shop-web-2", Time: at(30.9)})
	return r.Run(at(31.2))
}

// hostileRun has a name that means something in markup.
func hostileRun() timeline.Run {
	var r timeline.Recording
	plan := coldPlan()
	plan.Project, plan.Nodes = `</title><script>alert(1)</script>`, plan.Nodes[:1]
	plan.Nodes[0].Ref.Name = `"><img src=x>`
	plan.Nodes[0].Op = planner.PullImage{Image: "</svg>\x00\x1b[31m"}
	r.Plan(plan, noon())
	r.Event(event.Event{Phase: event.Started, Node: string(plan.Nodes[0].ID), Time: noon()})
	r.Event(event.Event{Phase: event.Failed, Node: string(plan.Nodes[0].ID), Time: noon().Add(time.Second), Error: "</pre><script>"})
	return r.Run(noon().Add(time.Second))
}

func TestATimelineIsDrawnInEachForm(t *testing.T) {
	options := TimelineOptions{Command: "stack up", Outcome: "failed"}
	for name, run := range map[string]timeline.Run{"cold": coldRun(), "hostile": hostileRun(), "none": {Project: "shop", Began: noon(), Ended: noon()}} {
		for extension, write := range map[string]func(io.Writer, timeline.Run, TimelineOptions) error{
			"html": TimelineHTML, "svg": TimelineSVG, "json": TimelineTrace,
		} {
			var out bytes.Buffer
			assert.NilError(t, write(&out, run, options))
			golden.Assert(t, out.String(), "timeline-"+name+"."+extension)
			switch extension {
			case "svg":
				assert.NilError(t, wellFormed(out.String()))
			case "json":
				assert.Assert(t, json.Valid(out.Bytes()))
			}
		}
	}
}

func TestALineSaysWhatTheTimeWentInto(t *testing.T) {
	assert.Equal(t, SpentText(coldRun()), "31.2 s: postgres:16 pull 4.2 s → db healthy 23.7 s → migrate 1.8 s → web/2 start ✘ 1.2 s")
	assert.Equal(t, SpentText(timeline.Run{}), "0 ms: nothing to do")
	for mode, want := range map[Mode]string{
		Plain: " " + SpentText(coldRun()) + "\n",
		Quiet: "",
		JSON: `{"version":1,"time":"2026-05-04T12:00:31.2Z","phase":"spent","seconds":31.2,"critical":[` +
			`{"what":"postgres:16 pull","seconds":4.19},{"what":"db healthy","seconds":23.7},{"what":"migrate","seconds":1.8},` +
			`{"what":"web/2 start ✘","seconds":1.2,"failed":true}]}` + "\n",
	} {
		var out bytes.Buffer
		assert.NilError(t, Spent(&out, coldRun(), mode, false))
		assert.Equal(t, out.String(), want)
	}
}

func TestDurationsAreForAPerson(t *testing.T) {
	for took, want := range map[time.Duration]string{
		-time.Second: "0 s", 0: "0 ms", 4400 * time.Microsecond: "4 ms", 99 * time.Millisecond: "0.1 s", 27940 * time.Millisecond: "27.9 s",
		59960 * time.Millisecond: "1 min 00 s", 125 * time.Second: "2 min 05 s", 2 * time.Hour: "120 min 00 s",
	} {
		assert.Equal(t, tookText(took), want)
	}
}
