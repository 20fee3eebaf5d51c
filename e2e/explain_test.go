package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestExplainGoesDownTheChainToAnUnhealthyDatabase(t *testing.T) {
	p := newProject(t, `
services:
  db:
    image: stack-e2e/dummy
    environment: {READY_AFTER: never}
    healthcheck: {test: [CMD, /dummy, health], interval: 200ms, retries: 1}
  api: {image: stack-e2e/dummy, depends_on: {db: {condition: service_healthy}}}
  web: {image: stack-e2e/dummy, depends_on: {api: {condition: service_started}}}
  job: {image: stack-e2e/dummy, command: [exit, "3"]}
  loop: {image: stack-e2e/dummy, command: [exit, "1"], restart: always}
`)
	r := p.record()
	p.fails(1, []string{"up", "-d"}, "unhealthy")
	made := len(r.Writes())
	type service struct {
		Name, State string
		Because     []string
		NeededBy    []struct{ Service string }
		Replicas    []struct {
			RestartCount int
			ExitCode     *int
			Probes       []struct{ Output string }
			Log          []string
		}
		Next struct{ Changes []struct{ Action string } }
		Last *struct{ Outcome string }
	}
	explain := func(args ...string) map[string]service {
		t.Helper()
		var answer struct{ Services []service }
		out := p.ok(append(args, "explain", "--format", "json")...).Stdout
		assert.NilError(t, json.Unmarshal([]byte(out), &answer), out)
		services := map[string]service{}
		for _, s := range answer.Services {
			services[s.Name] = s
		}
		return services
	}
	all := explain("-f", "compose.yaml")
	assert.Equal(t, len(all), 5)

	web := all["web"]
	assert.Equal(t, web.State, "waiting")
	chain := strings.Join(web.Because, ": ")
	assert.Assert(t, strings.HasPrefix(chain, "web waits for api (service_started): api waits for db (service_healthy): db is unhealthy: probe exit 1: "), chain)
	assert.Assert(t, strings.Contains(chain, "/ready: no such file or directory"), chain)
	assert.Equal(t, web.Last.Outcome, "failed")

	db := all["db"]
	assert.Equal(t, db.State, "failed")
	assert.Equal(t, db.NeededBy[0].Service, "api")
	assert.Assert(t, len(db.Replicas[0].Probes) > 0)

	assert.Equal(t, all["job"].State, "failed")
	assert.Equal(t, *all["job"].Replicas[0].ExitCode, 3)
	assert.Equal(t, all["job"].Next.Changes[0].Action, "update")
	assert.Assert(t, all["loop"].Replicas[0].RestartCount > 0)

	text := p.ok("explain", "web").Stdout
	assert.Assert(t, strings.Contains(text, "    api waits for db (service_healthy):\n      db is unhealthy: probe exit 1: "), text)

	// Without the file, the labels know the chain too.
	assert.DeepEqual(t, explain()["web"].Because, web.Because)
	assert.Equal(t, len(r.Writes()), made)
}

func TestExplainKnowsWithoutAFileWhatAContainerWaitsFor(t *testing.T) {
	p := newProject(t, `
services:
  db: {image: stack-e2e/dummy}
  web: {image: stack-e2e/dummy, depends_on: [db]}
`)
	p.ok("create")
	p.ok("up", "-d", "db")
	p.byHand("kill @-db-1")
	out := p.ok("explain", "web").Stdout
	assert.Assert(t, strings.Contains(out, "  web waits for db (service_started):\n    db has ended: exit code 137 (SIGKILL)\n"), out)
	assert.Assert(t, strings.Contains(out, "not known: no compose file is read"), out)
}
