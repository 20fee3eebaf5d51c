package enginetest

import (
	"net"
	"slices"
	"strconv"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

var networking = []obligation{
	{"describes a network as it was asked for", func(t *testing.T, f *fixture) {
		name := f.network("front")
		found := f.observe().Networks
		assert.Assert(t, is.Len(found, 1))
		assert.Check(t, is.Equal(found[0].Name, name))
		assert.Check(t, found[0].ID != "")
		assert.Check(t, is.Equal(found[0].Driver, "bridge"))
		assert.Check(t, is.DeepEqual(found[0].Labels, f.labels(map[string]string{state.LabelNetwork: "front"})))
		assert.Check(t, is.Len(found[0].Containers, 0))
	}},
	{"refuses a name that is taken", func(t *testing.T, f *fixture) {
		spec := state.NetworkSpec{Labels: f.labels(nil)}
		spec.Config.Name = f.network("front")
		assert.Check(t, is.ErrorIs(f.CreateNetwork(f.ctx, spec), engine.ErrConflict))
	}},
	{"refuses a subnet that overlaps another", func(t *testing.T, f *fixture) {
		f.network("front", &types.IPAMPool{Subnet: "10.213.17.0/24"})
		spec := state.NetworkSpec{Labels: f.labels(nil)}
		spec.Config.Name = f.project + "_back"
		spec.Config.Ipam.Config = []*types.IPAMPool{{Subnet: "10.213.17.128/25"}}
		assert.Check(t, is.ErrorContains(f.CreateNetwork(f.ctx, spec), "verlaps"))
	}},
	{"removes a network by its name or its id, and one that is absent", func(t *testing.T, f *fixture) {
		name := f.network("front")
		for range 2 {
			assert.Check(t, f.RemoveNetwork(f.ctx, name))
		}
		f.network("back")
		assert.Check(t, f.RemoveNetwork(f.ctx, f.observe().Networks[0].ID))
		assert.Check(t, is.Len(f.observe().Networks, 0))
	}},
	{"does not remove a network that a running container is in", func(t *testing.T, f *fixture) {
		name := f.network("front")
		spec := f.server("a")
		spec.Attachments = []state.Attachment{{Network: name}}
		id := f.run(spec)
		assert.Check(t, is.ErrorIs(f.RemoveNetwork(f.ctx, name), engine.ErrConflict))
		assert.Check(t, is.DeepEqual(f.observe().Networks[0].Containers, map[string]string{id: spec.Name}))
		f.stop(id)
		assert.Check(t, is.Len(f.observe().Networks[0].Containers, 0))
		assert.Check(t, f.RemoveNetwork(f.ctx, name))
	}},
	{"starts a container in the network of that name at first, and in the same one later", func(t *testing.T, f *fixture) {
		name := f.network("front")
		anew := func() {
			assert.NilError(t, f.RemoveNetwork(f.ctx, name))
			f.network("front")
		}
		spec := f.server("a")
		spec.Attachments = []state.Attachment{{Network: name}}
		id := f.create(spec)
		anew()
		f.start(id)
		f.stop(id)
		anew()
		assert.Check(t, is.ErrorIs(f.StartContainer(f.ctx, id), engine.ErrNotFound))
	}},
	{"gives a container its place in a network, with an address while it runs", func(t *testing.T, f *fixture) {
		name := f.network("front")
		spec := f.server("a")
		spec.Attachments = []state.Attachment{{Network: name, Aliases: []string{"a", "first"}}}
		id := f.run(spec)
		place := f.inspect(id).Networks[name]
		assert.Check(t, is.Equal(place.NetworkID, f.observe().Networks[0].ID))
		assert.Check(t, slices.Contains(place.Aliases, "a") && slices.Contains(place.Aliases, "first"), "aliases: %v", place.Aliases)
		assert.Check(t, net.ParseIP(place.Address) != nil, "address: %q", place.Address)
		f.stop(id)
		place, there := f.inspect(id).Networks[name]
		assert.Check(t, there)
		assert.Check(t, is.Equal(place.Address, ""))
	}},
	{"gives a container the address that it asks for, unless it is taken", func(t *testing.T, f *fixture) {
		name := f.network("front", &types.IPAMPool{Subnet: "10.213.18.0/24"})
		spec := f.server("a")
		spec.Attachments = []state.Attachment{{Network: name, Config: &types.ServiceNetworkConfig{Ipv4Address: "10.213.18.77"}}}
		id := f.run(spec)
		assert.Check(t, is.Equal(f.inspect(id).Networks[name].Address, "10.213.18.77"))
		second := f.server("b")
		second.Attachments = spec.Attachments
		assert.Check(t, f.StartContainer(f.ctx, f.create(second)) != nil)
	}},
	{"connects and disconnects containers, running or not, again too", func(t *testing.T, f *fixture) {
		front, back := f.network("front"), f.network("back")
		spec := f.server("a")
		spec.Attachments = []state.Attachment{{Network: front}}
		id := f.create(spec)
		for _, running := range []bool{false, true} {
			if running {
				f.start(id)
			}
			for range 2 {
				assert.Check(t, f.ConnectNetwork(f.ctx, id, state.Attachment{Network: back, Aliases: []string{"x"}}))
			}
			place, there := f.inspect(id).Networks[back]
			assert.Check(t, there)
			assert.Check(t, is.Contains(place.Aliases, "x"))
			assert.Check(t, is.Equal(place.Address != "", running))
			for range 2 {
				assert.Check(t, f.DisconnectNetwork(f.ctx, id, back))
			}
			_, there = f.inspect(id).Networks[back]
			assert.Check(t, !there)
		}
	}},
	{"does not connect what is absent", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Attachments = []state.Attachment{{Network: f.network("front")}}
		id := f.run(spec)
		absent := state.Attachment{Network: f.project + "_absent"}
		assert.Check(t, is.ErrorIs(f.ConnectNetwork(f.ctx, id, absent), engine.ErrNotFound))
		present := state.Attachment{Network: f.network("back")}
		assert.Check(t, is.ErrorIs(f.ConnectNetwork(f.ctx, f.project+"-absent-1", present), engine.ErrNotFound))
	}},
	{"is in all networks after a create, or in the first, as it says", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Attachments = []state.Attachment{{Network: f.network("one")}, {Network: f.network("two")}}
		c := f.inspect(f.create(spec))
		want := 1
		if f.observe().Engine.CreatesWithAllNetworks() {
			want = 2
		}
		assert.Check(t, is.Len(c.Networks, want))
		assert.Check(t, is.Contains(c.Networks, spec.Attachments[0].Network))
	}},
}

