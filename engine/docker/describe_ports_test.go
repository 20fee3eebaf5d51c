package docker

import (
	"testing"

	"github.com/docker/go-connections/nat"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

// The engine may choose another host port for IPv6 than for IPv4.
func TestPortsKeepTheEnginesOrderOfBindings(t *testing.T) {
	bound := nat.PortMap{
		"81/udp": {{HostIP: "127.0.0.1", HostPort: "9"}},
		"80/tcp": {{HostIP: "0.0.0.0", HostPort: "32790"}, {HostIP: "::", HostPort: "32789"}},
		"80/udp": nil,
	}
	assert.DeepEqual(t, describePorts(bound), []state.Port{
		{HostIP: "0.0.0.0", PublishedPort: 32790, TargetPort: 80, Protocol: "tcp"},
		{HostIP: "::", PublishedPort: 32789, TargetPort: 80, Protocol: "tcp"},
		{TargetPort: 80, Protocol: "udp"},
		{HostIP: "127.0.0.1", PublishedPort: 9, TargetPort: 81, Protocol: "udp"},
	})
}
