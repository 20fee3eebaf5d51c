package servicespec

import (
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/swarm"
)

func (c *converter) container() *swarm.ContainerSpec {
	s := c.config
	spec := &swarm.ContainerSpec{
		Image:           s.Image,
		Labels:          c.namespaced(s.Labels),
		Command:         s.Entrypoint,
		Args:            s.Command,
		Hostname:        s.Hostname,
		Env:             environment(s.Environment),
		Dir:             s.WorkingDir,
		User:            s.User,
		Groups:          s.GroupAdd,
		Privileges:      c.privileges(),
		Init:            s.Init,
		StopSignal:      s.StopSignal,
		TTY:             s.Tty,
		OpenStdin:       s.StdinOpen,
		ReadOnly:        s.ReadOnly,
		Mounts:          c.mounts(),
		StopGracePeriod: (*time.Duration)(s.StopGracePeriod),
		Healthcheck:     c.healthcheck(s.HealthCheck),
		Hosts:           hosts(s.ExtraHosts),
		DNSConfig:       dns(s),
		Configs:         c.configs(),
		Secrets:         c.secrets(),
		Isolation:       container.Isolation(s.Isolation),
		Sysctls:         s.Sysctls,
		Ulimits:         ulimits(s.Ulimits),
	}
	spec.CapabilityAdd, spec.CapabilityDrop = capabilities(s.CapAdd, s.CapDrop)
	if c.options.has(apiOomScoreAdj) {
		spec.OomScoreAdj = s.OomScoreAdj
	}
	return spec
}

// environment lists KEY=VALUE, and KEY alone for a variable without a value,
// which unsets the image's.
func environment(variables types.MappingWithEquals) []string {
	var list []string
	for _, key := range sortedKeys(variables) {
		if value := variables[key]; value != nil {
			key += "=" + *value
		}
		list = append(list, key)
	}
	return list
}

// healthcheck is nil for a service that leaves it to the image.
func (c *converter) healthcheck(check *types.HealthCheckConfig) *container.HealthConfig {
	if check == nil {
		return nil
	}
	if check.Disable {
		return &container.HealthConfig{Test: []string{"NONE"}}
	}
	config := &container.HealthConfig{
		Test:        check.Test,
		Interval:    duration(check.Interval),
		Timeout:     duration(check.Timeout),
		StartPeriod: duration(check.StartPeriod),
	}
	if check.Retries != nil {
		config.Retries = int(*check.Retries) // a small number
	}
	if c.options.has(apiStartInterval) {
		config.StartInterval = duration(check.StartInterval)
	}
	return config
}

func duration(d *types.Duration) time.Duration {
	if d == nil {
		return 0
	}
	return time.Duration(*d)
}

// hosts are lines of a hosts file: ADDRESS NAME.
func hosts(extra types.HostsList) []string {
	var lines []string
	for _, name := range sortedKeys(extra) {
		for _, address := range extra[name] {
			lines = append(lines, address+" "+name)
		}
	}
	return lines
}

func dns(s types.ServiceConfig) *swarm.DNSConfig {
	if len(s.DNS)+len(s.DNSSearch)+len(s.DNSOpts) == 0 {
		return nil
	}
	return &swarm.DNSConfig{Nameservers: s.DNS, Search: s.DNSSearch, Options: s.DNSOpts}
}

func ulimits(configured map[string]*types.UlimitsConfig) []*container.Ulimit {
	var list []*container.Ulimit
	for _, name := range sortedKeys(configured) {
		u := configured[name]
		switch {
		case u == nil:
		case u.Single != 0:
			list = append(list, &container.Ulimit{Name: name, Soft: int64(u.Single), Hard: int64(u.Single)})
		default:
			list = append(list, &container.Ulimit{Name: name, Soft: int64(u.Soft), Hard: int64(u.Hard)})
		}
	}
	return list
}

// capabilities are what is added and what is dropped in the form that
// `docker stack deploy` sends: sorted, with CAP_, and what is added is not
// dropped.
func capabilities(add, drop []string) (added, dropped []string) {
	added, dropped = capabilityNames(add), capabilityNames(drop)
	return added, slices.DeleteFunc(dropped, func(name string) bool { return slices.Contains(added, name) })
}

const allCapabilities = "ALL"

func capabilityNames(names []string) []string {
	var all []string
	for _, name := range names {
		name = strings.ToUpper(strings.TrimSpace(name))
		if name == allCapabilities {
			return []string{allCapabilities}
		}
		all = append(all, "CAP_"+strings.TrimPrefix(name, "CAP_"))
	}
	slices.Sort(all)
	return slices.Compact(all)
}
