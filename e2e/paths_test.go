package e2e_test

import (
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
	"github.com/stackctl/stack/e2e/recorder"
)

const hooked = `
services:
  db: {image: stack-e2e/dummy, environment: {A: one}}
  web:
    image: stack-e2e/dummy
    depends_on: {db: {condition: service_started, restart: true}}
    environment: {A: one}
    post_start: [{command: [/dummy, touch, /after]}]
    pre_stop: [{command: [/dummy, touch, /before]}]
`

// execs is how many commands were to run in containers.
func execs(r *recorder.Recorder) (count int) {
	for _, call := range r.Writes() {
		if strings.HasSuffix(call.Path, "/exec") {
			count++
		}
	}
	return count
}

func TestHooksRunOnEveryPathThatStartsOrStopsAContainer(t *testing.T) {
	p := newProject(t, hooked)
	for _, path := range []struct {
		name, old, new string
		args           []string
		execs          int
	}{
		{name: "up", args: []string{"up", "-d"}, execs: 1},
		{name: "up again", args: []string{"up", "-d"}, execs: 0},
		{name: "scale up", args: []string{"up", "-d", "--scale", "web=3"}, execs: 2},
		{name: "recreate", args: []string{"up", "-d", "--scale", "web=3", "--force-recreate", "--no-deps", "web"}, execs: 6},
		{name: "scale down", args: []string{"up", "-d"}, execs: 2},
		{name: "change", old: "environment: {A: one}\n    post", new: "environment: {A: two}\n    post", args: []string{"up", "-d"}, execs: 2},
		{name: "restart with a dependency", old: "db: {image: stack-e2e/dummy, environment: {A: one}", new: "db: {image: stack-e2e/dummy, environment: {A: two}", args: []string{"up", "-d"}, execs: 2},
		{name: "back", args: []string{"up", "-d"}, execs: 2},
		{name: "restart", args: []string{"restart", "web"}, execs: 2},
		{name: "stop", args: []string{"stop"}, execs: 1},
		{name: "start", args: []string{"start"}, execs: 1},
		{name: "kill", args: []string{"kill"}, execs: 0},
		{name: "start again", args: []string{"start", "web"}, execs: 1},
		{name: "scale", args: []string{"scale", "web=2"}, execs: 1},
		{name: "rm", args: []string{"rm", "-fs", "web"}, execs: 2},
		{name: "up after rm", args: []string{"up", "-d"}, execs: 1},
		{name: "pause", args: []string{"pause", "web"}, execs: 0},
		{name: "down of what is paused", args: []string{"down"}, execs: 1},
	} {
		p.write("compose.yaml", strings.Replace(hooked, path.old, path.new, min(1, len(path.old))))
		r := p.record()
		p.ok(path.args...)
		assert.Check(t, execs(r) == path.execs, "%s: %d hooks ran, expected %d", path.name, execs(r), path.execs)
	}
}

func TestHooksRunWhenAnAttachedUpIsInterrupted(t *testing.T) {
	p := newProject(t, hooked)
	r := p.record()
	up := p.begin("up")
	driver.Eventually(t, "the first hook", func() bool { return execs(r) == 1 })
	up.prints("web-1")
	up.signal(syscall.SIGINT)
	up.end()
	assert.Equal(t, execs(r), 2)
	assert.Equal(t, p.inspect("web-1").State.Running, false)
}

func TestAHookThatFailsSaysWhy(t *testing.T) {
	for _, hook := range []string{"post_start", "pre_stop"} {
		t.Run(hook, func(t *testing.T) {
			p := newProject(t, `{services: {web: {image: stack-e2e/dummy, `+hook+`: [{command: [/dummy, cat, /nowhere]}]}}}`)
			if hook == "pre_stop" {
				p.ok("up", "-d")
				p.fails(1, []string{"down"}, "web-1", "pre_stop", "/nowhere: no such file")
				return
			}
			p.fails(1, []string{"up", "-d"}, "web-1", "post_start", "/nowhere: no such file")
		})
	}
}

func TestAOneOffContainerEndsNoAttachedUp(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy}}}`)
	up := p.begin("up", "--abort-on-container-exit")
	up.prints("web-1  | started")
	p.ok("run", "--rm", "web", "exit", "0")
	assert.DeepEqual(t, p.names(), []string{"web-1"})
	assert.Assert(t, p.inspect("web-1").State.Running)
	assert.Assert(t, up.alive())
	command(t, "docker", "kill", p.name+"-web-1")
	assert.Equal(t, up.end(), 137)
}

func TestDownNeedsNeitherImagesNorEnvFiles(t *testing.T) {
	p := newProject(t, `{services: {web: {image: "${IMAGE}", pull_policy: never, env_file: [web.env]}, db: {image: stack-e2e/dummy}}}`)
	p.write("web.env", "A=1\n")
	image := p.name + "-gone"
	p.env = append(p.env, "IMAGE="+image)
	command(t, "docker", "tag", "stack-e2e/dummy", image)
	p.ok("up", "-d")
	command(t, "docker", "rmi", "-f", image)
	command(t, "rm", p.dir+"/web.env")

	assert.Assert(t, strings.Contains(p.ok("logs", "db").Stdout, "started"))
	p.ok("up", "-d", "--scale", "db=2", "db")
	p.ok("ps")
	p.ok("down")
	assert.Equal(t, len(p.containers())+len(p.networks()), 0)
}
