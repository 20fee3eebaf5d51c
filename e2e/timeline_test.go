package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// traceEntry is an entry of a Chrome trace.
type traceEntry struct {
	Name  string
	Phase string  `json:"ph"`
	Time  float64 `json:"ts"`
	Took  float64 `json:"dur"`
	Args  struct {
		Node, Operation, Resource, Outcome string
		Critical                           bool
	}
}

// trace reads the steps of a trace that the project's folder has, by their node.
func (p *project) trace(name string) map[string]traceEntry {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	assert.NilError(p.t, err)
	var all struct{ TraceEvents []traceEntry }
	assert.NilError(p.t, json.Unmarshal(text, &all))
	steps := map[string]traceEntry{}
	for _, e := range all.TraceEvents {
		if e.Args.Node != "" {
			steps[e.Args.Node] = e
		}
	}
	return steps
}

func TestATimelineShowsWhatTheRunWaitedFor(t *testing.T) {
	p := newProject(t, `
services:
  web:
    image: stack-e2e/dummy
    depends_on: {db: {condition: service_healthy}}
  db:
    image: stack-e2e/dummy
    environment: {READY_AFTER: 500ms}
    healthcheck: {test: [CMD, /dummy, health], interval: 1s}
  broken:
    image: stack-e2e/dummy
    command: [exit, "3"]
  after:
    image: stack-e2e/dummy
    depends_on: {broken: {condition: service_completed_successfully}}
`)
	p.ok("up", "-d", "--timeline", "up.json", "web")
	assert.Assert(t, p.inspect("web-1").State.Running)
	steps := p.trace("up.json")
	ready := steps["await db/1 healthy"]
	assert.Assert(t, ready.Args.Critical, "%v", steps)
	assert.Assert(t, steps["start web/1"].Args.Critical)
	assert.Assert(t, steps["start web/1"].Time >= ready.Time+ready.Took-1, "it is drawn before what it waited for")

	tree := p.ok("-p", p.name, "graph", "--live").Stdout // by the labels alone
	assert.Assert(t, strings.Contains(tree, "└── ● web  running\n    └── "), tree)
	assert.Assert(t, strings.Contains(tree, " db  ") && strings.Contains(tree, "  [healthy]"), tree)

	p.fails(1, []string{"up", "-d", "--timeline", "up.html"}, "broken-1 exited (3)")
	page, err := os.ReadFile(filepath.Join(p.dir, "up.html"))
	assert.NilError(t, err)
	for _, words := range []string{", failed</title>", "broken-1, wait until completed", "skipped, because of await broken/1"} {
		assert.Assert(t, strings.Contains(string(page), words), words)
	}
}
