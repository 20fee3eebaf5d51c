package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestChangedServiceIsReplacedAndNothingElse(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")
	web, other := p.inspect("web-1").ID, p.inspect("other-1").ID
	p.write("compose.yaml", strings.Replace(webAndData, "hello", "good morning", 1))
	p.ok("up", "-d")

	assert.DeepEqual(t, p.names(), []string{"other-1", "web-1"})
	assert.Equal(t, p.inspect("other-1").ID, other)
	assert.Assert(t, p.inspect("web-1").ID != web)
	assert.Assert(t, slices.Contains(p.inspect("web-1").Config.Env, "GREETING=good morning"))
}

func TestPlanTellsWhyAServiceIsReplaced(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")
	p.write("compose.yaml", strings.Replace(webAndData, "hello", "goodbye", 1))
	r := p.record()
	plan := p.ok("plan")

	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
	for _, word := range []string{"web", "GREETING", "hello", "goodbye"} {
		assert.Assert(t, strings.Contains(plan.Stdout, word), plan.Stdout)
	}
}

func TestReplacementThatDoesNotStartLeavesTheOldContainerRunning(t *testing.T) {
	for _, bad := range []string{
		`entrypoint: /absent`,
		`volumes: [{type: bind, source: /absent/e2e, target: /x, bind: {create_host_path: false}}]`,
	} {
		t.Run(bad, func(t *testing.T) {
			p := newProject(t, `{services: {web: {image: stack-e2e/dummy}}}`)
			p.ok("up", "-d")
			old := p.inspect("web-1").ID
			p.write("compose.yaml", "services:\n  web:\n    image: stack-e2e/dummy\n    "+bad+"\n")
			for range 3 {
				p.fails(1, []string{"up", "-d"}, "web-1", "absent")
				assert.DeepEqual(t, p.names(), []string{"web-1"})
				web := p.inspect("web-1")
				assert.Equal(t, web.ID, old)
				assert.Assert(t, web.State.Running)
			}
		})
	}
}

func TestReplacementWhosePortIsTakenLeavesTheOldContainerRunning(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy}}}`)
	p.ok("up", "-d")
	old := p.inspect("web-1").ID
	taken := listen(t)
	p.write("compose.yaml", `{services: {web: {image: stack-e2e/dummy, ports: ["`+taken+`:80"]}}}`)
	p.fails(1, []string{"up", "-d"}, "web-1", taken)
	assert.DeepEqual(t, p.names(), []string{"web-1"})
	assert.Equal(t, p.inspect("web-1").ID, old)
	assert.Assert(t, p.inspect("web-1").State.Running)
}

func TestReplacementKeepsItsAnonymousVolume(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy, volumes: [/kept]}}}`)
	p.ok("up", "-d")
	volume := p.inspect("web-1").Mounts[0].Name
	p.exec("web-1", "touch", "/kept/file")
	p.write("compose.yaml", `{services: {web: {image: stack-e2e/dummy, volumes: [/kept], environment: {A: b}}}}`)
	p.ok("up", "-d")
	assert.Equal(t, p.inspect("web-1").Mounts[0].Name, volume)
	p.exec("web-1", "cat", "/kept/file")

	p.ok("up", "-d", "--force-recreate", "--renew-anon-volumes")
	assert.Assert(t, p.inspect("web-1").Mounts[0].Name != volume)
}

func TestDependentsThatAskForItRestartWithTheirDependency(t *testing.T) {
	compose := `
services:
  db: {image: stack-e2e/dummy, environment: {A: old}}
  app:
    image: stack-e2e/dummy
    depends_on: {db: {condition: service_started, restart: true}}
  still: {image: stack-e2e/dummy, depends_on: [db]}
`
	p := newProject(t, compose)
	p.ok("up", "-d")
	app, still := p.inspect("app-1"), p.inspect("still-1")
	p.write("compose.yaml", strings.Replace(compose, "old", "new", 1))
	p.ok("up", "-d")
	assert.Equal(t, p.inspect("app-1").ID, app.ID)
	assert.Assert(t, p.inspect("app-1").State.StartedAt > p.inspect("db-1").State.StartedAt)
	assert.Equal(t, p.inspect("still-1").State.StartedAt, still.State.StartedAt)
}

func TestChangedConfigReplacesWhoReadsIt(t *testing.T) {
	compose := `
services:
  web: {image: stack-e2e/dummy, configs: [{source: c, target: /etc/c}]}
  other: {image: stack-e2e/dummy}
configs: {c: {file: ./c.txt}}
`
	p := newProject(t, compose)
	p.write("c.txt", "one")
	p.ok("up", "-d")
	other := p.inspect("other-1").ID
	assert.Equal(t, p.exec("web-1", "cat", "/etc/c"), "one")
	p.write("c.txt", "two")
	assert.Assert(t, strings.Contains(p.ok("plan").Stdout, "config"))
	p.ok("up", "-d")
	assert.Equal(t, p.exec("web-1", "cat", "/etc/c"), "two")
	assert.Equal(t, p.inspect("other-1").ID, other)
}

func TestStoppedContainerIsStartedAgain(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")
	id := p.inspect("web-1").ID
	command(t, "docker", "stop", id)
	p.ok("up", "-d")
	assert.Equal(t, p.inspect("web-1").ID, id)
	assert.Assert(t, p.inspect("web-1").State.Running)
}

func TestRemovedContainerIsMadeAgain(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")
	command(t, "docker", "rm", "-f", p.inspect("web-1").ID)
	p.ok("up", "-d")
	assert.DeepEqual(t, p.names(), []string{"other-1", "web-1"})
}

func TestChangedVolumeIsNotReplacedWithoutConsent(t *testing.T) {
	compose := `
services:
  web: {image: stack-e2e/dummy, volumes: ["data:/data"]}
volumes: {data: {labels: {tier: one}}}
`
	p := newProject(t, compose)
	p.ok("up", "-d")
	p.exec("web-1", "touch", "/data/file")
	p.write("compose.yaml", strings.Replace(compose, "one", "two", 1))
	p.run("up", "-d")
	p.exec("web-1", "cat", "/data/file")

	p.ok("up", "-d", "--yes")
	inspected := command(t, "docker", "volume", "inspect", p.name+"_data")
	assert.Assert(t, strings.Contains(inspected, `"tier": "two"`), inspected)
}

func TestChangedNetworkIsReplacedUnderItsContainers(t *testing.T) {
	compose := `
services:
  a: {image: stack-e2e/dummy, networks: {net: {aliases: [other]}}}
networks: {net: {labels: {tier: one}}}
`
	p := newProject(t, compose)
	p.ok("up", "-d")
	p.write("compose.yaml", strings.Replace(compose, "one", "two", 1))
	p.ok("up", "-d")
	a := p.inspect("a-1")
	assert.Assert(t, a.State.Running)
	assert.Assert(t, slices.Contains(a.NetworkSettings.Networks[p.name+"_net"].Aliases, "other"))
	inspected := command(t, "docker", "network", "inspect", p.name+"_net")
	assert.Assert(t, strings.Contains(inspected, `"tier": "two"`), inspected)
}
