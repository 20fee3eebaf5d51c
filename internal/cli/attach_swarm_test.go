package cli_test

import (
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/cli"
)

// onSwarm runs stack on a Swarm of three nodes in memory.
func (t *terminal) onSwarm(args ...string) int {
	return cli.Main(args, cli.Process{
		In: strings.NewReader(""), Out: &t.out, Err: &t.err, Dir: t.dir, Signals: t.signals, Version: "v1.2.3",
		Environ: []string{"STACK_ENGINE=memory", "STACK_MEMORY_NODES=3", "HOME=" + t.dir},
	})
}

func TestAnAttachedUpLeavesASwarmsServicesRunning(t *testing.T) {
	term := newTerminal(t, map[string]string{"compose.yaml": webOnly})
	code := make(chan int, 1)
	go func() { code <- term.onSwarm("up") }()
	term.out.await("hello")
	term.signals <- os.Interrupt
	assert.Equal(t, <-code, 130)
	assert.Assert(t, strings.Contains(term.out.String(), "web.1@node1  | hello"), term.out.String())
	assert.Assert(t, strings.Contains(term.err.String(), "Detached: the services go on"))
	assert.Assert(t, !strings.Contains(term.err.String(), "Error"))
	term.out.Reset()
	assert.Equal(t, term.onSwarm("ps", "--format", "{{.State}}"), 0)
	assert.Equal(t, term.out.String(), "running\n")
}

func TestAnInterruptedUpOnASwarmUndoesNothing(t *testing.T) {
	term := newTerminal(t, map[string]string{"compose.yaml": `name: shop
services:
  db:
    image: db
    labels: {dev.stack.memory.never-healthy: "true"}
    healthcheck: {test: [CMD, ready], interval: 1h}
  web: {image: web, depends_on: {db: {condition: service_healthy}}}
`})
	code := make(chan int, 1)
	go func() { code <- term.onSwarm("up", "-d") }()
	term.err.await("Service shop_db Converging")
	term.signals <- os.Interrupt
	assert.Equal(t, <-code, 130)
	assert.Assert(t, strings.Contains(term.err.String(), "Service shop_web Canceled"))
	term.out.Reset()
	assert.Equal(t, term.onSwarm("ps", "-a", "--format", "{{.Service}}"), 0)
	assert.Equal(t, term.out.String(), "db\n")
}
