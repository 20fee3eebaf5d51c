package servicespec

import (
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// nodesOwn are the networks of each node that a task may be in, which know no
// aliases.
var nodesOwn = []string{"host", "bridge"}

func (c *converter) networks() []swarm.NetworkAttachmentConfig {
	if mode := c.config.NetworkMode; mode != "" {
		if !slices.Contains(nodesOwn, mode) {
			c.refuse("network_mode", "a Swarm has no %q: write networks, one with internal: true for a service that is to be alone", mode)
		}
		return []swarm.NetworkAttachmentConfig{{Target: mode}}
	}
	var all []swarm.NetworkAttachmentConfig
	for _, key := range sortedKeys(c.config.Networks) {
		use := c.config.Networks[key]
		i, found := slices.BinarySearchFunc(c.desired.Networks, key, func(n state.Network, key string) int { return strings.Compare(n.Key, key) })
		if !found {
			continue
		}
		n := c.desired.Networks[i]
		attachment := swarm.NetworkAttachmentConfig{Target: n.Config.Name}
		if use != nil {
			attachment.Aliases = slices.Clone(use.Aliases)
			attachment.DriverOpts = use.DriverOpts
		}
		switch {
		case slices.Contains(nodesOwn, n.Config.Name):
			attachment.Aliases = nil
		case use.ServiceNameAliasEnabled():
			attachment.Aliases = append(attachment.Aliases, c.service.Name)
		}
		all = append(all, attachment)
	}
	slices.SortStableFunc(all, func(a, b swarm.NetworkAttachmentConfig) int { return strings.Compare(a.Target, b.Target) })
	return all
}

func (c *converter) endpoint() *swarm.EndpointSpec {
	spec := &swarm.EndpointSpec{Mode: swarm.ResolutionMode(strings.ToLower(c.deploy().EndpointMode))}
	for i, p := range c.config.Ports {
		field := "ports[" + strconv.Itoa(i) + "]"
		published := uint64(0)
		if p.Published != "" {
			var err error
			if published, err = strconv.ParseUint(p.Published, 10, 16); err != nil {
				c.refuse(field, "a Swarm does not choose one of the ports %s: name one, or none for one that the Swarm chooses", p.Published)
			}
		}
		port := swarm.PortConfig{
			Protocol:      swarm.PortConfigProtocol(strings.ToLower(p.Protocol)),
			TargetPort:    p.Target,
			PublishedPort: uint32(published),
			PublishMode:   swarm.PortConfigPublishMode(p.Mode),
		}
		if spec.Mode == swarm.ResolutionModeDNSRR && port.PublishMode != swarm.PortConfigPublishModeHost {
			c.refuse(field, "with endpoint_mode: dnsrr a Swarm publishes no port in mode ingress: write mode: host, or endpoint_mode: vip")
		}
		spec.Ports = append(spec.Ports, port)
	}
	slices.SortFunc(spec.Ports, comparePorts)
	return spec
}
