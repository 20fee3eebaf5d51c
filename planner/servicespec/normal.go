package servicespec

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/swarm"
)

// The defaults of a Swarm (SwarmKit, api/defaults/service.go).
const (
	defaultStopGrace    = 10 * time.Second
	defaultRestartDelay = 5 * time.Second
	defaultMonitor      = 5 * time.Second
)

// Normal is a specification with a Swarm's defaults filled in, lists that have no
// order sorted, and what is empty left out: two that mean the same are equal. It
// is for comparing, not for sending. What it is given is not changed.
func Normal(spec swarm.ServiceSpec) swarm.ServiceSpec {
	task := &spec.TaskTemplate
	spec.Labels = maps.Clone(spec.Labels)
	if len(task.Networks) == 0 {
		task.Networks = spec.Networks //nolint:staticcheck // where older clients have them
	}
	spec.Networks = nil //nolint:staticcheck // as above
	task.Networks = normalNetworks(task.Networks)
	task.ContainerSpec = normalContainer(task.ContainerSpec)
	task.Resources = normalResources(task.Resources)
	task.RestartPolicy = normalRestart(task.RestartPolicy)
	task.Placement = normalPlacement(task.Placement)
	task.Runtime = cmp.Or(task.Runtime, swarm.RuntimeContainer)
	if task.LogDriver != nil {
		task.LogDriver = &swarm.Driver{Name: task.LogDriver.Name, Options: filled(task.LogDriver.Options)}
	}
	spec.Mode = normalMode(spec.Mode)
	spec.UpdateConfig = normalUpdate(spec.UpdateConfig)
	spec.RollbackConfig = normalUpdate(spec.RollbackConfig)
	spec.EndpointSpec = normalEndpoint(spec.EndpointSpec)
	return spec
}

func normalContainer(given *swarm.ContainerSpec) *swarm.ContainerSpec {
	c := swarm.ContainerSpec{}
	if given != nil {
		c = *given
	}
	c.Labels, c.Sysctls = filled(c.Labels), filled(c.Sysctls)
	c.Command, c.Args = slices.Clip(c.Command), slices.Clip(c.Args)
	c.Env, c.Hosts, c.Groups = sorted(c.Env), sorted(c.Hosts), sorted(c.Groups)
	c.CapabilityAdd, c.CapabilityDrop = capabilities(c.CapabilityAdd, c.CapabilityDrop)
	if c.Privileges != nil && *c.Privileges == (swarm.Privileges{}) {
		c.Privileges = nil
	}
	if c.StopGracePeriod == nil {
		c.StopGracePeriod = pointer(defaultStopGrace)
	}
	if h := c.Healthcheck; h != nil && len(h.Test) == 0 && h.Interval+h.Timeout+h.StartPeriod+h.StartInterval == 0 && h.Retries == 0 {
		c.Healthcheck = nil
	}
	if d := c.DNSConfig; d != nil && len(d.Nameservers)+len(d.Search)+len(d.Options) == 0 {
		c.DNSConfig = nil
	}
	c.Isolation = cmp.Or(c.Isolation, container.IsolationDefault)
	c.Mounts = normalMounts(c.Mounts)
	c.Ulimits = slices.Clone(c.Ulimits)
	slices.SortFunc(c.Ulimits, func(a, b *container.Ulimit) int { return strings.Compare(a.Name, b.Name) })
	c.Configs, c.Secrets = normalConfigs(c.Configs), normalSecrets(c.Secrets)
	return &c
}

// normalMounts are mounts by their targets. What an engine says of a bind that
// nothing was asked for is left out, and so is a consistency, which no engine on
// Linux has a use for.
func normalMounts(given []mount.Mount) []mount.Mount {
	all := slices.Clone(given)
	for i := range all {
		m := &all[i]
		m.Consistency = ""
		m.ClusterOptions, m.ImageOptions = nil, nil
		if b := m.BindOptions; b != nil {
			options := *b
			if options.Propagation == mount.PropagationRPrivate {
				options.Propagation = ""
			}
			m.BindOptions = nonZero(options)
		}
		if v := m.VolumeOptions; v != nil {
			options := *v
			options.Labels = filled(options.Labels)
			if options.DriverConfig != nil {
				options.DriverConfig = &mount.Driver{Name: options.DriverConfig.Name, Options: filled(options.DriverConfig.Options)}
			}
			m.VolumeOptions = &options
			if !options.NoCopy && options.Labels == nil && options.Subpath == "" && options.DriverConfig == nil {
				m.VolumeOptions = nil
			}
		}
		if t := m.TmpfsOptions; t != nil && t.SizeBytes == 0 && t.Mode == 0 && len(t.Options) == 0 {
			m.TmpfsOptions = nil
		}
	}
	slices.SortStableFunc(all, func(a, b mount.Mount) int { return strings.Compare(a.Target, b.Target) })
	return all
}

func normalConfigs(given []*swarm.ConfigReference) []*swarm.ConfigReference {
	all := slices.Clone(given)
	for i, reference := range all {
		all[i] = &swarm.ConfigReference{File: reference.File, Runtime: reference.Runtime, ConfigName: reference.ConfigName}
		if reference.File != nil {
			file := *reference.File
			file.Name = absolute("/", file.Name)
			all[i].File = &file
		}
	}
	return byTarget(all, func(r *swarm.ConfigReference) (target, name string) {
		if r.File != nil {
			target = r.File.Name
		}
		return target, r.ConfigName
	})
}

