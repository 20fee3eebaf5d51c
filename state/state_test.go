package state_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/state"
)

func TestARefReadsLikeAName(t *testing.T) {
	assert.Equal(t, state.ContainerRef("web", 2).String(), "web/2")
	assert.Equal(t, state.NetworkRef("backend").String(), "network/backend")
	assert.Equal(t, state.VolumeRef("data").String(), "volume/data")
	assert.Equal(t, state.ImageRef("redis:7").String(), "image/redis:7")
}

func TestNamesAreDockerComposes(t *testing.T) {
	assert.Equal(t, state.Project{Name: "shop"}.ContainerName("web", 1), "shop-web-1")
	assert.Equal(t, state.Project{Name: "shop", Separator: "_"}.ContainerName("web", 1), "shop_web_1")
	assert.Equal(t, state.Project{Name: "shop"}.ImageName("web"), "shop-web")
}

func TestContentIsNeverShown(t *testing.T) {
	file := state.File{Name: "secret/x", Content: state.Content("hunter2"), Digest: "sha256:1"}
	b, err := json.Marshal(struct {
		File    state.File
		Content state.Content
	}{file, file.Content})
	assert.NilError(t, err)
	for _, text := range []string{string(b), fmt.Sprintf("%v %+v %#v %s", file, file, file, file.Content)} {
		assert.Assert(t, !strings.Contains(text, "hunter2"), text)
		assert.Assert(t, !strings.Contains(text, fmt.Sprint([]byte("hunter2"))), text)
	}
}

func TestAnAppliedConfigurationIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		interval := types.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "interval"))
		value := rapid.String().Draw(t, "value")
		config := types.ServiceConfig{
			ContainerSpec: types.ContainerSpec{
				Image: rapid.String().Draw(t, "image"), MemLimit: types.UnitBytes(rapid.Int64Range(0, 1<<50).Draw(t, "memory")),
				Command:     rapid.SliceOf(rapid.String()).Draw(t, "command"),
				Environment: types.MappingWithEquals{"VALUE": &value, "UNSET": nil},
			},
			PreStop: []types.ServiceHook{{Command: types.ShellCommand{"bye"}}},
		}
		config.HealthCheck = &types.HealthCheckConfig{Test: types.HealthCheckTest{"CMD", "true"}, Interval: &interval}
		label, err := state.EncodeConfig(config)
		assert.NilError(t, err)
		applied, err := state.DecodeConfig(label)
		assert.NilError(t, err)
		assert.Equal(t, canonical(t, applied), canonical(t, config))
	})
}

func canonical(t assert.TestingT, config types.ServiceConfig) string {
	b, err := state.CanonicalConfig(config)
	assert.NilError(t, err)
	return string(b)
}

// configured is a service with a field of several kinds.
func configured() types.ServiceConfig {
	value := "info"
	return types.ServiceConfig{ContainerSpec: types.ContainerSpec{
		Image: "web:1", Command: []string{"serve"}, Environment: types.MappingWithEquals{"LOG_LEVEL": &value},
	}}
}

func TestWhatLeavesContainersAsTheyAreIsNotCovered(t *testing.T) {
	scale := 3
	plain := types.ServiceConfig{Deploy: &types.DeployConfig{}}
	scaled := types.ServiceConfig{Scale: &scale, Deploy: &types.DeployConfig{Replicas: &scale}, Profiles: []string{"x"}}
	scaled.PullPolicy, scaled.Build, scaled.DependsOn = "always", &types.BuildConfig{}, types.DependsOnConfig{"db": {}}
	want, err := state.CanonicalConfig(plain)
	assert.NilError(t, err)
	got, err := state.CanonicalConfig(scaled)
	assert.NilError(t, err)
	assert.Equal(t, string(got), string(want))
	assert.Equal(t, *scaled.Deploy.Replicas, 3) // the argument is left alone
}

func TestALabelThatIsNoConfigurationIsAnError(t *testing.T) {
	for _, label := range []string{"", "?", "AAAA"} {
		_, err := state.DecodeConfig(label)
		assert.ErrorContains(t, err, "label dev.stack.config", label)
	}
	_, err := state.DecodeInputs("{")
	assert.ErrorContains(t, err, "label dev.stack.inputs")
}

func TestInputsAreReadBack(t *testing.T) {
	inputs := map[string]string{"config/a": "sha256:1", "secret/b": "sha256:2"}
	got, err := state.DecodeInputs(state.EncodeInputs(inputs))
	assert.NilError(t, err)
	assert.DeepEqual(t, got, inputs)
	assert.Equal(t, state.EncodeInputs(nil), "")
}
