package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// TestAnotherContentReplacesItsUsersWhereverItComesFrom has configs and secrets
// from a file, from the file itself and from the environment.
func TestAnotherContentReplacesItsUsersWhereverItComesFrom(t *testing.T) {
	p := newProject(t, `
services:
  a: {image: stack-e2e/dummy, configs: [inline]}
  b: {image: stack-e2e/dummy, configs: [variable]}
  c: {image: stack-e2e/dummy, secrets: [held]}
  d: {image: stack-e2e/dummy, secrets: [token]}
  e: {image: stack-e2e/dummy}
configs: {inline: {content: "v=${INLINE}"}, variable: {environment: VARIABLE}}
secrets: {held: {file: ./held}, token: {environment: TOKEN}}
`)
	p.write("held", "1")
	p.env = append(p.env, "INLINE=1", "VARIABLE=1", "TOKEN=1")
	p.ok("up", "-d")
	for _, change := range []struct{ service, input, variable string }{
		{"a", "config/inline", "INLINE=2"}, {"b", "config/variable", "VARIABLE=2"},
		{"c", "secret/held", ""}, {"d", "secret/token", "TOKEN=2"},
	} {
		before := map[string]string{}
		for _, name := range p.names() {
			before[name] = p.inspect(name).ID
		}
		if change.variable == "" {
			p.write("held", "2")
		} else {
			p.env = append(p.env, change.variable)
		}
		plan := p.ok("plan").Stdout
		assert.Assert(t, strings.Contains(plan, change.input), plan)
		p.ok("up", "-d")
		for name, id := range before {
			assert.Check(t, (p.inspect(name).ID != id) == (name == change.service+"-1"), "%s after %s", name, change.input)
		}
	}
}

func TestAReplacementThatCannotBeCreatedLeavesTheOldContainerUntouched(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy, scale: 2}}}`)
	p.ok("up", "-d")
	before := []string{p.inspect("web-1").State.StartedAt, p.inspect("web-2").State.StartedAt}
	p.write("compose.yaml", `{services: {web: {image: stack-e2e/dummy, scale: 2, runtime: absent}}}`)
	for range 3 {
		p.fails(1, []string{"up", "-d"}, "web", "absent")
		assert.DeepEqual(t, p.names(), []string{"web-1", "web-2"})
		assert.DeepEqual(t, []string{p.inspect("web-1").State.StartedAt, p.inspect("web-2").State.StartedAt}, before)
	}
}

func TestAReplacementThatIsNeverHealthyIsTakenBackUnderWait(t *testing.T) {
	const compose = `
services:
  web:
    image: stack-e2e/dummy
    environment: {READY_AFTER: %AFTER%}
    healthcheck: {test: [CMD, /dummy, health], interval: 200ms, retries: 2}
`
	p := newProject(t, strings.Replace(compose, "%AFTER%", "0s", 1))
	p.ok("up", "--wait")
	old := p.inspect("web-1").ID
	p.write("compose.yaml", strings.Replace(compose, "%AFTER%", "never", 1))
	for range 3 {
		p.fails(1, []string{"up", "--wait"}, "web-1", "unhealthy", "/ready: no such file", "started")
		assert.DeepEqual(t, p.names(), []string{"web-1"})
		assert.Equal(t, p.inspect("web-1").ID, old)
		assert.Assert(t, p.inspect("web-1").State.Running)
	}
}

func TestAContainerIsStoppedOnceForANetworkAndKeepsItsPlaceInIt(t *testing.T) {
	const compose = `
services:
  a: {image: stack-e2e/dummy, networks: {net: {aliases: [other], ipv4_address: 10.213.9.9}}, scale: 1}
  b: {image: stack-e2e/dummy, networks: [net], links: ["a:linked"]}
networks: {net: {labels: {tier: one}, ipam: {config: [{subnet: 10.213.9.0/24}]}}}
`
	p := newProject(t, compose)
	p.ok("up", "-d")
	ids := []string{p.inspect("a-1").ID, p.inspect("b-1").ID}
	p.write("compose.yaml", strings.Replace(compose, "tier: one", "tier: two", 1))
	r := p.record()
	p.ok("up", "-d")

	stops := 0
	for _, call := range r.Writes() {
		if strings.HasSuffix(call.Path, "/stop") {
			stops++
		}
	}
	assert.Equal(t, stops, 2, "%v", r.Writes())
	assert.DeepEqual(t, []string{p.inspect("a-1").ID, p.inspect("b-1").ID}, ids)
	place := p.inspect("a-1").NetworkSettings.Networks[p.name+"_net"]
	assert.Equal(t, place.IPAddress, "10.213.9.9")
	assert.Assert(t, slices.Contains(place.Aliases, "other") && slices.Contains(place.Aliases, "a"), "%v", place.Aliases)
	links := p.inspect("b-1").NetworkSettings.Networks[p.name+"_net"].Links
	assert.Assert(t, slices.ContainsFunc(links, func(link string) bool { return strings.HasSuffix(link, ":linked") }), "%v", links)
	p.ok("plan", "--detailed-exitcode")
}

func TestANetworkOfSomebodyElseIsUsedAndNeverRemoved(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy, networks: [net]}}, networks: {net: {}}}`)
	foreign := p.name + "_net"
	command(t, "docker", "network", "create", foreign)
	t.Cleanup(func() { command(t, "docker", "network", "rm", foreign) })
	up := p.ok("up", "-d")
	assert.Assert(t, strings.Contains(up.Stderr, foreign), up.Stderr)
	p.ok("down")
	command(t, "docker", "network", "inspect", foreign)
}
