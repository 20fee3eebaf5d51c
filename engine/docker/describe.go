package docker

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/go-connections/nat"

	"github.com/stackctl/stack/state"
)

// defaultProbe is the engine's default for a healthcheck's interval and timeout.
const defaultProbe = 30 * time.Second

// describeContainer reads what the engine says of a container. Every part of
// it may be absent.
func describeContainer(c container.InspectResponse) state.Container {
	var described state.Container
	if c.ContainerJSONBase != nil {
		described.ID = c.ID
		described.Name = strings.TrimPrefix(c.Name, "/")
		described.ImageID = c.Image
		described.RestartCount = c.RestartCount
		described.Created = parseTime(c.Created)
		described.Command = append([]string{c.Path}, c.Args...)
		describeState(&described, c.State)
		describeHost(&described, c.HostConfig)
	}
	if c.Config != nil {
		described.Image = c.Config.Image
		described.TTY, described.Stdin = c.Config.Tty, c.Config.OpenStdin
		described.User = c.Config.User
		described.Healthcheck = describeHealthcheck(c.Config.Healthcheck)
		describeLabels(&described, c.Config.Labels)
	}
	describeNetworks(&described, c)
	describeMounts(&described, c.Mounts)
	return described
}

func describeLabels(described *state.Container, labels map[string]string) {
	described.Labels = labels
	described.Project = labels[state.LabelProject]
	described.Service = labels[state.LabelService]
	described.Number, _ = strconv.Atoi(labels[state.LabelNumber]) // 0 for one without a number
	described.OneOff = strings.EqualFold(labels[state.LabelOneOff], "true")
}

// describeHealthcheck fills in the engine's defaults.
func describeHealthcheck(check *container.HealthConfig) *state.Healthcheck {
	if !checks(check) {
		return nil
	}
	return &state.Healthcheck{
		Test:     check.Test,
		Interval: cmp.Or(check.Interval, defaultProbe),
		Timeout:  cmp.Or(check.Timeout, defaultProbe),
	}
}

// checks is true for a healthcheck that is there and not disabled.
func checks(check *container.HealthConfig) bool {
	return check != nil && len(check.Test) > 0 && check.Test[0] != "NONE"
}

func describeState(described *state.Container, s *container.State) {
	if s == nil {
		return
	}
	described.Status = state.Status(s.Status)
	described.ExitCode = s.ExitCode
	described.Error = s.Error
	described.Stuck = !s.Running && isHalfStarted(s.Error)
	described.OOMKilled = s.OOMKilled
	described.StartedAt = parseTime(s.StartedAt)
	described.FinishedAt = parseTime(s.FinishedAt)
	if s.Health == nil || s.Health.Status == container.NoHealthcheck {
		return
	}
	described.Health = state.Health(s.Health.Status)
	for _, probe := range s.Health.Log {
		described.HealthLog = append(described.HealthLog, state.Probe{ExitCode: probe.ExitCode, Output: probe.Output, At: probe.Start})
	}
}

func describeHost(described *state.Container, host *container.HostConfig) {
	if host == nil {
		return
	}
	described.LogDriver = host.LogConfig.Type
	described.RestartPolicy = string(host.RestartPolicy.Name)
	described.NetworkMode = string(host.NetworkMode)
	described.IpcMode = string(host.IpcMode)
	described.PidMode = string(host.PidMode)
	described.VolumesFrom = host.VolumesFrom
	described.Limits = describeLimits(host)
}

func describeNetworks(described *state.Container, c container.InspectResponse) {
	if c.NetworkSettings == nil {
		return
	}
	for name, endpoint := range c.NetworkSettings.Networks {
		if endpoint == nil {
			continue
		}
		if described.Networks == nil {
			described.Networks = map[string]state.Endpoint{}
		}
		described.Networks[name] = state.Endpoint{
			NetworkID: endpoint.NetworkID,
			Aliases:   endpoint.Aliases,
			Address:   cmp.Or(endpoint.IPAddress, endpoint.GlobalIPv6Address),
		}
	}
	described.Ports = describePorts(c.NetworkSettings.Ports)
}

// describePorts keeps the engine's order of what one port is bound to: IPv4 comes
// first, whose host port need not be that of IPv6.
func describePorts(bound nat.PortMap) []state.Port {
	var ports []state.Port
	for port, bindings := range bound {
		if len(bindings) == 0 {
			ports = append(ports, state.Port{TargetPort: port.Int(), Protocol: port.Proto()})
		}
		for _, binding := range bindings {
			published, _ := strconv.Atoi(binding.HostPort) // the engine gives one number here
			ports = append(ports, state.Port{HostIP: binding.HostIP, PublishedPort: published, TargetPort: port.Int(), Protocol: port.Proto()})
		}
	}
	slices.SortStableFunc(ports, func(a, b state.Port) int {
		return cmp.Or(cmp.Compare(a.TargetPort, b.TargetPort), cmp.Compare(a.Protocol, b.Protocol))
	})
	return ports
}

func describeMounts(described *state.Container, mounts []container.MountPoint) {
	for _, m := range mounts {
		described.Mounts = append(described.Mounts, state.Mount{
			Type: string(m.Type), Name: m.Name, Source: m.Source, Destination: m.Destination, ReadOnly: !m.RW,
		})
	}
	slices.SortFunc(described.Mounts, func(a, b state.Mount) int { return cmp.Compare(a.Destination, b.Destination) })
}
