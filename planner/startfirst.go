package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// checkOrder makes an update stop-first whose containers cannot run beside each
// other, and says why.
func (d *draft) checkOrder(p *servicePlan, r *rolling, field string) {
	obstacles := d.obstacles(p, r)
	r.obstructed = len(obstacles) > 0
	if r.obstructed && r.Order == StartFirst {
		r.Order = StopFirst
		d.warnings = append(d.warnings, fmt.Sprintf("service %s: deploy.%s asks for start-first, and its containers are replaced stop-first all the same: %s",
			p.service.Name, field, strings.Join(obstacles, "; ")))
	}
}

// obstacles are the reasons why the old and the new container of a slot cannot
// run at once.
func (d *draft) obstacles(p *servicePlan, r *rolling) []string {
	config := p.service.Config
	all := fixedPorts(config)
	if config.ContainerName != "" {
		all = append(all, "it has a container_name")
	}
	all = append(all, fixedAddresses(config)...)
	for _, prefix := range []string{"host", types.ServicePrefix, types.ContainerPrefix} {
		if config.NetworkMode == prefix || strings.HasSuffix(prefix, ":") && strings.HasPrefix(config.NetworkMode, prefix) {
			all = append(all, "it has network_mode "+config.NetworkMode)
		}
	}
	if d.keepsAnonymous(p.service, r) {
		all = append(all, "the new container takes over the anonymous volumes of the old one")
	}
	for _, v := range d.volumesOf(p.service) {
		if d.exclusive(p.service, v) {
			all = append(all, fmt.Sprintf("volume %s is its own (with `x-stack: {shared: true}` on the volume two containers may use it at once)", v.volume.Key))
		}
	}
	return all
}

func fixedPorts(config types.ServiceConfig) []string {
	var all []string
	for _, port := range config.Ports {
		if port.Published != "" && port.Published != "0" {
			all = append(all, "it publishes port "+port.Published+" of the host")
		}
	}
	return all
}

func fixedAddresses(config types.ServiceConfig) []string {
	var all []string
	add := func(field, value string) {
		if value != "" {
			all = append(all, fmt.Sprintf("it has the %s %s", field, value))
		}
	}
	add("mac_address", config.MacAddress)
	for _, key := range config.NetworksByPriority() {
		if n := config.Networks[key]; n != nil {
			add("ipv4_address", n.Ipv4Address)
			add("ipv6_address", n.Ipv6Address)
			add("link_local_ips", strings.Join(n.LinkLocalIPs, ", "))
			if n.MacAddress != config.MacAddress {
				add("mac_address", n.MacAddress)
			}
		}
	}
	return all
}

// keepsAnonymous is true where anonymous volumes go from a container to the one
// that takes its place.
func (d *draft) keepsAnonymous(service state.Service, r *rolling) bool {
	return slices.ContainsFunc(r.slots, func(t *turn) bool {
		old := t.replica.old
		if old == nil || d.policy.RenewAnonVolumes {
			return false
		}
		return slices.ContainsFunc(d.engineVolumes(service, old), func(v types.ServiceVolumeConfig) bool {
			return v.Type == types.VolumeTypeVolume && anonymousVolume.MatchString(v.Source)
		})
	})
}

// exclusive is true for a volume that one container alone writes to, which may
// not know how to share it.
func (d *draft) exclusive(service state.Service, v *volumePlan) bool {
	if options, is := v.volume.Config.Extensions["x-stack"].(map[string]any); is && options["shared"] == true {
		return false
	}
	writes := slices.ContainsFunc(service.Config.Volumes, func(m types.ServiceVolumeConfig) bool {
		return m.Type == types.VolumeTypeVolume && m.Source == v.volume.Key && !m.ReadOnly
	})
	containers := 0
	for _, name := range d.mounting(v) {
		containers += d.services[name].service.Replicas
	}
	return writes && containers <= 1
}
