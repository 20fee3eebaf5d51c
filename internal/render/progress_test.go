package render

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-multierror"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// recorded is a run with a pull, a build, waits, a replacement that fails and
// is undone, and what is skipped because of it.
func recorded(t *testing.T) []event.Event {
	t.Helper()
	file, err := os.Open("testdata/run.ndjson")
	assert.NilError(t, err)
	defer file.Close()
	var events []event.Event
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var e event.Event
		assert.NilError(t, json.Unmarshal(lines.Bytes(), &e))
		events = append(events, e)
	}
	assert.NilError(t, lines.Err())
	return events
}

var errRun = multierror.Append(nil, errors.New("dependency failed to start: container shop-api-1 is unhealthy"))

// replay shows the recorded run; the clock is at the event that is shown.
func replay(t *testing.T, mode Mode) string {
	t.Helper()
	now := noon()
	var out bytes.Buffer
	p := NewProgress(mode, runPlan(), Options{Out: &out, Now: func() time.Time { return now }})
	for _, e := range recorded(t) {
		now = e.Time
		p.Event(e)
	}
	p.Done(errRun.ErrorOrNil())
	return out.String()
}

func TestModesRenderOneRun(t *testing.T) {
	golden.Assert(t, replay(t, Plain), "run-plain.txt")
	golden.Assert(t, replay(t, JSON), "run-json.ndjson")
	assert.Equal(t, replay(t, Quiet), "")
}

func TestPlainPrintsNoLineTwice(t *testing.T) {
	seen := map[string]bool{}
	for line := range strings.Lines(replay(t, Plain)) {
		assert.Assert(t, !seen[line], "twice: %q", line)
		seen[line] = true
	}
}

func TestPlainTellsOfASecondPlanOnlyWhatIsNew(t *testing.T) {
	var out bytes.Buffer
	db, web := state.ContainerRef("db", 1), state.ContainerRef("web", 1)
	p := NewProgress(Plain, planner.Plan{
		Changes: []planner.Change{
			{Ref: db, Name: "shop-db-1", Action: planner.Create},
			{Ref: web, Name: "shop-web-1", Action: planner.NoOp, Reasons: []planner.Reason{{Text: "planned once its images are known"}}},
		},
		Nodes: []planner.Node{step("start db/1", db, start("shop-db-1"))},
	}, Options{Out: &out})
	p.Event(event.Event{Phase: event.Started, Node: "start db/1", Op: "StartContainer", Ref: db, Name: "shop-db-1"})
	p.Next(planner.Plan{Changes: []planner.Change{
		{Ref: db, Name: "shop-db-1", Action: planner.NoOp},
		{Ref: web, Name: "shop-web-1", Action: planner.NoOp},
	}})
	assert.Equal(t, out.String(), " Container shop-db-1 Starting\n Container shop-web-1 Running\n")
}

// plainRestart is what is printed of a container that is stopped, for a reason or
// because that was asked for, and started.
func plainRestart(reason string) string {
	var out bytes.Buffer
	web := state.ContainerRef("web", 1)
	stop := step("stop web/1", web, planner.StopContainer{Container: handle("shop-web-1")})
	stop.Reason = reason
	nodes := []planner.Node{stop, step("start web/1", web, planner.StartContainer{Container: handle("shop-web-1")}, "stop web/1")}
	p := NewProgress(Plain, planner.Plan{
		Changes: []planner.Change{{Ref: web, Name: "shop-web-1", Action: planner.Update}}, Nodes: nodes,
	}, Options{Out: &out})
	for _, node := range nodes {
		for _, phase := range []event.Phase{event.Started, event.Succeeded} {
			p.Event(event.Event{Phase: phase, Node: string(node.ID), Op: node.Op.Kind(), Ref: web, Name: "shop-web-1"})
		}
	}
	return out.String()
}

func TestPlainTellsOfARestartInTwoLines(t *testing.T) {
	assert.Equal(t, plainRestart(""), " Container shop-web-1 Restarting\n Container shop-web-1 Started\n")
}

func TestPlainTellsOfAStopThatAnotherChangeNeeds(t *testing.T) {
	assert.Equal(t, plainRestart("db/1 is newer than what it started with, and depends_on.db.restart is true"),
		" Container shop-web-1 Stopping\n Container shop-web-1 Stopped\n Container shop-web-1 Starting\n Container shop-web-1 Started\n")
}

func TestPlainTellsOfAReplacementInTwoLines(t *testing.T) {
	var out bytes.Buffer
	plan := mixedPlan()
	p := NewProgress(Plain, plan, Options{Out: &out})
	for _, node := range plan.Nodes {
		if node.Ref.Name != "api" {
			continue
		}
		for _, phase := range []event.Phase{event.Started, event.Succeeded} {
			e := event.Event{Phase: phase, Node: string(node.ID), Op: node.Op.Kind(), Ref: node.Ref, Name: node.Name()}
			if await, is := node.Op.(planner.AwaitContainer); is {
				e.Condition = await.Condition
			}
			p.Event(e)
		}
	}
	assert.Equal(t, out.String(), ` Container shop-db-1 Running
 Container shop-api-1 Recreate
 Container shop-api-1 Starting
 Container shop-api-1 Started
 Container shop-api-1 Waiting
 Container shop-api-1 Healthy
 Container shop-api-1 Recreated
`)
}

func TestEventsMayComeFromSeveralGoroutines(t *testing.T) {
	events := recorded(t)
	for _, mode := range []Mode{TTY, Plain, JSON, Quiet} {
		p := NewProgress(mode, runPlan(), Options{Out: &bytes.Buffer{}})
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for _, e := range events {
					p.Event(e)
				}
			})
		}
		all.Wait()
		p.Done(nil)
	}
}

func TestParseMode(t *testing.T) {
	for text, want := range map[string]Mode{"": Auto, "auto": Auto, "tty": TTY, "PLAIN": Plain, "json": JSON, "quiet": Quiet} {
		got, err := ParseMode(text)
		assert.NilError(t, err)
		assert.Equal(t, got, want)
	}
	_, err := ParseMode("fancy")
	assert.ErrorContains(t, err, `"fancy"`)
	assert.Equal(t, Auto.Resolve(true), TTY)
	assert.Equal(t, Auto.Resolve(false), Plain)
	assert.Equal(t, JSON.Resolve(true), JSON)
}
