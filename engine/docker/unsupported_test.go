package docker

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

func TestUnsupported(t *testing.T) {
	config := loadService(t, "rich.yaml", "rich")
	config.Networks = map[string]*types.ServiceNetworkConfig{
		"b": {MacAddress: "02:42:ac:11:65:44", GatewayPriority: 1, InterfaceName: "eth7"},
		"a": nil,
	}
	config.UseAPISocket = true
	yes := true
	desired := state.Desired{
		Services: []state.Service{{Name: "rich", Config: config, Build: &state.BuildSpec{Config: types.BuildConfig{ShmSize: 1, Ulimits: map[string]*types.UlimitsConfig{"nofile": {Single: 1}}}}}},
		Networks: []state.Network{{Key: "front", Config: types.NetworkConfig{EnableIPv4: &yes}}},
	}
	never := []string{
		"service rich: use_api_socket is left out: it is not supported yet",
		"service rich: volumes: /strict: bind.selinux beside create_host_path: false or recursive is left out: it is not supported yet",
	}
	assert.DeepEqual(t, Unsupported("1.49", desired), never)
	assert.DeepEqual(t, Unsupported("1.41", desired), []string{
		"network front: enable_ipv4 is left out: it needs Docker Engine 27.3, this engine speaks API 1.41",
		"service rich: annotations is left out: it needs Docker Engine 24, this engine speaks API 1.41",
		"service rich: build.shm_size is left out: it needs Docker Engine 23, this engine speaks API 1.41",
		"service rich: build.ulimits is left out: it needs Docker Engine 23, this engine speaks API 1.41",
		"service rich: healthcheck.start_interval is left out: it needs Docker Engine 25, this engine speaks API 1.41",
		"service rich: mac_address is left out: it needs Docker Engine 25, this engine speaks API 1.41",
		"service rich: networks.b.gw_priority is left out: it needs Docker Engine 28, this engine speaks API 1.41",
		"service rich: networks.b.interface_name is left out: it needs Docker Engine 28.1, this engine speaks API 1.41",
		"service rich: networks.b.mac_address is left out: it needs Docker Engine 25, this engine speaks API 1.41",
		never[0],
		never[1],
	})
	assert.Equal(t, len(Unsupported("1.41", state.Desired{})), 0)
}
