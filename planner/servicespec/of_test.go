package servicespec_test

import (
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/state"
)

func shop(change ...func(*state.Service)) (state.Desired, state.Service) {
	s := state.Service{Name: "web", Replicas: 2, Config: types.ServiceConfig{
		Name: "web",
		ContainerSpec: types.ContainerSpec{
			Image:    "nginx:1",
			Networks: map[string]*types.ServiceNetworkConfig{"default": nil},
		},
	}}
	for _, f := range change {
		f(&s)
	}
	return state.Desired{
		Project:  state.Project{Name: "shop"},
		Services: []state.Service{s},
		Networks: []state.Network{{Key: "default", Config: types.NetworkConfig{Name: "shop_default"}}},
	}, s
}

func of(t *testing.T, change ...func(*state.Service)) swarm.ServiceSpec {
	t.Helper()
	desired, service := shop(change...)
	spec, err := servicespec.Of(desired, service, servicespec.Options{})
	assert.NilError(t, err)
	return spec.Spec
}

func TestAServiceIsWhatDockerStackMakesOfIt(t *testing.T) {
	spec := of(t)
	assert.Equal(t, spec.Name, "shop_web")
	assert.DeepEqual(t, spec.Labels, map[string]string{"com.docker.stack.namespace": "shop", "com.docker.stack.image": "nginx:1"})
	assert.DeepEqual(t, spec.TaskTemplate.ContainerSpec.Labels, map[string]string{"com.docker.stack.namespace": "shop"})
	assert.DeepEqual(t, spec.TaskTemplate.Networks, []swarm.NetworkAttachmentConfig{{Target: "shop_default", Aliases: []string{"web"}}})
	assert.Equal(t, *spec.Mode.Replicated.Replicas, uint64(2))
}

func TestASpecificationIsNoDifferentFromItself(t *testing.T) {
	spec := of(t)
	assert.Equal(t, len(servicespec.Differences(spec, spec)), 0)
	assert.Equal(t, len(servicespec.Differences(servicespec.Normal(spec), spec)), 0)
}

func TestDifferencesSayWhatRestarts(t *testing.T) {
	secret := "hunter2"
	old := of(t)
	old.TaskTemplate.ContainerSpec.Image = "nginx:1@sha256:0123"
	new := of(t, func(s *state.Service) {
		s.Replicas = 3
		s.Config.Environment = types.MappingWithEquals{"DB_PASSWORD": &secret}
		s.Config.Restart = "unless-stopped"
	})
	assert.DeepEqual(t, servicespec.Differences(old, new), []servicespec.Difference{
		{Field: "deploy.replicas", Old: "2", New: "3"},
		{Field: "environment.DB_PASSWORD", New: "***", Restarts: true},
	})
}

func TestWhatMeansTheSameIsSentAsTheSwarmHasIt(t *testing.T) {
	delay := 5 * time.Second
	old := of(t)
	old.TaskTemplate.ContainerSpec.Image = "docker.io/library/nginx:1@sha256:0123"
	old.TaskTemplate.RestartPolicy = &swarm.RestartPolicy{Condition: "any", Delay: &delay}
	old.TaskTemplate.Placement = &swarm.Placement{Platforms: []swarm.Platform{{OS: "linux", Architecture: "amd64"}}}
	wanted := of(t, func(s *state.Service) { s.Replicas = 3 })
	next := servicespec.Update(old, wanted)
	assert.DeepEqual(t, next.TaskTemplate, old.TaskTemplate)
	assert.Equal(t, *next.Mode.Replicated.Replicas, uint64(3))

	wanted = of(t, func(s *state.Service) { s.Config.User = "1000" })
	next = servicespec.Update(old, wanted)
	assert.Equal(t, next.TaskTemplate.ContainerSpec.Image, old.TaskTemplate.ContainerSpec.Image)
	assert.DeepEqual(t, next.TaskTemplate.Placement.Platforms, old.TaskTemplate.Placement.Platforms)
	assert.Equal(t, next.TaskTemplate.ContainerSpec.User, "1000")
}

func TestWhatIsMeantToEndIsAJobInEachMode(t *testing.T) {
	for mode, want := range map[string]swarm.ServiceMode{
		"":           {ReplicatedJob: &swarm.ReplicatedJob{}},
		"replicated": {ReplicatedJob: &swarm.ReplicatedJob{}},
		"global":     {GlobalJob: &swarm.GlobalJob{}},
		"global-job": {GlobalJob: &swarm.GlobalJob{}},
	} {
		spec := of(t, func(s *state.Service) {
			s.OneShot = true
			s.Config.Restart = "always"
			s.Config.Deploy = &types.DeployConfig{Mode: mode}
		})
		assert.Equal(t, spec.Mode.ReplicatedJob != nil, want.ReplicatedJob != nil, mode)
		assert.Equal(t, spec.Mode.GlobalJob != nil, want.GlobalJob != nil, mode)
		assert.Equal(t, spec.TaskTemplate.RestartPolicy.Condition, swarm.RestartPolicyConditionOnFailure, mode)
	}
}
