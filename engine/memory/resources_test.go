package memory_test

import (
	"fmt"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/state"
)

func network(name string, pools ...*types.IPAMPool) state.NetworkSpec {
	return state.NetworkSpec{
		Labels: map[string]string{state.LabelProject: "p"},
		Config: types.NetworkConfig{Name: name, Ipam: types.IPAMConfig{Config: pools}},
	}
}

func attached(name, to, address string) state.ContainerSpec {
	spec := service(name, nil)
	spec.Attachments = []state.Attachment{{Network: to, Config: &types.ServiceNetworkConfig{Ipv4Address: address}}}
	return spec
}

func TestAddresses(t *testing.T) {
	e := memory.New(withBusybox).Engine()
	ctx := t.Context()
	assert.NilError(t, e.CreateNetwork(ctx, network("n", &types.IPAMPool{Subnet: "10.9.0.0/29", Gateway: "10.9.0.2"})))
	address := func(spec state.ContainerSpec) string {
		return inspect(t, e, run(t, e, spec)).Networks["n"].Address
	}
	assert.Check(t, is.Equal(address(attached("a", "n", "")), "10.9.0.1"))
	assert.Check(t, is.Equal(address(attached("b", "n", "")), "10.9.0.3"))
	assert.Check(t, is.Equal(address(attached("c", "n", "10.9.0.5")), "10.9.0.5"))
	assert.NilError(t, e.StopContainer(ctx, "p-a-1", state.StopOptions{}))
	assert.Check(t, is.Equal(address(attached("d", "n", "")), "10.9.0.1"))
	outside := create(t, e, attached("e", "n", "10.10.0.1"))
	assert.Check(t, is.ErrorContains(e.StartContainer(ctx, outside), "address 10.10.0.1 is in none of its subnets"))
	taken := create(t, e, attached("f", "n", "10.9.0.5"))
	assert.Check(t, is.ErrorContains(e.StartContainer(ctx, taken), "address 10.9.0.5 is already in use"))
}

func TestNoAddressIsLeft(t *testing.T) {
	e := memory.New(withBusybox).Engine()
	assert.NilError(t, e.CreateNetwork(t.Context(), network("n", &types.IPAMPool{Subnet: "10.9.0.0/30"})))
	for i := range 2 {
		run(t, e, attached(fmt.Sprint("a", i), "n", ""))
	}
	id := create(t, e, attached("b", "n", ""))
	assert.Check(t, is.ErrorContains(e.StartContainer(t.Context(), id), "no address is left in 10.9.0.0/30"))
}

func TestDefaultSubnetsDoNotOverlap(t *testing.T) {
	e := memory.New(withBusybox).Engine()
	ctx := t.Context()
	assert.NilError(t, e.CreateNetwork(ctx, network("own", &types.IPAMPool{Subnet: "172.18.0.0/15"})))
	for i := range 253 {
		assert.NilError(t, e.CreateNetwork(ctx, network(fmt.Sprint("n", i))))
	}
	assert.Check(t, is.ErrorContains(e.CreateNetwork(ctx, network("more")), "all 256 default address pools are in use"))
	assert.NilError(t, e.CreateNetwork(ctx, network("last", &types.IPAMPool{Subnet: "192.168.7.0/24"})))
}

func TestPredefinedNetworks(t *testing.T) {
	e := memory.New(withBusybox).Engine()
	ctx := t.Context()
	for _, name := range []string{"bridge", "host", "none"} {
		assert.Check(t, is.ErrorIs(e.CreateNetwork(ctx, network(name)), engine.ErrConflict))
		assert.Check(t, is.ErrorContains(e.RemoveNetwork(ctx, name), "pre-defined"))
	}
	spec := service("a", nil)
	spec.Config.NetworkMode = "host"
	id := run(t, e, spec)
	assert.NilError(t, e.CreateNetwork(ctx, network("n")))
	assert.Check(t, is.ErrorContains(e.ConnectNetwork(ctx, id, state.Attachment{Network: "n"}), "host"))
}

func TestPortRanges(t *testing.T) {
	e := memory.New(withBusybox).Engine()
	publish := func(name, hostIP, ports string) (string, error) {
		spec := service(name, nil)
		spec.Config.NetworkMode = "bridge"
		spec.Config.Ports = []types.ServicePortConfig{{HostIP: hostIP, Published: ports, Target: 80}}
		id := create(t, e, spec)
		return id, e.StartContainer(t.Context(), id)
	}
	published := func(id string) int { return inspect(t, e, id).Ports[0].PublishedPort }
	first, err := publish("a", "", "8000-8001")
	assert.NilError(t, err)
	assert.Check(t, is.Equal(published(first), 8000))
	second, err := publish("b", "127.0.0.1", "8000-8001")
	assert.NilError(t, err)
	assert.Check(t, is.Equal(published(second), 8001))
	_, err = publish("c", "127.0.0.1", "8001")
	assert.Check(t, is.ErrorContains(err, "bind for 127.0.0.1:8001 failed: port is already allocated"))
	other, err := publish("d", "127.0.0.2", "8001")
	assert.NilError(t, err)
	assert.Check(t, is.Equal(published(other), 8001))
}
