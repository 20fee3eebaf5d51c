package e2e_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
)

// through runs stack with bytes on its input, and expects them back.
func (p *project) through(size int64, args ...string) {
	p.t.Helper()
	sent, got := sha256.New(), sha256.New()
	c := p.command(args...)
	c.Stdin = io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{}), size), sent)
	c.Stdout = got
	assert.NilError(p.t, c.Run())
	assert.Equal(p.t, fmt.Sprintf("%x", got.Sum(nil)), fmt.Sprintf("%x", sent.Sum(nil)))
}

func TestMegabytesThroughExecAndRunComeBack(t *testing.T) {
	p := newProject(t, shell)
	p.ok("up", "-d")
	p.through(64<<20, "exec", "-T", "web", "cat")
	p.through(16<<20, "run", "--rm", "-T", "--quiet", "web", "cat")
}

func TestARunIsLabelledNamedAndSetUpAsDockerComposeDoes(t *testing.T) {
	p := newProject(t, `services:
  web:
    image: busybox
    command: [sleep, "600"]
    init: true
    restart: always
    ports: ["80"]
    environment: {A: service, B: service}
    env_file: [web.env]
    depends_on: {db: {condition: service_healthy}}
  db: {image: stack-e2e/dummy, healthcheck: {test: [CMD, /dummy, health], interval: 1s}}
`)
	p.write("web.env", "B=file\nC=file\n")
	p.write("run.env", "A=from\nC=from\n")
	id := strings.TrimSpace(p.ok("run", "-d", "--env-from-file", "run.env", "-e", "A=flag", "web").Stdout)
	names := p.names()
	assert.Equal(t, len(names), 2)
	c := p.inspect(names[1])
	assert.Equal(t, c.ID, id)
	slug := c.Config.Labels["com.docker.compose.slug"]
	assert.Equal(t, names[1], "web-run-"+slug[:12])
	assert.Equal(t, c.Config.Labels["com.docker.compose.oneoff"], "True")
	_, numbered := c.Config.Labels[numberLabel]
	assert.Assert(t, !numbered)
	assert.Equal(t, string(c.HostConfig.RestartPolicy.Name), "")
	assert.Equal(t, len(c.HostConfig.PortBindings), 0)
	env := strings.Join(c.Config.Env, " ")
	for _, variable := range []string{"A=flag", "B=service", "C=from"} {
		assert.Assert(t, strings.Contains(env, variable), env)
	}
	for _, endpoint := range c.NetworkSettings.Networks {
		assert.Assert(t, !strings.Contains(strings.Join(endpoint.Aliases, " "), "web "), "%v", endpoint.Aliases)
	}
	assert.Assert(t, p.inspect("db-1").State.Running)
	p.ok("down", "-t", "0")
	assert.DeepEqual(t, p.names(), names[1:]) // it was begun by a hand, for something else
	p.ok("down", "-t", "0", "--remove-orphans")
	assert.Equal(t, len(p.containers()), 0)
}

func TestARunIsRemovedAfterASignal(t *testing.T) {
	p := newProject(t, shell)
	s := p.begin("run", "--rm", "-T", "web", "sh", "-c", "trap 'exit 42' INT; echo ready; while :; do sleep 0.05; done")
	s.prints("ready")
	s.signal(syscall.SIGINT)
	assert.Equal(t, s.end(), 42)
	assert.Equal(t, len(p.containers()), 0)
	assert.Equal(t, s.stdout.String(), "ready\n")
}

func TestACommandThatIsNotThereHasTheCodeOfShells(t *testing.T) {
	p := newProject(t, `{services: {web: {image: busybox, command: [sleep, "600"]}}}`)
	p.ok("up", "-d")
	p.fails(127, []string{"run", "--rm", "web", "no-such-command"}, "no-such-command")
	p.fails(127, []string{"exec", "-d", "web", "no-such-command"}, "no-such-command")
	r := p.run("exec", "-T", "web", "no-such-command")
	assert.Assert(t, r.Code == 126 || r.Code == 127, "exit code %d", r.Code) // an old engine gives the first
	p.fails(126, []string{"run", "--rm", "web", "/etc"}, "/etc")
	assert.DeepEqual(t, p.names(), []string{"web-1"})
}

func TestHooksOfARunAreItsPostStartOnes(t *testing.T) {
	p := newProject(t, `services:
  web:
    image: busybox
    init: true
    command: [sleep, "600"]
    post_start: [{command: [touch, /hooked]}]
    pre_start: [{image: busybox, command: ["false"]}]
`)
	r := p.ok("run", "--rm", "-T", "web", "sh", "-c", "while ! [ -e /hooked ]; do sleep 0.02; done; echo hooked")
	assert.Equal(t, r.Stdout, "hooked\n")
	p.ok("run", "--rm", "-T", "web", "true") // over before a hook can run
}
