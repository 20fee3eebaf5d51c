package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// A program that ends at once is not ready, though it was seen to run.
func TestUpWaitsUntilAContainerHasRunForAWhile(t *testing.T) {
	const file = `{services: {web: {image: busybox, command: [sh, -c, %q], stop_grace_period: 0s}}}`
	p := newProject(t, "")
	for _, command := range []string{"exit 3", "sleep 0.2; exit 3"} {
		p.write("compose.yaml", fmt.Sprintf(file, command))
		p.fails(1, []string{"up", "-d", "--wait"}, "container "+p.name+"-web-1 exited (3)")
	}
	p.write("compose.yaml", fmt.Sprintf(file, "sleep 600"))
	p.ok("up", "-d", "--wait")
}

// What keeps a one-off container from its start takes it away again.
func TestARunThatCannotStartLeavesNoContainer(t *testing.T) {
	p := newProject(t, `
services:
  app: {image: busybox, depends_on: [db]}
  db: {image: busybox, command: [/nowhere]}
`)
	for _, args := range []string{"run --rm -T app true", "run -T app true", "run -d app true"} {
		r := p.run(strings.Fields(args)...)
		assert.Assert(t, r.Code != 0, args)
		for _, name := range p.names() {
			assert.Assert(t, !strings.Contains(name, "run"), "%s leaves %s", args, name)
		}
	}
}

func TestNoRecreateLeavesTheName(t *testing.T) {
	p := newProject(t, `{services: {db: {image: stack-e2e/dummy, container_name: "${COMPOSE_PROJECT_NAME}-one"}}}`)
	p.ok("up", "-d")
	p.write("compose.yaml", `{services: {db: {image: stack-e2e/dummy, container_name: "${COMPOSE_PROJECT_NAME}-two"}}}`)
	p.ok("up", "-d", "--no-recreate")
	assert.DeepEqual(t, p.names(), []string{"one"})
	p.ok("up", "-d")
	assert.DeepEqual(t, p.names(), []string{"two"})
}
