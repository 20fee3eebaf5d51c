package state_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

func TestDependenciesAreReadBack(t *testing.T) {
	dependencies := []state.Dependency{
		{Service: "db", Condition: state.Healthy, Required: true},
		{Service: "job", Condition: state.Completed, Required: true, Restart: true},
	}
	label := state.EncodeDependsOn(dependencies)
	assert.Equal(t, label, "db:service_healthy:false,job:service_completed_successfully:true")
	assert.DeepEqual(t, state.DecodeDependsOn(label), dependencies)
	assert.DeepEqual(t, state.DecodeDependsOn("db,:x,"), []state.Dependency{{Service: "db", Condition: state.Started, Required: true}})
}

func TestLimitsUnderDeployWin(t *testing.T) {
	attempts := uint64(4)
	config := types.ServiceConfig{Restart: "always", Deploy: &types.DeployConfig{
		Resources: types.Resources{
			Limits:       &types.Resource{MemoryBytes: 2 << 20, NanoCPUs: 0.5, Pids: 20},
			Reservations: &types.Resource{MemoryBytes: 1 << 20},
		},
		RestartPolicy: &types.RestartPolicy{Condition: "on-failure", MaxAttempts: &attempts},
	}}
	config.MemLimit, config.CPUS, config.PidsLimit, config.MemReservation = 8<<20, 2, 80, 4<<20
	config.BlkioConfig = &types.BlkioConfig{Weight: 300}
	assert.DeepEqual(t, state.LimitsOf(config), state.Limits{
		BlkioWeight: 300, NanoCPUs: 500_000_000, Memory: 2 << 20, MemoryReservation: 1 << 20, PidsLimit: 20,
		RestartPolicy: "on-failure", RestartRetries: 4,
	})
	assert.DeepEqual(t, state.LimitsOf(types.ServiceConfig{}), state.Limits{})
}

func TestAScopeAsksForTheImagesOfContainers(t *testing.T) {
	config, err := state.EncodeConfig(types.ServiceConfig{ContainerSpec: types.ContainerSpec{
		Volumes: []types.ServiceVolumeConfig{{Type: types.VolumeTypeImage, Source: "site:1", Target: "/site"}, {Type: "bind", Target: "/b"}},
	}})
	assert.NilError(t, err)
	containers := []state.Container{
		{Image: "web:1", ImageID: "sha256:1", Labels: map[string]string{
			state.LabelStackConfig: config, state.LabelStackImages: state.EncodeInputs(map[string]string{"/site": "sha256:3"}),
		}},
		{Image: "web:1", ImageID: "sha256:2"},
		{},
	}
	assert.DeepEqual(t, state.Scope{ContainerImages: true}.ImagesOf(containers), []string{"sha256:1", "sha256:2"})
	assert.DeepEqual(t, state.Scope{References: true}.ImagesOf(containers), []string{"site:1", "web:1"})
	assert.Equal(t, len(state.Scope{}.ImagesOf(containers)), 0)
	assert.DeepEqual(t, containers[0].MountedImages(), []state.MountedImage{{Target: "/site", Reference: "site:1", ID: "sha256:3"}})
}
