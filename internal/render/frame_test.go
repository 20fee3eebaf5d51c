package render

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
)

// viewAt is the recorded run as it is known so long after its start.
func viewAt(t *testing.T, elapsed time.Duration) *view {
	v := newView(noon())
	v.next(runPlan())
	for _, e := range recorded(t) {
		if !e.Time.After(noon().Add(elapsed)) {
			v.take(e)
		}
	}
	return v
}

func TestFrames(t *testing.T) {
	for _, test := range []struct {
		name          string
		elapsed       time.Duration
		width, height int
		style         style
		ended         bool
	}{
		{name: "0s", elapsed: 0, width: 100, height: 40},
		{name: "1s", elapsed: time.Second, width: 100, height: 40},
		{name: "2s", elapsed: 1950 * time.Millisecond, width: 100, height: 40},
		{name: "2s-narrow", elapsed: 1950 * time.Millisecond, width: 48, height: 40},
		{name: "2s-low", elapsed: 1950 * time.Millisecond, width: 100, height: 6},
		{name: "2s-color", elapsed: 1950 * time.Millisecond, width: 100, height: 40, style: style{color: true}},
		{name: "end", elapsed: time.Minute, width: 100, height: 40, ended: true},
		{name: "end-low", elapsed: time.Minute, width: 100, height: 5, ended: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := viewAt(t, test.elapsed)
			if test.ended {
				v.ended = noon().Add(3500 * time.Millisecond)
			}
			lines := v.frame(test.width, test.height, noon().Add(test.elapsed), test.style)
			golden.Assert(t, strings.Join(lines, "\n")+"\n", "frame-"+test.name+".txt")
		})
	}
}

func TestAFrameFitsItsSize(t *testing.T) {
	events := recorded(t)
	rapid.Check(t, func(t *rapid.T) {
		v := newView(noon())
		v.next(runPlan())
		taken := rapid.IntRange(0, len(events)).Draw(t, "taken")
		for _, e := range events[:taken] {
			v.take(e)
		}
		width, height := rapid.IntRange(10, 200).Draw(t, "width"), rapid.IntRange(2, 40).Draw(t, "height")
		now := noon().Add(time.Duration(rapid.IntRange(0, 1e7).Draw(t, "ms")) * time.Millisecond)
		lines := v.frame(width, height, now, style{})
		if len(lines) > height {
			t.Fatalf("%d lines in a height of %d", len(lines), height)
		}
		for _, line := range lines {
			if cells(line) > width || strings.ContainsAny(line, "\n\r\x1b") {
				t.Fatalf("%q does not fit %d cells", line, width)
			}
		}
	})
}

func TestAFrameSaysWhatWaitsForWhat(t *testing.T) {
	v := newView(noon())
	v.next(coldPlan())
	lines := strings.Join(v.frame(120, 20, noon(), style{}), "\n")
	for _, want := range []string{
		"waits for postgres:16 to be pulled, volume data and network default to be created",
		"shop-web-2      waits for shop-web to be built, network default to be created",
	} {
		assert.Assert(t, strings.Contains(lines, want), lines)
	}
}

func TestAFailureThatIsNotRequiredIsAWarning(t *testing.T) {
	plan := coldPlan()
	i := slices.IndexFunc(plan.Nodes, func(n planner.Node) bool { return n.ID == "await db/1 healthy" })
	plan.Nodes[i].Optional = true
	v := newView(noon())
	v.next(plan)
	for _, node := range plan.Nodes {
		e := event.Event{Phase: event.Succeeded, Node: string(node.ID), Time: noon()}
		if node.Optional {
			e.Phase, e.Error = event.Failed, "container shop-db-1 is unhealthy"
		}
		v.take(e)
	}
	lines := strings.Join(v.frame(100, 20, noon(), style{}), "\n")
	assert.Assert(t, strings.Contains(lines, "! Container shop-db-1       Not required: container shop-db-1 is unhealthy"), lines)
	assert.Assert(t, strings.Contains(lines, "7 of 8 done, 1 failed but not required"), lines)
}

func BenchmarkFrame(b *testing.B) {
	v := newView(noon())
	plan := coldPlan()
	for n := range 1000 {
		for _, node := range coldPlan().Nodes {
			node.Ref.Name += fmt.Sprint(n)
			plan.Nodes = append(plan.Nodes, node)
		}
	}
	v.next(plan)
	v.take(event.Event{Phase: event.Started, Node: "pull postgres:16"})
	for b.Loop() {
		v.frame(100, 40, noon(), style{})
	}
}
