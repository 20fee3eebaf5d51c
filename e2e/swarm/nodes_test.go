package swarm_test

import (
	"context"
	"slices"
	"testing"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"
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
	eventually(t, "node "+number+" that is ready", func() bool {
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
	eventually(t, "task in the place of the one on "+name, func() bool {
		return len(p.nodesOf("web")) == 3 && !slices.Contains(p.nodesOf("web"), name)
	})
	shown := p.ok("ps", "-a").stdout
	says(t, shown, "web.", p.nodesOf("web")[0], name)
	p.ok("up", "-d") // what runs is what is wanted
	says(t, p.docker("stack", "ps", p.name), name)
}
