package swarm_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// cutPower ends a node's engine and containers at once. The node comes back at
// the end of the test.
func cutPower(t *testing.T, number string) (name string) {
	t.Helper()
	info, err := lab.nodes[number].Info(t.Context())
	assert.NilError(t, err)
	assert.NilError(t, disturb(t.Context(), "kill", number))
	t.Cleanup(func() { comeBack(t, number) })
	return info.Name
}

// comeBack starts a node, and waits until the Swarm has it back.
func comeBack(t *testing.T, number string) {
	t.Helper()
	assert.NilError(t, disturb(context.Background(), "start", number))
	driver.Eventually(t, "node "+number+" that is ready", func() bool {
		nodes, err := lab.nodes[manager].NodeList(context.Background(), swarm.NodeListOptions{})
		return err == nil && !slices.ContainsFunc(nodes, func(n swarm.Node) bool { return n.Status.State != swarm.NodeStateReady })
	})
}

const spread = `
services:
  web:
    image: IMAGE
    environment: {VERSION: one}
    stop_grace_period: 1s
    deploy:
      replicas: 3
      restart_policy: {delay: 500ms}
      update_config: {monitor: 1s, delay: 3s}
`

// These two take a node from the others, and so run before them, alone.
func TestTasksOfANodeThatIsGoneMove(t *testing.T) {
	p := newProject(t, spread)
	p.ok("up", "-d")
	assert.Equal(t, len(slices.Compact(p.nodesOf("web"))), 3)

	name := cutPower(t, "3")
	driver.Eventually(t, "task in the place of the one on "+name, func() bool {
		return len(p.nodesOf("web")) == 3 && !slices.Contains(p.nodesOf("web"), name)
	})
	shown := p.ok("ps", "-a").Stdout
	says(t, shown, "web.", p.nodesOf("web")[0], name)
	p.ok("up", "-d") // what runs is what is wanted
	says(t, p.docker("stack", "ps", p.name), name)
}

func TestNodeThatGoesDuringAnUpdateDoesNotDeceiveTheRun(t *testing.T) {
	p := newProject(t, spread)
	p.ok("up", "-d")
	p.write("override.yaml", "services: {web: {environment: {VERSION: two}}}\n")
	updating := driver.Start(t, p.command("-f", "compose.yaml", "-f", "override.yaml", "up", "-d"))
	driver.Eventually(t, "update that has begun", func() bool {
		web := p.service("web")
		return web.UpdateStatus != nil && web.UpdateStatus.State == swarm.UpdateStateUpdating
	})
	name := cutPower(t, "3")
	r := p.end(updating)
	assert.Check(t, r.Took < 90*time.Second)

	// Either way it says what is so: all tasks run the new version, or an error.
	running := p.nodesOf("web")
	if r.Code == 0 {
		assert.Equal(t, len(running), 3)
		assert.Check(t, !slices.Contains(running, name), "%s", running)
		assert.Equal(t, p.service("web").UpdateStatus.State, swarm.UpdateStateCompleted)
	} else {
		says(t, r.Stderr, "web")
		assert.Check(t, strings.Contains(r.Stderr, "paused") || strings.Contains(r.Stderr, "stands still"), "%s", r.Stderr)
	}
	driver.Eventually(t, "end of the update after another run", func() bool {
		return p.run("-f", "compose.yaml", "-f", "override.yaml", "up", "-d").Code == 0
	})
	says(t, p.docker("service", "inspect", p.name+"_web"), "VERSION=two")
	assert.Equal(t, len(p.nodesOf("web")), 3)
}