func normalSecrets(given []*swarm.SecretReference) []*swarm.SecretReference {
	all := slices.Clone(given)
	for i, reference := range all {
		all[i] = &swarm.SecretReference{File: reference.File, SecretName: reference.SecretName}
		if reference.File != nil {
			file := *reference.File
			file.Name = absolute(secretsFolder, file.Name)
			all[i].File = &file
		}
	}
	return byTarget(all, func(r *swarm.SecretReference) (target, name string) {
		if r.File != nil {
			target = r.File.Name
		}
		return target, r.SecretName
	})
}

func byTarget[T any](all []T, of func(T) (target, name string)) []T {
	slices.SortStableFunc(all, func(a, b T) int {
		targetA, nameA := of(a)
		targetB, nameB := of(b)
		return cmp.Or(strings.Compare(targetA, targetB), strings.Compare(nameA, nameB))
	})
	return all
}

// absolute is where an engine puts a config or secret that has no folder.
func absolute(folder, name string) string {
	if strings.HasPrefix(name, "/") || strings.Contains(name, `:\`) {
		return name
	}
	return path.Join(folder, name)
}

func normalNetworks(given []swarm.NetworkAttachmentConfig) []swarm.NetworkAttachmentConfig {
	all := slices.Clone(given)
	for i := range all {
		all[i].Aliases = slices.Compact(sorted(all[i].Aliases))
		all[i].DriverOpts = filled(all[i].DriverOpts)
	}
	slices.SortFunc(all, func(a, b swarm.NetworkAttachmentConfig) int { return strings.Compare(a.Target, b.Target) })
	return all
}

func normalResources(given *swarm.ResourceRequirements) *swarm.ResourceRequirements {
	r := swarm.ResourceRequirements{Limits: &swarm.Limit{}, Reservations: &swarm.Resources{}}
	if given != nil {
		r.Limits, r.Reservations = cmp.Or(given.Limits, r.Limits), cmp.Or(given.Reservations, r.Reservations)
	}
	return &r
}

func normalRestart(given *swarm.RestartPolicy) *swarm.RestartPolicy {
	p := swarm.RestartPolicy{}
	if given != nil {
		p = *given
	}
	p.Condition = cmp.Or(p.Condition, swarm.RestartPolicyConditionAny)
	p.Delay = cmp.Or(p.Delay, pointer(defaultRestartDelay))
	p.MaxAttempts = cmp.Or(p.MaxAttempts, pointer(uint64(0)))
	p.Window = cmp.Or(p.Window, pointer(time.Duration(0)))
	return &p
}

func normalPlacement(given *swarm.Placement) *swarm.Placement {
	p := swarm.Placement{}
	if given != nil {
		p = *given
	}
	p.Constraints = sorted(p.Constraints)
	return &p
}

func normalMode(mode swarm.ServiceMode) swarm.ServiceMode {
	one := pointer(uint64(1))
	switch {
	case mode.Global != nil, mode.GlobalJob != nil:
	case mode.ReplicatedJob != nil:
		job := *mode.ReplicatedJob
		job.MaxConcurrent = cmp.Or(job.MaxConcurrent, one)
		job.TotalCompletions = cmp.Or(job.TotalCompletions, job.MaxConcurrent)
		mode.ReplicatedJob = &job
	case mode.Replicated == nil || mode.Replicated.Replicas == nil:
		mode.Replicated = &swarm.ReplicatedService{Replicas: one}
	}
	return mode
}

func normalUpdate(given *swarm.UpdateConfig) *swarm.UpdateConfig {
	c := swarm.UpdateConfig{Parallelism: 1}
	if given != nil {
		c = *given
	}
	c.FailureAction = cmp.Or(c.FailureAction, swarm.UpdateFailureActionPause)
	c.Monitor = cmp.Or(c.Monitor, defaultMonitor)
	c.Order = cmp.Or(c.Order, swarm.UpdateOrderStopFirst)
	return &c
}

func normalEndpoint(given *swarm.EndpointSpec) *swarm.EndpointSpec {
	e := swarm.EndpointSpec{}
	if given != nil {
		e = *given
	}
	e.Mode = cmp.Or(e.Mode, swarm.ResolutionModeVIP)
	e.Ports = slices.Clone(e.Ports)
	for i := range e.Ports {
		p := &e.Ports[i]
		p.Name = ""
		p.Protocol = cmp.Or(p.Protocol, swarm.PortConfigProtocolTCP)
		p.PublishMode = cmp.Or(p.PublishMode, swarm.PortConfigPublishModeIngress)
	}
	slices.SortFunc(e.Ports, comparePorts)
	return &e
}

func comparePorts(a, b swarm.PortConfig) int {
	return cmp.Or(cmp.Compare(a.PublishedPort, b.PublishedPort), cmp.Compare(a.TargetPort, b.TargetPort),
		cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.PublishMode, b.PublishMode))
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

// filled is nil for a map that has nothing in it.
func filled(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	return m
}

func pointer[T any](value T) *T { return &value }

// nonZero is nil for a value that says nothing.
func nonZero[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}
