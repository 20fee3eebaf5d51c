package planner_test

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// needing is a project with fields that not every engine honours.
func needing(required bool) state.Desired {
	desired := project(service("web"))
	desired.Needs = []state.Need{
		{Field: "healthcheck.start_interval", Service: "web", Where: "f:1:1: services.web.healthcheck.start_interval", Met: state.Met{API: "1.44", Engine: "25.0"}, Note: "why"},
		{Field: "volumes.0.volume.subpath", Service: "web", Where: "f:2:1: services.web.volumes.0.volume.subpath", Met: state.Met{API: "1.45", Engine: "26.0"}, Required: required},
		{Field: "umask", Service: "db", Where: "f:3:1: services.db.umask", Note: "no engine has it"},
		{Field: "deploy.placement", Service: "web", Where: "f:4:1: x", Met: state.Met{Swarm: true}},
		{Field: "deploy.placement", Service: "db", Where: "f:5:1: x", Met: state.Met{Swarm: true}},
		{Field: "deploy.endpoint_mode", Service: "db", Where: "f:6:1: x", Met: state.Met{Swarm: true}},
		{Field: "secrets.token.labels", Where: "f:7:1: x", Met: state.Met{Swarm: true}},
	}
	return desired
}

func on(name, version, api string) state.Observed {
	engine := state.EngineInfo{Name: name, Version: version, APIVersion: api}
	if name == "swarm" {
		engine.Nodes = 3
	}
	return state.Observed{Engine: engine}
}

func TestWhatTheEngineCannotDoIsSaid(t *testing.T) {
	const (
		interval = "f:1:1: services.web.healthcheck.start_interval: left out: needs Docker Engine 25.0 (API 1.44), this is Docker Engine 20.10.24 (API 1.41); why"
		subpath  = "f:2:1: services.web.volumes.0.volume.subpath: left out: needs Docker Engine 26.0 (API 1.45), this is Docker Engine 20.10.24 (API 1.41)"
		umask    = "f:3:1: services.db.umask: left out: no engine has it"
		swarm    = "deploy.endpoint_mode, deploy.placement (db, web), secrets.token.labels: honoured on Swarm only"
	)
	for _, test := range []struct {
		on       state.Observed
		warnings []string
	}{
		{on("docker", "20.10.24", "1.41"), []string{swarm, interval, subpath, umask}},
		{on("docker", "28.0", "1.48"), []string{swarm, umask}},
		{on("swarm", "28.0", "1.48"), []string{"umask (db): left out: no Swarm does this; no engine has it"}},
	} {
		plan, err := planner.Up(needing(false), test.on, planner.UpPolicy{})
		assert.NilError(t, err)
		assert.DeepEqual(t, plan.Warnings, test.warnings)
	}
}

func TestASwarmsWarningsNameFieldsTogether(t *testing.T) {
	desired := project(service("web"))
	desired.Needs = []state.Need{
		{Field: "restart", Service: "web", Mapped: true, Note: "to a policy: any of them"},
		{Field: "restart", Service: "db", Mapped: true, Note: "to a policy: any of them"},
		{Field: "cpus", Service: "db", Mapped: true, Note: "to a limit"},
		{Field: "networks.back.driver", Mapped: true, Note: "to an overlay"},
		{Field: "platform", Service: "web", Mapped: true, Note: "tasks are placed"},
		{Field: "container_name", Service: "web", Note: "tasks have names"},
		{Field: "container_name", Service: "db", Note: "tasks have names"},
		{Field: "oom_score_adj", Service: "db", Met: state.Met{API: "1.46", Engine: "27.0"}},
	}
	plan, err := planner.Up(desired, on("swarm", "28.0", "1.44"), planner.UpPolicy{})
	assert.NilError(t, err)
	assert.DeepEqual(t, plan.Warnings, []string{
		"container_name (db, web): left out: no Swarm does this; tasks have names",
		"mapped to what a Swarm has: cpus (db) to a limit, networks.back.driver to an overlay, platform (web), restart (db, web) to a policy",
		"oom_score_adj (db): left out: needs Docker Engine 27.0 (API 1.46), this is engine swarm 28.0 (API 1.44)",
	})
}

func TestWhatWouldRunOtherwiseIsAnErrorBeforeAnythingIsDone(t *testing.T) {
	_, err := planner.Up(needing(true), on("docker", "20.10.24", "1.41"), planner.UpPolicy{})
	assert.ErrorContains(t, err, "f:2:1: services.web.volumes.0.volume.subpath: needs Docker Engine 26.0 (API 1.45), this is Docker Engine 20.10.24 (API 1.41)")
	_, err = planner.Up(needing(true), on("docker", "26.0", "1.45"), planner.UpPolicy{})
	assert.NilError(t, err)
}

func TestLinksInTheEnginesOwnNetworkAreTheContainers(t *testing.T) {
	desired := project(service("db"), service("web", func(s *state.Service) {
		s.Config.NetworkMode, s.Config.Networks = "bridge", nil
		s.Config.Links, s.Config.ExternalLinks = []string{"db:store"}, []string{"other"}
	}))
	assert.DeepEqual(t, created(t, desired, "web").Links,
		[]string{"shop-db-1:store", "shop-db-1:db-1", "shop-db-1:shop-db-1", "other:other"})
	assert.Equal(t, len(created(t, desired, "db").Links), 0)
}

func TestTheServicesNameIsAnAliasUnlessItIsTurnedOff(t *testing.T) {
	off := false
	desired := project(service("web"))
	assert.Assert(t, strings.Contains(strings.Join(created(t, desired, "web").Attachments[0].Aliases, " "), " web"))
	desired.Services[0].Config.Networks["default"] = &types.ServiceNetworkConfig{UseServiceNameAlias: &off, Aliases: []string{"www"}}
	assert.DeepEqual(t, created(t, desired, "web").Attachments[0].Aliases, []string{"shop-web-1", "www"})
}

// created is what a first plan creates for a service.
func created(t *testing.T, desired state.Desired, service string) state.ContainerSpec {
	t.Helper()
	plan, err := planner.Up(desired, state.Observed{}, planner.UpPolicy{})
	assert.NilError(t, err)
	for _, node := range plan.Nodes {
		if op, is := node.Op.(planner.CreateContainer); is && op.Spec.Service == service {
			return op.Spec
		}
	}
	t.Fatalf("no container of %s in the plan", service)
	return state.ContainerSpec{}
}
