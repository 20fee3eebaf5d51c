package main

import (
	"os"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/recorder"
)

func TestScenariosAreWellFormed(t *testing.T) {
	all, err := scenarios()
	assert.NilError(t, err)
	assert.Assert(t, len(all) >= 12)
	for _, s := range all {
		assert.Assert(t, s.about != "" && len(s.run) > 0 && len(s.baseFiles) > 0, s.name)
	}
}

// TestRunsThatAreHarmedAreMadeGoodByTheNext takes a sample of what make chaos
// tries: some calls of every scenario, each with another harm.
func TestRunsThatAreHarmedAreMadeGoodByTheNext(t *testing.T) {
	if os.Getenv("STACK_E2E") == "off" && os.Getenv("CI") != "true" {
		t.Log("STACK_E2E=off: no run is harmed")
		return
	}
	binary := os.Getenv("STACK_BINARY")
	if binary == "" {
		binary = "../../bin/stack"
	}
	b, end, err := open(t.Context(), binary)
	assert.NilError(t, err)
	defer end()
	all, err := scenarios()
	assert.NilError(t, err)
	m := newMatrix(b, 4)
	m.harms, m.rotate = []harm{harmKill, harmLose, harmRefuse, harmBreak}, true
	m.artefacts = "../artefacts/chaos"
	m.cuts = sampled
	for _, r := range m.run(t.Context(), all) {
		for _, failure := range r.failures {
			t.Error(failure)
		}
	}
}

// sampled cuts two calls of each scenario, at places that differ between them.
func sampled(s scenario, n, calls int) bool {
	return n <= calls && n%max(calls/2, 1) == len(s.about)%max(calls/2, 1)
}

func TestEventsOfARunAreChecked(t *testing.T) {
	const planned = `{"phase":"planned","nodes":2}` + "\n"
	const a, b = `{"phase":"started","node":"a"}` + "\n" + `{"phase":"succeeded","node":"a"}` + "\n", `{"phase":"skipped","node":"b"}` + "\n"
	const done = `{"phase":"done"}` + "\n"
	assert.NilError(t, checkEvents(planned+a+b+done))
	assert.NilError(t, checkEvents("engine unavailable\n"))
	assert.ErrorContains(t, checkEvents(planned+a+done), "2 nodes were planned and 1 ended")
	assert.ErrorContains(t, checkEvents(planned+a+`{"phase":"started","node":"b"}`+"\n"+done), "b never ended")
	assert.ErrorContains(t, checkEvents(planned+a+b), "no last word")
}

func TestACallIsNamedByWhatItIs(t *testing.T) {
	made := &trial{cut: 2, reached: true, calls: []recorder.Call{{Method: "GET", Path: "/info"}, {Method: "POST", Path: "/networks/create"}}}
	assert.Equal(t, made.call(), "POST /networks/create")
}
