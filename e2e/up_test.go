package e2e_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

const webAndData = `
services:
  web:
    image: stack-e2e/dummy
    environment: {GREETING: hello}
    volumes: ["data:/data"]
  other:
    image: stack-e2e/dummy
volumes: {data: {}}
`

func TestUpMakesTheEngineHoldTheProject(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")

	assert.DeepEqual(t, p.names(), []string{"other-1", "web-1"})
	assert.DeepEqual(t, p.networks(), []string{"default"})
	assert.DeepEqual(t, p.volumes(), []string{"data"})
	web := p.inspect("web-1")
	assert.Assert(t, web.State.Running)
	assert.Equal(t, web.Config.Labels[serviceLabel], "web")
	assert.Equal(t, web.Config.Labels[numberLabel], "1")
	assert.Assert(t, slices.Contains(web.Config.Env, "GREETING=hello"))
}

func TestUnchangedUpWritesNothing(t *testing.T) {
	p := newProject(t, webAndData+`
configs: {c: {content: "here"}}
`)
	p.write("compose.override.yaml", `
services:
  web:
    configs: [c]
    healthcheck: {test: [CMD, /dummy, health], interval: 1s}
  other:
    depends_on: {web: {condition: service_healthy}, job: {condition: service_completed_successfully}}
  job: {image: stack-e2e/dummy, command: [exit, "0"]}
  beside: {image: stack-e2e/dummy, network_mode: "service:web", volumes_from: [other]}
  twice: {image: stack-e2e/dummy, scale: 2}
`)
	p.ok("up", "-d")
	before := p.containers()
	r := p.record()
	p.ok("up", "-d")

	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
	assert.Assert(t, len(r.Calls()) > 0, "nothing was recorded")
	for i, c := range p.containers() {
		assert.Equal(t, c.ID, before[i].ID)
	}
}

func TestUpAfterScaleWritesNothing(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d", "--scale", "web=3")
	r := p.record()
	p.ok("up", "-d", "--scale", "web=3")
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
}

func TestScaleAddsAndRemovesTheHighestNumbers(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d", "--scale", "web=3")
	assert.DeepEqual(t, p.names(), []string{"other-1", "web-1", "web-2", "web-3"})
	first := p.inspect("web-1").ID
	p.ok("up", "-d", "--scale", "web=1")
	assert.DeepEqual(t, p.names(), []string{"other-1", "web-1"})
	assert.Equal(t, p.inspect("web-1").ID, first)
}

func TestDependentStartsWhenItsDependencyIsReady(t *testing.T) {
	p := newProject(t, `
services:
  app:
    image: stack-e2e/dummy
    depends_on: {db: {condition: service_healthy}}
  db:
    image: stack-e2e/dummy
    environment: {READY_AFTER: 700ms}
    healthcheck: {test: [CMD, /dummy, health], interval: 10s}
`)
	begin := time.Now()
	p.ok("up", "-d")
	took := time.Since(begin)

	assert.Assert(t, strings.Contains(p.printed("db-1"), "ready"))
	started := func(name string) time.Time {
		at, err := time.Parse(time.RFC3339Nano, p.inspect(name).State.StartedAt)
		assert.NilError(t, err)
		return at
	}
	waited := started("app-1").Sub(started("db-1"))
	assert.Assert(t, waited >= 700*time.Millisecond, "app started %s after db, which was not ready yet", waited)
	assert.Assert(t, took < 10*time.Second, "up waited for the engine's own probe: %s", took)
}

func TestDependentStartsWhenAJobHasCompleted(t *testing.T) {
	p := newProject(t, `
services:
  app:
    image: stack-e2e/dummy
    depends_on: {job: {condition: service_completed_successfully}}
  job:
    image: stack-e2e/dummy
    environment: {EXIT_AFTER: 500ms}
`)
	p.ok("up", "-d")
	job, app := p.inspect("job-1"), p.inspect("app-1")
	assert.Equal(t, job.State.Status, "exited")
	assert.Equal(t, job.State.ExitCode, 0)
	assert.Assert(t, app.State.Running)
	assert.Assert(t, job.State.FinishedAt <= app.State.StartedAt, "%s, %s", job.State.FinishedAt, app.State.StartedAt)
}

