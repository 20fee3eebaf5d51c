package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
	"github.com/stackctl/stack/e2e/recorder"
)

const ordered = `
services:
  web:
    image: stack-e2e/dummy
    depends_on: {db: {condition: service_healthy, restart: true}}
  db:
    image: stack-e2e/dummy
    environment: {READY_AFTER: 300ms}
    healthcheck: {test: [CMD, /dummy, health], interval: 10s}
  beside: {image: stack-e2e/dummy, depends_on: [db]}
`

func TestStopAndStartGoByTheDependencies(t *testing.T) {
	p := newProject(t, ordered)
	p.ok("up", "-d")
	before := p.inspect("web-1").ID
	r := p.record()
	p.ok("stop")
	assert.DeepEqual(t, p.running(), map[string]bool{"web-1": false, "db-1": false, "beside-1": false})
	assert.Assert(t, p.order(r.Calls(), "stop", "web-1", "db-1"))
	p.fails(2, []string{"drift"})
	p.ok("start", "--wait")
	assert.DeepEqual(t, p.running(), map[string]bool{"web-1": true, "db-1": true, "beside-1": true})
	assert.Assert(t, p.order(r.Calls(), "start", "db-1", "web-1"))
	assert.Equal(t, p.inspect("web-1").ID, before)
	assert.Assert(t, p.inspect("web-1").State.StartedAt > p.inspect("db-1").State.StartedAt)
	p.ok("drift")
}

func TestRestartTakesDependentsAlongThatAskForIt(t *testing.T) {
	p := newProject(t, ordered)
	p.ok("up", "-d")
	was := p.started()
	p.ok("restart", "db")
	is := p.started()
	assert.Assert(t, is["db-1"] > was["db-1"] && is["web-1"] > is["db-1"], "%v, then %v", was, is)
	assert.Equal(t, is["beside-1"], was["beside-1"])
	p.ok("restart", "--no-deps", "db")
	assert.Equal(t, p.started()["web-1"], is["web-1"])
	assert.Equal(t, p.inspect("db-1").RestartCount, 0)
	p.ok("up", "-d") // owes nobody anything
	assert.Equal(t, p.started()["web-1"], is["web-1"])
}

func TestWhatIsPausedIsStoppedRestartedKilledAndTakenDown(t *testing.T) {
	p := newProject(t, `
services:
  web:
    image: stack-e2e/dummy
    depends_on: {db: {condition: service_healthy}}
    pre_stop: [{command: [/dummy, touch, /drained]}]
  db: {image: stack-e2e/dummy, healthcheck: {test: [CMD, /dummy, health], interval: 10s}}
`)
	p.ok("up", "-d")
	for _, args := range [][]string{{"up", "-d"}, {"start"}, {"unpause"}, {"restart"}} {
		p.ok("pause")
		assert.Assert(t, p.inspect("web-1").State.Paused && p.inspect("db-1").State.Paused)
		p.fails(1, []string{"pause"}, "is already paused")
		p.ok(args...)
		for _, name := range p.names() {
			state := p.inspect(name).State
			assert.Assert(t, state.Running && !state.Paused, "%v: %s is %s", args, name, state.Status)
		}
	}
	for _, args := range [][]string{{"stop"}, {"kill"}, {"down"}} {
		p.ok("up", "-d")
		p.ok("pause")
		p.ok(args...)
		for name, runs := range p.running() {
			assert.Assert(t, !runs, "%v: %s runs", args, name)
		}
	}
	assert.Equal(t, len(p.containers()), 0)
}

func TestKillSendsASignal(t *testing.T) {
	p := newProject(t, `{services: {web: {image: busybox, command: [sh, -c, "trap 'echo again' HUP; while true; do sleep 0.05; done"]}}}`)
	p.ok("up", "-d")
	p.ok("kill", "-s", "HUP", "web")
	driver.Eventually(t, "the signal", func() bool { return strings.Contains(p.printed("web-1"), "again") })
	assert.Assert(t, p.inspect("web-1").State.Running)
	p.fails(1, []string{"kill", "-s", "NOSUCH"}, "web-1", "nvalid signal")
	p.ok("kill")
	assert.Equal(t, p.inspect("web-1").State.ExitCode, 137)
}

func TestStopLeavesOneOffContainersAndKillDoesNot(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy}}}`)
	p.ok("up", "-d")
	oneOff := p.name + "-web-run-1"
	command(t, "docker", "run", "-d", "--name", oneOff, "--label", projectLabel+"="+p.name, "--label", serviceLabel+"=web",
		"--label", numberLabel+"=1", "--label", "com.docker.compose.oneoff=True", "stack-e2e/dummy")
	p.ok("stop")
	assert.DeepEqual(t, p.running(), map[string]bool{"web-1": false, "web-run-1": true})
	p.ok("kill")
	assert.DeepEqual(t, p.running(), map[string]bool{"web-1": false, "web-run-1": false})
	p.ok("rm", "-f")
	assert.DeepEqual(t, p.names(), []string{"web-run-1"})
	p.ok("rm", "-fa")
	assert.Equal(t, len(p.containers()), 0)
}

func TestWaitReturnsTheCodeAndTakesTheProjectDown(t *testing.T) {
	p := newProject(t, `{services: {job: {image: stack-e2e/dummy, environment: {EXIT_AFTER: 700ms, EXIT_CODE: "3"}}, web: {image: stack-e2e/dummy}}}`)
	p.ok("up", "-d")
	id := p.inspect("job-1").ID
	for range 2 { // also when it has ended
		r := p.fails(3, []string{"wait", "job"})
		assert.Equal(t, r.Stdout, `container "`+id+"\" exited with status code 3\n")
	}
	assert.Assert(t, p.inspect("web-1").State.Running)
	p.fails(3, []string{"wait", "--down-project", "web", "job"}, "web-1 Removed")
	assert.Equal(t, len(p.containers()), 0)
}

func TestScaleDoesNotNeedWhatAnotherServiceLacks(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy}, other: {image: stack-e2e/dummy, env_file: absent.env, environment: {A: "${NOT_SET:?}"}}}}`)
	p.ok("scale", "web=2")
	assert.DeepEqual(t, p.names(), []string{"web-1", "web-2"})
	p.ok("scale", "web=1")
	assert.DeepEqual(t, p.names(), []string{"web-1"})
	p.ok("restart", "web")
	p.ok("stop")
	p.ok("rm", "-f")
	assert.Equal(t, len(p.containers()), 0)
}

// running says of each container, by SERVICE-NUMBER, whether it runs.
func (p *project) running() map[string]bool {
	p.t.Helper()
	running := map[string]bool{}
	for _, name := range p.names() {
		running[name] = p.inspect(name).State.Running
	}
	return running
}

// started is when each container was started last, by SERVICE-NUMBER.
func (p *project) started() map[string]string {
	p.t.Helper()
	started := map[string]string{}
	for _, name := range p.names() {
		started[name] = p.inspect(name).State.StartedAt
	}
	return started
}

// order is true when a call was made for one container, by SERVICE-NUMBER, before
// it was made for the other.
func (p *project) order(calls []recorder.Call, call, first, second string) bool {
	at := func(name string) int {
		return slices.IndexFunc(calls, func(c recorder.Call) bool {
			return strings.HasSuffix(c.Path, "/containers/"+p.inspect(name).ID+"/"+call)
		})
	}
	return at(first) >= 0 && at(first) < at(second)
}
