package docker

import (
	"maps"

	"github.com/docker/docker/api/types/network"

	"github.com/stackctl/stack/state"
)

// interfaceOption is the endpoint option that names the interface.
const interfaceOption = "com.docker.network.endpoint.ifname"

func endpointSettings(a state.Attachment, apiVersion string) *network.EndpointSettings {
	settings := &network.EndpointSettings{Aliases: a.Aliases, Links: a.Links}
	c := a.Config
	if c == nil {
		return settings
	}
	settings.IPAMConfig = &network.EndpointIPAMConfig{
		IPv4Address: c.Ipv4Address, IPv6Address: c.Ipv6Address, LinkLocalIPs: c.LinkLocalIPs,
	}
	settings.IPAddress = c.Ipv4Address
	settings.DriverOpts = maps.Clone(map[string]string(c.DriverOpts))
	if c.InterfaceName != "" && atLeast(apiVersion, apiInterfaceName) {
		if settings.DriverOpts == nil {
			settings.DriverOpts = map[string]string{}
		}
		settings.DriverOpts[interfaceOption] = c.InterfaceName
	}
	if atLeast(apiVersion, apiEndpointMAC) {
		settings.MacAddress = c.MacAddress
	}
	if atLeast(apiVersion, apiGatewayPriority) {
		settings.GwPriority = c.GatewayPriority
	}
	return settings
}
