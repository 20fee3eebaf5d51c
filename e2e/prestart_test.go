package e2e_test

import (
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
)

// migrated is a service whose hook writes into the volumes that its container
// has: a named one, an anonymous one, and a file in neither.
const migrated = `
services:
  web:
    image: stack-e2e/dummy
    environment: {GREETING: hello}
    volumes: ["data:/data", "/own"]
    pre_start:
      - image: busybox
        command: [sh, -c, "echo $$GREETING >/data/migrated; echo mine >/own/file; hostname -i >/data/address; ${MIGRATE:-true}"]
  worker:
    image: stack-e2e/dummy
    depends_on: [web]
volumes: {data: {}}
`

func TestAPreStartHookSharesTheVolumesOfTheService(t *testing.T) {
	p := newProject(t, migrated)
	p.ok("up", "-d")

	assert.DeepEqual(t, p.names(), []string{"web-1", "worker-1"})
	assert.Equal(t, p.exec("web-1", "cat", "/data/migrated"), "hello\n")
	assert.Equal(t, p.exec("web-1", "cat", "/own/file"), "mine\n")
	assert.Assert(t, p.exec("web-1", "cat", "/data/address") != "\n", "the hook had no network")
}

func TestAPreStartHookRunsOnlyForWhatIsStarted(t *testing.T) {
	p := newProject(t, migrated)
	p.ok("up", "-d")
	r := p.record()
	p.ok("up", "-d")
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])

	p.env = append(p.env, "MIGRATE=echo again >/data/migrated")
	p.ok("up", "-d")
	assert.Equal(t, p.exec("web-1", "cat", "/data/migrated"), "again\n")
	assert.Equal(t, p.exec("web-1", "cat", "/own/file"), "mine\n")
	assert.DeepEqual(t, p.names(), []string{"web-1", "worker-1"})
}

func TestAPreStartHookThatFailsLeavesWhatRuns(t *testing.T) {
	p := newProject(t, migrated)
	p.ok("up", "-d")
	before := p.inspect("web-1")

	p.env = append(p.env, "MIGRATE=echo no table users >&2; exit 3")
	p.fails(1, []string{"up", "-d"}, "web pre_start[0]", "exited (3)", "no table users", p.name+"-web-pre_start-0")
	assert.DeepEqual(t, p.names(), []string{"web-1", "web-pre_start-0", "worker-1"})
	after := p.inspect("web-1")
	assert.Equal(t, after.ID, before.ID)
	assert.Equal(t, after.State.StartedAt, before.State.StartedAt)

	kept := p.inspect("web-pre_start-0")
	assert.Equal(t, kept.Config.Labels["com.docker.compose.hook"], "pre_start")
	_, numbered := kept.Config.Labels[numberLabel]
	_, hashed := kept.Config.Labels["com.docker.compose.config-hash"]
	assert.Assert(t, !numbered && !hashed)
	listed := p.ok("ps", "-a").Stdout
	assert.Assert(t, !strings.Contains(listed, "pre_start"), listed)

	p.env = append(p.env, "MIGRATE=true")
	p.ok("up", "-d")
	assert.DeepEqual(t, p.names(), []string{"web-1", "worker-1"})
}

func TestAFirstHookThatFailsKeepsDependentsFromStarting(t *testing.T) {
	p := newProject(t, migrated)
	p.env = append(p.env, "MIGRATE=exit 1")
	p.fails(1, []string{"up", "-d"}, "web pre_start[0]")
	for _, c := range p.containers() {
		assert.Assert(t, c.State != "running", c.Names[0])
	}
	p.ok("down", "-v")
	assert.DeepEqual(t, p.names(), []string{})
	assert.DeepEqual(t, p.volumes(), []string{})
}

func TestAHookRunsForEachReplicaThatAsksForIt(t *testing.T) {
	p := newProject(t, `
services:
  web:
    image: stack-e2e/dummy
    scale: 2
    volumes: ["data:/data", "/own"]
    pre_start:
      - {image: busybox, command: [sh, -c, "echo once >>/data/log"]}
      - {image: busybox, command: [sh, -c, "echo replica >>/data/log; echo mine >/own/file"], per_replica: true}
      - {image: busybox, command: [sh, -c, "echo last >>/data/log"]}
volumes: {data: {}}
`)
	p.ok("up", "-d")
	assert.Equal(t, p.exec("web-1", "cat", "/data/log"), "once\nreplica\nreplica\nlast\n")
	assert.Equal(t, p.exec("web-1", "cat", "/own/file"), "mine\n")
	assert.Equal(t, p.exec("web-2", "cat", "/own/file"), "mine\n")
	assert.DeepEqual(t, p.names(), []string{"web-1", "web-2"})
}

func TestAHookHasTheSecretsOfItsServiceAndSeveralNetworks(t *testing.T) {
	p := newProject(t, `
services:
  web:
    image: stack-e2e/dummy
    volumes: ["data:/data"]
    networks: {front: {}, back: {}}
    secrets: [token]
    pre_start:
      - {image: busybox, command: [sh, -c, "cat /run/secrets/token >/data/token; ls /sys/class/net | grep -c eth >/data/count"]}
networks: {front: {}, back: {}}
volumes: {data: {}}
secrets: {token: {environment: TOKEN}}
`)
	p.env = append(p.env, "TOKEN=hunter2")
	p.ok("up", "-d")
	assert.Equal(t, p.exec("web-1", "cat", "/data/token"), "hunter2")
	assert.Equal(t, p.exec("web-1", "cat", "/data/count"), "2\n")
}

func TestARunThatEndsDuringAHookLeavesNothingThatStays(t *testing.T) {
	for _, test := range []struct {
		signal syscall.Signal
		left   []string
	}{
		{syscall.SIGKILL, []string{"web-1", "web-pre_start-0", "worker-1"}},
		{syscall.SIGINT, []string{"web-1", "worker-1"}},
	} {
		t.Run(test.signal.String(), func(t *testing.T) {
			p := newProject(t, migrated)
			env := p.env
			p.env = append(env, "MIGRATE=exec sleep 3600")
			up := p.begin("up", "-d")
			p.awaitRunning("web-pre_start-0")
			up.signal(test.signal)
			up.end()
			assert.DeepEqual(t, p.names(), test.left)

			p.env = env
			p.ok("up", "-d")
			assert.DeepEqual(t, p.names(), []string{"web-1", "worker-1"})
			assert.Assert(t, p.inspect("web-1").State.Running)
		})
	}
}
