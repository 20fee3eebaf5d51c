package swarm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// chain is two services that have a config, the second after the first, and one
// that does not have it.
const chain = `
x-service: &service
  image: IMAGE
  init: false
  stop_grace_period: 1s
  deploy: &deploy
    replicas: 2
    restart_policy: {delay: 500ms}
    update_config: {parallelism: 1, monitor: 1s}
services:
  first:
    <<: *service
    configs: [settings]
  second:
    <<: *service
    configs: [settings]
    depends_on: {first: {condition: service_healthy}}
  other:
    <<: *service
configs:
  settings:
    content: ${SETTINGS}
`

func TestChangedConfigRollsThoseWhoUseItOneAtATime(t *testing.T) {
	t.Parallel()
	p := newProject(t, chain)
	p.env = append(p.env, "SETTINGS=one")
	p.ok("up", "-d")
	assert.Equal(t, len(p.configs()), 1)
	one := p.configs()[0]
	other, otherVersion := p.ids("other"), p.service("other").Version
	first, second := p.ids("first"), p.ids("second")

	p.env = append(p.env, "SETTINGS=two")
	updating := driver.Start(t, p.command("up", "-d"))
	least := p.leastRunning([]string{"first", "second"}, updating.Ended())
	assert.Equal(t, p.end(updating).Code, 0, strings.Join(p.ran, "\n"))
	assert.Check(t, least["first"] >= 1 && least["second"] >= 1, "ready tasks at the worst moment: %v", least)
	assert.DeepEqual(t, p.ids("other"), other)
	assert.DeepEqual(t, p.service("other").Version, otherVersion)
	for name, was := range map[string][]string{"first": first, "second": second} {
		for _, task := range p.tasks(name) {
			assert.Equal(t, task.Status.State, swarm.TaskStateRunning)
			assert.Check(t, !strings.Contains(strings.Join(was, " "), task.ID), "a task of %s was kept", name)
		}
	}
	firstDone, secondBegan := p.service("first").UpdateStatus, p.service("second").UpdateStatus
	assert.Equal(t, firstDone.State, swarm.UpdateStateCompleted)
	assert.Equal(t, secondBegan.State, swarm.UpdateStateCompleted)
	assert.Check(t, !secondBegan.StartedAt.Before(*firstDone.CompletedAt), "second began at %s, first was done at %s", secondBegan.StartedAt, firstDone.CompletedAt)
	assert.Equal(t, len(p.configs()), 2) // the last one is kept, to roll back to

	p.env = append(p.env, "SETTINGS=three")
	p.ok("up", "-d")
	configs := p.configs()
	assert.Equal(t, len(configs), 2, "%s", configs)
	for _, name := range configs {
		assert.Check(t, name != one, "the first version is still there: %s", configs)
	}
}

// leastRunning looks at services again and again until done, and returns how few
// of their tasks ran at the worst moment.
func (p *project) leastRunning(services []string, done <-chan struct{}) map[string]int {
	p.t.Helper()
	least := map[string]int{}
	for {
		for _, name := range services {
			running := 0
			for _, task := range p.allTasks(name) {
				if task.Status.State == swarm.TaskStateRunning {
					running++
				}
			}
			if was, seen := least[name]; !seen || running < was {
				least[name] = running
			}
		}
		select {
		case <-done:
			return least
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func TestUpdateThatNeverGetsHealthyIsRolledBackAndSaid(t *testing.T) {
	t.Parallel()
	const file = `
services:
  web:
    image: IMAGE
    environment: {READY_AFTER: %s}
    stop_grace_period: 1s
    deploy:
      replicas: 2
      restart_policy: {delay: 500ms}
      update_config: {failure_action: rollback, monitor: 2s}
      rollback_config: {monitor: 1s, parallelism: 0}
`
	p := newProject(t, fmt.Sprintf(file, "0s"))
	p.ok("up", "-d")
	p.compose(fmt.Sprintf(file, "never"))
	failed := p.fails([]string{"up", "-d"}, "web", "rolled back", "started") // started is what the task printed
	assert.Check(t, failed.Took < time.Minute, "it took %s", failed.Took)

	web := p.service("web")
	assert.Equal(t, web.UpdateStatus.State, swarm.UpdateStateRollbackCompleted)
	says(t, strings.Join(web.Spec.TaskTemplate.ContainerSpec.Env, " "), "READY_AFTER=0s")
	driver.Eventually(t, "both tasks running again", func() bool { return len(p.nodesOf("web")) == 2 })

	drift := p.run("drift")
	assert.Equal(t, drift.Code, 2, drift.Stderr)
	says(t, drift.Stdout, "web", "READY_AFTER")
	says(t, p.ok("plan").Stdout, "READY_AFTER")
}

func TestTaskThatCannotBePlacedEndsTheRunWithTheReason(t *testing.T) {
	t.Parallel()
	p := newProject(t, `
services:
  web:
    image: IMAGE
    deploy: {placement: {constraints: ["node.labels.zone == mars"]}}
`)
	p.fails([]string{"up", "-d", "--wait-timeout", "20"}, "web", "no suitable node", "constraints")
}

func TestTaskThatKeepsFailingEndsTheRunWithItsOutput(t *testing.T) {
	t.Parallel()
	p := newProject(t, `
services:
  web:
    image: IMAGE
    environment: {READY_AFTER: never, EXIT_AFTER: 200ms, EXIT_CODE: 7}
    deploy: {restart_policy: {delay: 500ms}}
`)
	p.fails([]string{"up", "-d", "--wait-timeout", "60"}, "web", "exit (7)", "ended") // ended is what the task printed
}

func TestUnchangedUpWritesNothing(t *testing.T) {
	t.Parallel()
	p := newProject(t, `
x-service: &service
  image: IMAGE
  stop_grace_period: 1s
services:
  host:
    <<: *service
    network_mode: host
  bridge:
    <<: *service
    network_mode: bridge
`)
	p.ok("up", "-d")
	before := p.versions()
	p.ok("drift")
	p.ok("up", "-d")
	assert.DeepEqual(t, p.versions(), before)
}