// bridged is a container in the engine's own network.
func (f *fixture) bridged(service string) state.ContainerSpec {
	spec := f.server(service)
	spec.Config.NetworkMode = "bridge"
	return spec
}

var publishing = []obligation{
	{"publishes a port while the container runs", func(t *testing.T, f *fixture) {
		port := freePort(t)
		spec := f.bridged("a")
		spec.Config.Ports = []types.ServicePortConfig{{HostIP: "127.0.0.1", Published: port, Target: 80, Protocol: "tcp"}}
		id := f.create(spec)
		assert.Check(t, is.Len(f.inspect(id).Ports, 0))
		f.start(id)
		number, err := strconv.Atoi(port)
		assert.NilError(t, err)
		assert.Check(t, is.DeepEqual(f.inspect(id).Ports, []state.Port{
			{HostIP: "127.0.0.1", PublishedPort: number, TargetPort: 80, Protocol: "tcp"},
		}))
		f.stop(id)
		assert.Check(t, is.Len(f.inspect(id).Ports, 0))
	}},
	{"chooses a port where none is named", func(t *testing.T, f *fixture) {
		spec := f.bridged("a")
		spec.Config.Ports = []types.ServicePortConfig{{Target: 53, Protocol: "udp"}}
		ports := f.inspect(f.run(spec)).Ports
		assert.Assert(t, len(ports) > 0)
		assert.Check(t, ports[0].PublishedPort > 0)
		assert.Check(t, is.Equal(ports[0].TargetPort, 53))
		assert.Check(t, is.Equal(ports[0].Protocol, "udp"))
	}},
	{"shows ports that are exposed only", func(t *testing.T, f *fixture) {
		spec := f.bridged("a")
		spec.Config.Expose = types.StringOrNumberList{"8080"}
		assert.Check(t, is.DeepEqual(f.inspect(f.run(spec)).Ports, []state.Port{{TargetPort: 8080, Protocol: "tcp"}}))
	}},
	{"does not start a second container with the same port", func(t *testing.T, f *fixture) {
		port := freePort(t)
		var ids []string
		for _, service := range []string{"a", "b"} {
			spec := f.bridged(service)
			spec.Config.Ports = []types.ServicePortConfig{{Published: port, Target: 80, Protocol: "tcp"}}
			ids = append(ids, f.create(spec))
		}
		f.start(ids[0])
		assert.Check(t, is.ErrorContains(f.StartContainer(f.ctx, ids[1]), port))
		c := f.inspect(ids[1])
		assert.Check(t, !c.Running())
		assert.Check(t, is.Contains(c.Error, "port is already allocated"))
		f.stop(ids[0])
		f.start(ids[1])
		assert.Check(t, is.Equal(f.inspect(ids[1]).Error, ""))
	}},
}

// freePort is a port of the host that is free now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	assert.NilError(t, err)
	assert.NilError(t, l.Close())
	return port
}
