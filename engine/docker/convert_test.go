package docker

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/cli/cli/config/configfile"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/state"
)

// loadService reads a service of a compose file in testdata.
func loadService(t *testing.T, file, service string) types.ServiceConfig {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", file))
	assert.NilError(t, err)
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir:  "/work",
		ConfigFiles: []types.ConfigFile{{Filename: file, Content: content}},
	})
	assert.NilError(t, err)
	config, err := project.GetService(service)
	assert.NilError(t, err)
	return config
}

func TestCreatePayload(t *testing.T) {
	here, err := filepath.Abs("testdata")
	assert.NilError(t, err)
	spec := state.ContainerSpec{
		Name:   "rich-rich-1",
		Labels: map[string]string{"a": "b", state.LabelWorkingDir: here},
		Config: loadService(t, "rich.yaml", "rich"),
		Attachments: []state.Attachment{
			{Network: "rich_front", Aliases: []string{"rich"}, Links: []string{"rich-db-1:db"}, Config: &types.ServiceNetworkConfig{
				Ipv4Address: "10.0.0.5", Ipv6Address: "fd00::5", LinkLocalIPs: []string{"169.254.1.1"},
				DriverOpts: types.Options{"o": "v"}, GatewayPriority: 7, InterfaceName: "eth7",
			}},
			{Network: "rich_back", Config: &types.ServiceNetworkConfig{MacAddress: "02:42:ac:11:65:44"}},
		},
	}
	config := configfile.New("")
	config.Proxies = map[string]configfile.ProxyConfig{"default": {HTTPProxy: "http://proxy"}}
	for _, api := range []string{"1.41", "1.49"} {
		t.Run(api, func(t *testing.T) {
			made, err := convert(spec, api, proxies(config, "unix:///x"))
			assert.NilError(t, err)
			made.Labels[state.LabelWorkingDir] = "/work"
			defer func() { made.Labels[state.LabelWorkingDir] = here }()
			text, err := json.MarshalIndent(map[string]any{"body": made.CreateRequest, "platform": made.platform}, "", " ")
			assert.NilError(t, err)
			golden.Assert(t, string(text)+"\n", "create-"+api+".json")
		})
	}
}

func TestPayloadOfLittle(t *testing.T) {
	made, err := convert(state.ContainerSpec{Config: types.ServiceConfig{ContainerSpec: types.ContainerSpec{Image: "x"}}}, "1.41", nil)
	assert.NilError(t, err)
	assert.Equal(t, string(made.HostConfig.NetworkMode), "none")
	assert.Assert(t, made.NetworkingConfig == nil)
	assert.Assert(t, made.Healthcheck == nil)
	assert.Assert(t, made.StopTimeout == nil)
	assert.Assert(t, made.platform == nil)
	assert.Assert(t, made.Cmd == nil)
}

func TestRestartPolicies(t *testing.T) {
	attempts := uint64(4)
	for _, test := range []struct {
		restart string
		deploy  *types.RestartPolicy
		name    string
		count   int
	}{
		{restart: "", name: ""},
		{restart: "no", name: "no"},
		{restart: "always", name: "always"},
		{restart: "unless-stopped", name: "unless-stopped"},
		{restart: "on-failure:3", name: "on-failure", count: 3},
		{restart: "always", deploy: &types.RestartPolicy{Condition: "none"}, name: "no"},
		{deploy: &types.RestartPolicy{Condition: "any"}, name: "always"},
		{deploy: &types.RestartPolicy{Condition: "on-failure", MaxAttempts: &attempts}, name: "on-failure", count: 4},
	} {
		s := types.ServiceConfig{Restart: test.restart}
		if test.deploy != nil {
			s.Deploy = &types.DeployConfig{RestartPolicy: test.deploy}
		}
		got := restartPolicy(s)
		assert.Equal(t, string(got.Name), test.name)
		assert.Equal(t, got.MaximumRetryCount, test.count)
	}
}

func TestHealthchecks(t *testing.T) {
	assert.DeepEqual(t, healthcheck(&types.HealthCheckConfig{Disable: true}, "1.41").Test, []string{"NONE"})
	start := types.Duration(1)
	check := &types.HealthCheckConfig{StartInterval: &start}
	assert.Equal(t, int(healthcheck(check, "1.43").StartInterval), 0)
	assert.Equal(t, int(healthcheck(check, "1.44").StartInterval), 1)
}

func TestMountsThatAnEngineIsTooOldFor(t *testing.T) {
	subpath := types.ServiceVolumeConfig{Type: "volume", Source: "v", Target: "/x", Volume: &types.ServiceVolumeVolume{Subpath: "a"}}
	image := types.ServiceVolumeConfig{Type: "image", Source: "busybox", Target: "/i", Image: &types.ServiceVolumeImage{SubPath: "bin"}}
	_, _, err := mountConfig([]types.ServiceVolumeConfig{subpath}, "1.41")
	assert.Error(t, err, "volumes: /x: this needs API 1.45, the engine speaks 1.41")
	_, _, err = mountConfig([]types.ServiceVolumeConfig{image}, "1.47")
	assert.Error(t, err, "volumes: /i: this needs API 1.48, the engine speaks 1.47")
	binds, mounts, err := mountConfig([]types.ServiceVolumeConfig{subpath, image}, "1.48")
	assert.NilError(t, err)
	assert.Equal(t, len(binds), 0)
	assert.Equal(t, mounts[0].VolumeOptions.Subpath, "a")
	assert.Equal(t, mounts[1].ImageOptions.Subpath, "bin")
}

func TestSecurityProfilesThatAreWrong(t *testing.T) {
	_, _, err := securityOptions([]string{"seccomp=nosuch.json"}, "testdata")
	assert.ErrorContains(t, err, "seccomp profile: open testdata/nosuch.json")
	_, _, err = securityOptions([]string{"seccomp=rich.yaml"}, "testdata")
	assert.ErrorContains(t, err, "rich.yaml is not JSON")
}

func TestPlatforms(t *testing.T) {
	for text, expected := range map[string]string{
		"linux/amd64": "linux/amd64/", "linux/arm64/v8": "linux/arm64/v8", "arm64": "linux/arm64/",
		"aarch64": "linux/arm64/", "windows": "windows//", "linux/x86_64": "linux/amd64/",
	} {
		p := parsePlatform(text)
		assert.Equal(t, p.OS+"/"+p.Architecture+"/"+p.Variant, expected, text)
	}
}
