package swarm_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// legacy is a file that docker stack deploy reads too.
const legacy = `
version: "3.9"
services:
  web:
    image: IMAGE
    command: [serve]
    environment: {B: "2", A: "1"}
    labels: {app: shop}
    hostname: web
    init: true
    stop_grace_period: 3s
    cap_add: [NET_ADMIN]
    cap_drop: [MKNOD]
    sysctls: {net.core.somaxconn: "1024"}
    ulimits: {nofile: {soft: 1000, hard: 2000}}
    extra_hosts: ["gate:10.0.0.9"]
    dns: [9.9.9.9]
    healthcheck: {test: [CMD, /dummy, health], interval: 1s, timeout: 2s, retries: 2, start_period: 1s}
    ports: ["80", {target: 81, mode: host, protocol: tcp}]
    volumes: ["data:/data", {type: tmpfs, target: /scratch, tmpfs: {size: 1000000}}]
    networks: {front: {aliases: [shop]}, back: {}}
    configs: [settings, {source: settings, target: /etc/settings, mode: 0440, uid: "5"}]
    secrets: [token]
    logging: {driver: json-file, options: {max-size: 10m}}
    deploy:
      replicas: 2
      labels: {team: shop}
      update_config: {parallelism: 1, order: start-first, failure_action: rollback, delay: 1s, monitor: 2s}
      rollback_config: {parallelism: 0}
      restart_policy: {condition: on-failure, delay: 1s, max_attempts: 3, window: 5s}
      placement: {constraints: [node.platform.os == linux], preferences: [{spread: node.labels.zone}], max_replicas_per_node: 1}
      resources: {limits: {cpus: "0.5", memory: 50M}, reservations: {cpus: "0.1", memory: 10M}}
  agent:
    image: IMAGE
    entrypoint: [/dummy, serve]
    networks: [back]
    deploy: {mode: global}
  plain:
    image: IMAGE
networks:
  front: {driver: overlay, attachable: true}
  back: {internal: true}
volumes: {data: {labels: {keep: "yes"}}}
configs: {settings: {file: ./settings}}
secrets: {token: {file: ./token}}
`

func TestStackOfDockerIsTakenOverWithoutARestart(t *testing.T) {
	t.Parallel()
	p := newProject(t, legacy)
	p.write("settings", "fast")
	p.write("token", "secret")
	p.docker("stack", "deploy", "--compose-file", p.dir+"/compose.yaml", p.name)
	driver.Eventually(t, "all tasks", func() bool {
		return len(p.nodesOf("web")) == 2 && len(p.nodesOf("agent")) == len(lab.hosts) && len(p.nodesOf("plain")) == 1
	})
	services := []string{"web", "agent", "plain"}
	tasks := map[string][]string{}
	for _, name := range services {
		tasks[name] = p.ids(name)
	}
	unchanged := func() {
		t.Helper()
		for _, name := range services {
			assert.DeepEqual(t, p.ids(name), tasks[name])
		}
	}

	plan := p.ok("plan").Stdout
	for _, name := range services {
		assert.Check(t, !strings.Contains(plan, "+ "+name) && !strings.Contains(plan, "/+ "+name), "%s", plan)
	}
	unchanged()
	p.ok("up", "-d")
	unchanged()

	// A change is one all the same.
	p.write("settings", "slow")
	p.ok("up", "-d")
	assert.DeepEqual(t, p.ids("plain"), tasks["plain"])
	assert.DeepEqual(t, p.ids("agent"), tasks["agent"])
	assert.Check(t, strings.Join(p.ids("web"), " ") != strings.Join(tasks["web"], " "))
	p.ok("down", "-v")
	assert.DeepEqual(t, p.left(), []string{})
}

func TestDockerStackKnowsAStackOfOurs(t *testing.T) {
	t.Parallel()
	p := newProject(t, `
services:
  web:
    image: IMAGE
    configs: [settings]
configs: {settings: {content: fast}}
`)
	p.ok("up", "-d")
	says(t, p.docker("stack", "ls"), p.name)
	says(t, p.docker("stack", "services", p.name), p.name+"_web", "1/1")
	says(t, p.docker("stack", "ps", p.name), p.name+"_web.1", "Running")
	p.docker("stack", "rm", p.name)
	driver.Eventually(t, "nothing left after docker stack rm", func() bool { return len(p.left()) == 0 })
}
