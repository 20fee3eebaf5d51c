package e2e_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// runs is how often a job's container has begun since it was created.
func (p *project) runs(name string) int {
	p.t.Helper()
	return strings.Count(p.printed(name), "started")
}

const jobs = `
services:
  migrate: {image: stack-e2e/dummy, x-stack: {job: true}, environment: {EXIT_AFTER: 100ms, GREETING: hello}, secrets: [s]}
  replicated: {image: stack-e2e/dummy, environment: {EXIT_AFTER: 100ms}, deploy: {mode: replicated-job, replicas: 2}}
  global: {image: stack-e2e/dummy, environment: {EXIT_AFTER: 100ms}, deploy: {mode: global-job}}
  server: {image: stack-e2e/dummy, environment: {EXIT_AFTER: 100ms}}
secrets: {s: {file: ./s}}
`

func TestJobsAreRunOnceForTheSameInputs(t *testing.T) {
	p := newProject(t, jobs)
	p.write("s", "one")
	p.ok("up", "--wait")
	assert.DeepEqual(t, p.names(), []string{"global-1", "migrate-1", "replicated-1", "replicated-2", "server-1"})
	p.ok("up", "--wait")
	for _, job := range []string{"global-1", "migrate-1", "replicated-1", "replicated-2"} {
		assert.Check(t, p.runs(job) == 1, "%s ran %d times", job, p.runs(job))
	}
	assert.Equal(t, p.runs("server-1"), 2, "what says of itself that it is no job is started again")
}

func TestAJobIsRunAgainWhenAnInputChanged(t *testing.T) {
	p := newProject(t, jobs)
	p.write("s", "one")
	p.ok("up", "--wait", "migrate")
	first := p.inspect("migrate-1").ID

	p.write("s", "two")
	plan := p.ok("plan", "migrate").Stdout
	assert.Assert(t, strings.Contains(plan, "secret/s"), plan)
	p.ok("up", "--wait", "migrate")
	second := p.inspect("migrate-1").ID
	assert.Assert(t, second != first)

	p.write("compose.yaml", strings.Replace(jobs, "hello", "goodbye", 1))
	p.ok("up", "--wait", "migrate")
	third := p.inspect("migrate-1").ID
	assert.Assert(t, third != second)

	p.ok("up", "--wait", "--force-recreate", "migrate")
	assert.Assert(t, p.inspect("migrate-1").ID != third)
	assert.DeepEqual(t, p.names(), []string{"migrate-1"})
}

func TestAJobThatFailedIsRunAgainAndKeepsWhatItSaid(t *testing.T) {
	const failing = `
services:
  migrate: {image: stack-e2e/dummy, x-stack: {job: true}, environment: {EXIT_AFTER: 50ms, EXIT_CODE: "%CODE%"}}
`
	p := newProject(t, strings.Replace(failing, "%CODE%", "0", 1))
	p.ok("up", "--wait")
	old := p.inspect("migrate-1")

	p.write("compose.yaml", strings.Replace(failing, "%CODE%", "3", 1))
	p.fails(1, []string{"up", "--wait"}, "migrate-1", "exited (3)")
	assert.DeepEqual(t, p.names(), []string{"migrate-1"})
	failed := p.inspect("migrate-1")
	assert.Assert(t, failed.ID != old.ID)
	assert.Equal(t, failed.State.ExitCode, 3)
	assert.Equal(t, p.runs("migrate-1"), 1)

	p.fails(1, []string{"up", "--wait"}, "migrate-1", "exited (3)")
	assert.Equal(t, p.inspect("migrate-1").ID, failed.ID)
	assert.Equal(t, p.runs("migrate-1"), 2)
}

func TestAJobThatCannotStartLeavesTheOldOneEnded(t *testing.T) {
	p := newProject(t, `{services: {job: {image: stack-e2e/dummy, x-stack: {job: true}, command: [lines, "1"]}}}`)
	p.ok("up", "--wait")
	old := p.inspect("job-1")
	p.write("compose.yaml", `{services: {job: {image: stack-e2e/dummy, x-stack: {job: true}, entrypoint: /absent}}}`)
	for range 3 {
		p.fails(1, []string{"up", "-d"}, "job-1", "/absent")
		assert.DeepEqual(t, p.names(), []string{"job-1"})
		assert.Equal(t, p.inspect("job-1").ID, old.ID)
		assert.Equal(t, p.inspect("job-1").State.StartedAt, old.State.StartedAt)
	}
}

// TestARestartThatIsOwedIsMadeUpFor replaces a dependency alone, as a run does
// that is killed before it restarts the dependents.
func TestARestartThatIsOwedIsMadeUpFor(t *testing.T) {
	compose := `
services:
  db: {image: stack-e2e/dummy, environment: {A: old}}
  app: {image: stack-e2e/dummy, depends_on: {db: {condition: service_started, restart: true}}}
  seed:
    image: stack-e2e/dummy
    x-stack: {job: true}
    environment: {EXIT_AFTER: 50ms}
    depends_on: {db: {condition: service_started, restart: true}}
  still: {image: stack-e2e/dummy, depends_on: [db]}
`
	p := newProject(t, compose)
	p.ok("up", "--wait")
	app, seed, still := p.inspect("app-1"), p.inspect("seed-1"), p.inspect("still-1")
	p.write("compose.yaml", strings.Replace(compose, "old", "new", 1))
	p.ok("up", "-d", "db")
	assert.Equal(t, p.inspect("app-1").State.StartedAt, app.State.StartedAt)

	p.ok("up", "--wait")
	db := p.inspect("db-1")
	for _, held := range []string{app.ID, seed.ID} {
		again, err := docker.ContainerInspect(t.Context(), held)
		assert.NilError(t, err)
		assert.Assert(t, again.State.StartedAt > db.State.StartedAt)
	}
	assert.Equal(t, p.inspect("still-1").State.StartedAt, still.State.StartedAt)

	r := p.record()
	p.ok("up", "-d")
	p.ok("up", "-d", "--scale", "db=2", "--dry-run")
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
	restarted := p.inspect("app-1").State.StartedAt
	p.ok("up", "-d", "--scale", "db=2")
	assert.Equal(t, p.inspect("app-1").State.StartedAt, restarted)
}
