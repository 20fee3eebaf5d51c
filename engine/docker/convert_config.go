package docker

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/strslice"
	"github.com/docker/go-connections/nat"

	"github.com/stackctl/stack/state"
)

func containerConfig(spec state.ContainerSpec, apiVersion string, proxies map[string]*string) *container.Config {
	s := spec.Config
	return &container.Config{
		Hostname:     s.Hostname,
		Domainname:   s.DomainName,
		User:         s.User,
		ExposedPorts: exposedPorts(s),
		Tty:          s.Tty,
		OpenStdin:    s.StdinOpen,
		AttachStdin:  spec.StdinOnce,
		StdinOnce:    spec.StdinOnce,
		AttachStdout: true,
		AttachStderr: true,
		Cmd:          strslice.StrSlice(s.Command),
		Entrypoint:   strslice.StrSlice(s.Entrypoint),
		Image:        s.Image,
		WorkingDir:   s.WorkingDir,
		Labels:       spec.Labels,
		Env:          environment(s.Environment, proxies),
		Healthcheck:  healthcheck(s.HealthCheck, apiVersion),
		StopSignal:   s.StopSignal,
		StopTimeout:  seconds(s.StopGracePeriod),
	}
}

// proxies are the variables that the docker CLI's configuration file gives to
// every container of an engine.
func proxies(config *configfile.ConfigFile, host string) map[string]*string {
	return config.ParseProxyConfig(host, nil)
}

// environment lists KEY=VALUE, and KEY alone for a variable without a value,
// which unsets the image's.
func environment(variables types.MappingWithEquals, defaults map[string]*string) []string {
	merged := types.MappingWithEquals{}
	for key, value := range defaults {
		merged[key] = value
	}
	for key, value := range variables {
		merged[key] = value
	}
	list := make([]string, 0, len(merged))
	for key, value := range merged {
		if value == nil {
			list = append(list, key)
		} else {
			list = append(list, key+"="+*value)
		}
	}
	slices.Sort(list)
	return list
}

// healthcheck is nil for a service that leaves it to the image.
func healthcheck(check *types.HealthCheckConfig, apiVersion string) *container.HealthConfig {
	if check == nil {
		return nil
	}
	config := &container.HealthConfig{
		Test:        check.Test,
		Interval:    duration(check.Interval),
		Timeout:     duration(check.Timeout),
		StartPeriod: duration(check.StartPeriod),
	}
	if check.Retries != nil {
		config.Retries = int(*check.Retries)
	}
	if atLeast(apiVersion, apiStartInterval) {
		config.StartInterval = duration(check.StartInterval)
	}
	if check.Disable {
		config.Test = []string{"NONE"}
	}
	return config
}

func duration(d *types.Duration) time.Duration {
	if d == nil {
		return 0
	}
	return time.Duration(*d)
}

// seconds rounds up: the engine counts whole seconds, and 0 would be a kill.
func seconds(d *types.Duration) *int {
	if d == nil {
		return nil
	}
	n := int(math.Ceil(time.Duration(*d).Seconds()))
	return &n
}

func exposedPorts(s types.ServiceConfig) nat.PortSet {
	ports := nat.PortSet{}
	for _, expose := range s.Expose {
		protocol, numbers := nat.SplitProtoPort(expose)
		start, end, err := nat.ParsePortRange(numbers)
		if err != nil {
			ports[nat.Port(expose)] = struct{}{} // the engine says what is wrong with it
			continue
		}
		for n := start; n <= end; n++ {
			ports[nat.Port(fmt.Sprintf("%d/%s", n, protocol))] = struct{}{}
		}
	}
	for _, p := range s.Ports {
		ports[containerPort(p)] = struct{}{}
	}
	return ports
}

func portBindings(s types.ServiceConfig) nat.PortMap {
	bindings := nat.PortMap{}
	for _, p := range s.Ports {
		port := containerPort(p)
		bindings[port] = append(bindings[port], nat.PortBinding{HostIP: p.HostIP, HostPort: p.Published})
	}
	return bindings
}

func containerPort(p types.ServicePortConfig) nat.Port {
	protocol := strings.ToLower(p.Protocol)
	if protocol == "" {
		protocol = "tcp"
	}
	return nat.Port(fmt.Sprintf("%d/%s", p.Target, protocol))
}
