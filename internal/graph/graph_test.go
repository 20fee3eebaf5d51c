package graph_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/graph"
	"github.com/stackctl/stack/state"
)

func service(name string, replicas int, on ...state.Dependency) state.Service {
	s := state.Service{Name: name, Replicas: replicas, DependsOn: on}
	s.Config.Networks = map[string]*types.ServiceNetworkConfig{"default": nil}
	return s
}

func after(name string, condition state.Condition) state.Dependency {
	return state.Dependency{Service: name, Condition: condition, Required: true}
}

func shop() state.Desired {
	web := service("web", 2, after("db", state.Healthy), after("init", state.Completed), state.Dependency{Service: "debug", Condition: state.Started, Restart: true})
	web.Config.Models = map[string]*types.ServiceModelConfig{"llm": nil}
	db := service("db", 1)
	db.Config.Volumes = []types.ServiceVolumeConfig{
		{Type: types.VolumeTypeVolume, Source: "data"}, {Type: types.VolumeTypeVolume, Target: "/anonymous"}, {Type: types.VolumeTypeBind, Source: "/etc"},
	}
	return state.Desired{
		Services:  []state.Service{db, service("init", 1), web},
		Networks:  []state.Network{{Key: "default", Config: types.NetworkConfig{Name: "shop_default"}}},
		Volumes:   []state.Volume{{Key: "data", External: true, Config: types.VolumeConfig{Name: "elsewhere"}}},
		Providers: []state.Provider{{Name: "cloud", DependsOn: []state.Dependency{after("db", state.Started)}}},
	}
}

func key(name string) graph.Key { return graph.Key{Kind: graph.Service, Name: name} }

func TestTheFileSaysWhatDependsOnWhat(t *testing.T) {
	desired := shop()
	g := graph.New(graph.Found{Project: "shop", Desired: &desired}, graph.With{Networks: true, Volumes: true})
	assert.Assert(t, !g.Live)
	model := graph.Key{Kind: graph.Model, Name: "llm"}
	network, volume := graph.Key{Kind: graph.Network, Name: "default"}, graph.Key{Kind: graph.Volume, Name: "data"}
	assert.DeepEqual(t, g.Nodes, []graph.Node{
		{Key: key("cloud"), Replicas: 1, Provider: true},
		{Key: key("db"), Replicas: 1},
		{Key: key("debug"), Inactive: true},
		{Key: key("init"), Replicas: 1, Job: true},
		{Key: key("web"), Replicas: 2},
		{Key: model},
		{Key: network},
		{Key: volume, External: true},
	})
	assert.DeepEqual(t, g.Edges, []graph.Edge{
		{From: key("cloud"), To: key("db"), Condition: state.Started},
		{From: key("db"), To: network},
		{From: key("db"), To: volume},
		{From: key("init"), To: network},
		{From: key("web"), To: key("db"), Condition: state.Healthy},
		{From: key("web"), To: key("debug"), Condition: state.Started, Optional: true, Restart: true},
		{From: key("web"), To: key("init"), Condition: state.Completed},
		{From: key("web"), To: model},
		{From: key("web"), To: network},
	})
}

func TestAPartIsServicesAndWhatTheyDependOn(t *testing.T) {
	desired := shop()
	g := graph.New(graph.Found{Project: "shop", Desired: &desired}, graph.With{}).Of([]string{"cloud"})
	assert.Equal(t, len(g.Nodes), 2)
	assert.DeepEqual(t, g.Edges, []graph.Edge{{From: key("cloud"), To: key("db"), Condition: state.Started}})
}

func container(name, service string, status state.Status, labels ...string) state.Container {
	c := state.Container{ID: name, Name: name, Service: service, Number: 1, Status: status, Labels: map[string]string{}}
	for i := 0; i+1 < len(labels); i += 2 {
		c.Labels[labels[i]] = labels[i+1]
	}
	return c
}

func TestLabelsSayItWithoutAFile(t *testing.T) {
	web := container("shop-web-1", "web", state.StatusRunning, state.LabelDependsOn, "db:service_healthy:true,gone:service_started:false")
	web.Networks = map[string]state.Endpoint{"shop_default": {}, "bridge": {}}
	web.Mounts = []state.Mount{{Type: "volume", Name: "0123abc"}, {Type: "volume", Name: "shop_data"}}
	second := web
	second.Name, second.Number = "shop-web-2", 2
	run := container("shop-web-run-1", "web", state.StatusRunning)
	run.OneOff = true
	db := container("shop-db-1", "db", state.StatusRunning)
	db.Health = state.HealthHealthy
	g := graph.New(graph.Found{Project: "shop", Observed: &state.Observed{
		Containers: []state.Container{db, web, second, run},
		Networks:   []state.ObservedNetwork{{Name: "shop_default", Labels: map[string]string{state.LabelNetwork: "default"}}},
		Volumes:    []state.ObservedVolume{{Name: "shop_data", Labels: map[string]string{state.LabelVolume: "data"}}},
	}}, graph.With{Networks: true, Volumes: true})
	network, volume := graph.Key{Kind: graph.Network, Name: "default"}, graph.Key{Kind: graph.Volume, Name: "data"}
	assert.DeepEqual(t, g.Nodes, []graph.Node{
		{Key: key("db"), Replicas: 1, State: graph.Healthy},
		{Key: key("gone"), Inactive: true, State: graph.Missing},
		{Key: key("web"), Replicas: 2, State: graph.Running},
		{Key: network, State: graph.Present},
		{Key: volume, State: graph.Present},
	})
	assert.DeepEqual(t, g.Edges, []graph.Edge{
		{From: key("web"), To: key("db"), Condition: state.Healthy, Restart: true},
		{From: key("web"), To: key("gone"), Condition: state.Started},
		{From: key("web"), To: network},
		{From: key("web"), To: volume},
	})
}

func TestStatesAreThoseOfExplain(t *testing.T) {
	desired := state.Desired{Services: []state.Service{
		service("failed", 1), service("missing", 1), service("waiting", 1, after("failed", state.Healthy)), service("paused", 1),
		service("job", 1), service("user", 1, after("job", state.Completed)), service("starting", 1), service("again", 1),
	}}
	failed := container("a", "failed", state.StatusRunning)
	failed.Health = state.HealthUnhealthy
	starting := container("b", "starting", state.StatusRunning)
	starting.Health = state.HealthStarting
	observed := state.Observed{Containers: []state.Container{
		failed, starting, container("c", "waiting", state.StatusCreated), container("d", "paused", state.StatusPaused),
		container("e", "job", state.StatusExited), container("f", "user", state.StatusRunning), container("g", "again", state.StatusRestarting),
	}}
	g := graph.New(graph.Found{Desired: &desired, Observed: &observed}, graph.With{})
	got := map[string]graph.State{}
	for _, n := range g.Nodes {
		got[n.Name] = n.State
	}
	assert.DeepEqual(t, got, map[string]graph.State{
		"failed": graph.Failed, "missing": graph.Missing, "waiting": graph.Waiting, "paused": graph.Paused, "job": graph.Exited,
		"user": graph.Running, "starting": graph.Starting, "again": graph.Failed,
	})
	for _, n := range g.Still().Nodes {
		assert.Equal(t, n.State, graph.Unknown)
	}
}
