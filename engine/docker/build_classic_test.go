package docker

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

func TestWhatTheClassicBuilderLacksIsCalledAsInDockerCompose(t *testing.T) {
	for want, config := range map[string]types.BuildConfig{
		"multi-arch build": {Platforms: types.StringList{"linux/amd64", "linux/arm64"}, Privileged: true},
		"privileged mode":  {Privileged: true},
		"SSH keys":         {SSH: types.SSHConfig{{ID: "default"}}},
		"cache_to":         {CacheTo: types.StringList{"type=inline"}},
	} {
		assert.Equal(t, classicLacks(beyondClassic(state.BuildSpec{Config: config})), want)
	}
}