func TestFailedJobFailsUpAndItsDependentsDoNotStart(t *testing.T) {
	p := newProject(t, `
services:
  app:
    image: stack-e2e/dummy
    depends_on: {job: {condition: service_completed_successfully}}
  job:
    image: stack-e2e/dummy
    command: [exit, "3"]
  beside: {image: stack-e2e/dummy}
`)
	p.fails(1, []string{"up", "-d"}, "job-1", "exited (3)")
	for _, name := range p.names() {
		assert.Equal(t, p.inspect(name).State.Running, name == "beside-1", name)
	}
}

func TestCompletedJobIsNotRunAgain(t *testing.T) {
	p := newProject(t, `
services:
  job: {image: stack-e2e/dummy, command: [exit, "0"]}
  app:
    image: stack-e2e/dummy
    depends_on: {job: {condition: service_completed_successfully}}
`)
	p.ok("up", "-d")
	ran := p.inspect("job-1").State.StartedAt
	p.ok("up", "-d")
	assert.Equal(t, p.inspect("job-1").State.StartedAt, ran)
	p.ok("up", "-d", "--force-recreate")
	assert.Assert(t, p.inspect("job-1").State.StartedAt != ran)
}

func TestNeverHealthyDependencyFailsUpWithWhatTheProbeSaid(t *testing.T) {
	p := newProject(t, `
services:
  app:
    image: stack-e2e/dummy
    depends_on: {db: {condition: service_healthy}}
  db:
    image: stack-e2e/dummy
    environment: {READY_AFTER: never}
    healthcheck: {test: [CMD, /dummy, health], interval: 300ms, retries: 2}
`)
	p.fails(1, []string{"up", "-d"}, "db-1", "unhealthy", "/ready: no such file")
}

func TestDependencyThatExitsFailsTheWaitAtOnce(t *testing.T) {
	p := newProject(t, `
services:
  app:
    image: stack-e2e/dummy
    depends_on: {db: {condition: service_healthy}}
  db:
    image: stack-e2e/dummy
    environment: {EXIT_AFTER: 300ms, EXIT_CODE: "4", READY_AFTER: never}
    healthcheck: {test: [CMD, /dummy, health], interval: 60s, retries: 100}
`)
	begin := time.Now()
	p.fails(1, []string{"up", "-d"}, "db-1", "exited (4)")
	assert.Assert(t, time.Since(begin) < 20*time.Second)
}

func TestWaitReturnsWhenEverythingIsReady(t *testing.T) {
	p := newProject(t, `
services:
  web:
    image: stack-e2e/dummy
    environment: {READY_AFTER: 500ms}
    healthcheck: {test: [CMD, /dummy, health], interval: 10s}
  job: {image: stack-e2e/dummy, command: [exit, "0"]}
`)
	p.ok("up", "--wait")
	assert.Assert(t, strings.Contains(p.printed("web-1"), "ready"))
	assert.Equal(t, p.inspect("job-1").State.Status, "exited")
}

func TestUpOfOneServiceBringsOnlyWhatItNeeds(t *testing.T) {
	p := newProject(t, `
services:
  app: {image: stack-e2e/dummy, depends_on: [db]}
  db: {image: stack-e2e/dummy}
  beside: {image: stack-e2e/dummy}
`)
	p.ok("up", "-d", "app")
	assert.DeepEqual(t, p.names(), []string{"app-1", "db-1"})
}

func TestServicesBehindAProfileStayOutUntilItIsChosen(t *testing.T) {
	p := newProject(t, `
services:
  web: {image: stack-e2e/dummy}
  debug: {image: stack-e2e/dummy, profiles: [debug]}
`)
	p.ok("up", "-d")
	assert.DeepEqual(t, p.names(), []string{"web-1"})
	p.ok("--profile", "debug", "up", "-d")
	assert.DeepEqual(t, p.names(), []string{"debug-1", "web-1"})
	up := p.ok("up", "-d", "--remove-orphans")
	assert.DeepEqual(t, p.names(), []string{"debug-1", "web-1"})
	assert.Assert(t, !strings.Contains(up.Stderr, "orphan"), up.Stderr)
}

func TestAbsentImageFailsUpByName(t *testing.T) {
	p := newProject(t, `{services: {web: {image: "stack-e2e/absent:never", pull_policy: never}}}`)
	p.fails(1, []string{"up", "-d"}, "stack-e2e/absent:never")
}
