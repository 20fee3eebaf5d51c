package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestPlanAndDryRunWriteNothing(t *testing.T) {
	p := newProject(t, webAndData)
	r := p.record()
	p.ok("plan")
	p.ok("plan", "--format", "json")
	p.ok("--dry-run", "up", "-d")
	p.ok("--dry-run", "down")
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
	assert.Equal(t, len(p.containers()), 0)
}

func TestPlanTellsScriptsWhetherThereIsSomethingToDo(t *testing.T) {
	p := newProject(t, webAndData)
	assert.Equal(t, p.run("plan", "--detailed-exitcode").Code, 2)
	p.ok("up", "-d")
	assert.Equal(t, p.run("plan", "--detailed-exitcode").Code, 0)
	p.write("compose.yaml", "services: {web: {image: [}}")
	assert.Equal(t, p.run("plan", "--detailed-exitcode").Code, 1)
}

func TestPlanIsData(t *testing.T) {
	p := newProject(t, webAndData)
	var plan map[string]any
	assert.NilError(t, json.Unmarshal([]byte(p.ok("plan", "--format", "json").Stdout), &plan))
}

func TestSavedPlanIsApplied(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("plan", "--out", "saved.plan")
	p.ok("up", "-d", "--plan", "saved.plan")
	assert.DeepEqual(t, p.names(), []string{"other-1", "web-1"})
}

func TestSavedPlanIsRefusedWhenTheFilesHaveMovedOn(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("plan", "--out", "saved.plan")
	p.write("compose.yaml", `{services: {later: {image: stack-e2e/dummy}}}`)
	p.fails(1, []string{"up", "-d", "--plan", "saved.plan"}, "later")
	assert.Equal(t, len(p.containers()), 0)
}

func TestSavedPlanIsRefusedWhenWhatRunsHasMovedOn(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d", "other")
	p.ok("plan", "--out", "saved.plan")
	command(t, "docker", "rm", "-f", p.inspect("other-1").ID)
	r := p.record()
	refused := p.run("up", "-d", "--plan", "saved.plan")
	assert.Equal(t, refused.Code, 1)
	assert.Assert(t, strings.Contains(refused.Stderr, "plan"), refused.Stderr)
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
}
