package e2e_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

func TestADependencyScalesDownBeforeItsDependentsStart(t *testing.T) {
	const compose = `
services:
  app: {image: stack-e2e/dummy, depends_on: [db]}
  db: {image: stack-e2e/dummy, environment: {STOP_AFTER: 300ms}}
`
	p := newProject(t, compose)
	p.ok("up", "-d", "--scale", "db=3", "db")
	r := p.record()
	p.ok("up", "-d")
	assert.DeepEqual(t, p.names(), []string{"app-1", "db-1"})
	removed, started := -1, -1
	for i, call := range r.Calls() {
		switch {
		case call.Method == "DELETE":
			removed = i
		case strings.HasSuffix(call.Path, "/start"):
			started = i
		}
	}
	assert.Assert(t, removed >= 0 && removed < started, "app was started while db was scaled down: %v", r.Writes())
}

func TestEveryReplicaOfADependencyIsWaitedFor(t *testing.T) {
	for _, c := range []struct{ condition, db, says string }{
		{"service_completed_successfully", "command: [exit, \"5\"]", "exited (5)"},
		{"service_healthy", "environment: {READY_AFTER: never}\n    healthcheck: {test: [CMD, /dummy, health], interval: 200ms, retries: 2}", "unhealthy"},
	} {
		t.Run(c.condition, func(t *testing.T) {
			compose := "services:\n  app: {image: stack-e2e/dummy, depends_on: {db: {condition: " + c.condition + "}}}\n" +
				"  db:\n    image: stack-e2e/dummy\n    scale: 2\n    "
			good := compose + "command: [exit, \"0\"]\n"
			if c.condition == "service_healthy" {
				good = compose + strings.Replace(c.db, "never", "0s", 1) + "\n"
			}
			p := newProject(t, strings.Replace(good, "scale: 2", "scale: 1", 1))
			p.ok("up", "-d", "db") // the first is good
			p.write("compose.yaml", compose+c.db+"\n")
			p.fails(1, []string{"up", "-d", "--no-recreate"}, "db-2", c.says)
			for _, name := range p.names() {
				assert.Assert(t, name != "app-1" || !p.inspect("app-1").State.Running)
			}
		})
	}
}

func TestAContainerThatRestartsInALoopIsNotReady(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy, restart: always, command: [exit, "6"]}}}`)
	p.ok("up", "-d")
	driver.Eventually(t, "the first restart", func() bool { return p.inspect("web-1").RestartCount > 0 })
	p.fails(1, []string{"up", "--wait", "--wait-timeout", "60"}, "web-1", "restarts in a loop")
}

func TestAnOptionalDependencyIsOnlyAWarning(t *testing.T) {
	p := newProject(t, `
services:
  app:
    image: stack-e2e/dummy
    depends_on:
      absent: {condition: service_started, required: false}
      disabled: {condition: service_healthy, required: false}
      failing: {condition: service_completed_successfully, required: false}
      sick: {condition: service_healthy, required: false}
  disabled: {image: stack-e2e/dummy, profiles: [never]}
  failing: {image: stack-e2e/dummy, command: [exit, "1"]}
  sick:
    image: stack-e2e/dummy
    environment: {READY_AFTER: never}
    healthcheck: {test: [CMD, /dummy, health], interval: 200ms, retries: 2}
`)
	up := p.ok("up", "-d")
	assert.Assert(t, p.inspect("app-1").State.Running)
	for _, word := range []string{"absent", "failing-1", "sick-1"} {
		assert.Assert(t, strings.Contains(up.Stderr, word), up.Stderr)
	}
}

func TestNoReplicasOfADependencyAndItsDependentIsNoError(t *testing.T) {
	for _, condition := range []string{"service_started", "service_healthy", "service_completed_successfully"} {
		t.Run(condition, func(t *testing.T) {
			p := newProject(t, `
services:
  app: {image: stack-e2e/dummy, scale: 0, depends_on: {db: {condition: `+condition+`}}}
  db: {image: stack-e2e/dummy, deploy: {replicas: 0}}
`)
			p.ok("up", "-d")
			p.ok("up", "--wait")
			assert.Equal(t, len(p.containers()), 0)
		})
	}
}

func TestWaitingForADependentIsWaitingForWhatItNeeds(t *testing.T) {
	p := newProject(t, `
services:
  app: {image: stack-e2e/dummy, depends_on: [db]}
  db:
    image: stack-e2e/dummy
    environment: {READY_AFTER: 400ms}
    healthcheck: {test: [CMD, /dummy, health], interval: 30s}
  beside: {image: stack-e2e/dummy}
`)
	p.ok("up", "--wait", "app")
	assert.DeepEqual(t, p.names(), []string{"app-1", "db-1"})
	assert.Assert(t, strings.Contains(p.printed("db-1"), "ready"))
}

func TestWaitTakesAOneShotWhateverItsRestartPolicy(t *testing.T) {
	p := newProject(t, `
services:
  no: {image: stack-e2e/dummy, restart: "no", environment: {EXIT_AFTER: 50ms}}
  on-failure: {image: stack-e2e/dummy, restart: on-failure, environment: {EXIT_AFTER: 50ms}}
  awaited: {image: stack-e2e/dummy, environment: {EXIT_AFTER: 50ms}}
  app: {image: stack-e2e/dummy, depends_on: {awaited: {condition: service_completed_successfully}}}
`)
	p.ok("up", "--wait")
	assert.Equal(t, p.inspect("awaited-1").State.Status, "exited")
	p.write("compose.yaml", `{services: {no: {image: stack-e2e/dummy, command: [exit, "9"], healthcheck: {test: [CMD, /dummy, health], interval: 30s}}}}`)
	p.fails(1, []string{"up", "--wait", "--remove-orphans"}, "no-1", "exited (9)")
}
