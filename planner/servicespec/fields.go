package servicespec

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// fields are what a normal specification says, by the paths that a compose file
// has for it: image, environment.LOG_LEVEL, deploy.replicas. What says nothing is
// not in it.
type fields map[string]string

func fieldsOf(spec swarm.ServiceSpec) fields {
	spec = Normal(spec)
	f := fields{}
	for name, value := range spec.Labels {
		if name != state.LabelStackImage { // image says it
			f.set("deploy.labels."+name, quoted(value))
		}
	}
	f.mode(spec.Mode)
	f.update("deploy.update_config", spec.UpdateConfig)
	f.update("deploy.rollback_config", spec.RollbackConfig)
	f.set("deploy.endpoint_mode", string(spec.EndpointSpec.Mode))
	f.list("ports", ports(spec.EndpointSpec.Ports))
	f.task(spec.TaskTemplate)
	f.container(spec.TaskTemplate.ContainerSpec)
	return f
}

func (f fields) set(path, value string) {
	if value != "" {
		f[path] = value
	}
}

// list is one field: an order or a number of entries that differs is a
// difference.
func (f fields) list(path string, entries []string) {
	if len(entries) > 0 {
		f[path] = text(entries)
	}
}

func (f fields) number(path string, n int64) {
	if n != 0 {
		f[path] = strconv.FormatInt(n, 10)
	}
}

func (f fields) truth(path string, yes bool) {
	if yes {
		f[path] = "true"
	}
}

func (f fields) time(path string, d time.Duration) {
	if d != 0 {
		f[path] = d.String()
	}
}

func (f fields) mapping(path string, m map[string]string) {
	for key, value := range m {
		f[path+"."+key] = quoted(value)
	}
}

func (f fields) mode(mode swarm.ServiceMode) {
	switch {
	case mode.Global != nil:
		f.set("deploy.mode", modeGlobal)
	case mode.GlobalJob != nil:
		f.set("deploy.mode", modeGlobalJob)
	case mode.ReplicatedJob != nil:
		f.set("deploy.mode", modeReplicatedJob)
		f["deploy.replicas"] = strconv.FormatUint(*mode.ReplicatedJob.TotalCompletions, 10)
		if *mode.ReplicatedJob.MaxConcurrent != *mode.ReplicatedJob.TotalCompletions {
			f["deploy.replicas at once"] = strconv.FormatUint(*mode.ReplicatedJob.MaxConcurrent, 10)
		}
	default:
		f.set("deploy.mode", modeReplicated)
		f["deploy.replicas"] = strconv.FormatUint(*mode.Replicated.Replicas, 10)
	}
}

func (f fields) update(path string, c *swarm.UpdateConfig) {
	f[path+".parallelism"] = strconv.FormatUint(c.Parallelism, 10)
	f.time(path+".delay", c.Delay)
	f.set(path+".failure_action", c.FailureAction)
	f.time(path+".monitor", c.Monitor)
	if c.MaxFailureRatio != 0 {
		f[path+".max_failure_ratio"] = strconv.FormatFloat(float64(c.MaxFailureRatio), 'g', -1, 32)
	}
	f.set(path+".order", c.Order)
}

func ports(all []swarm.PortConfig) []string {
	var list []string
	for _, p := range all {
		entry := fmt.Sprintf("%d/%s %s", p.TargetPort, p.Protocol, p.PublishMode)
		if p.PublishedPort != 0 {
			entry = fmt.Sprintf("%d:%s", p.PublishedPort, entry)
		}
		list = append(list, entry)
	}
	return list
}

func (f fields) task(t swarm.TaskSpec) {
	for _, n := range t.Networks {
		f["networks."+n.Target] = words("aliases "+strings.Join(n.Aliases, ","), n.DriverOpts)
	}
	f.number("deploy.resources.limits.memory", t.Resources.Limits.MemoryBytes)
	f.set("deploy.resources.limits.cpus", cpus(t.Resources.Limits.NanoCPUs))
	f.number("deploy.resources.limits.pids", t.Resources.Limits.Pids)
	f.number("deploy.resources.reservations.memory", t.Resources.Reservations.MemoryBytes)
	f.set("deploy.resources.reservations.cpus", cpus(t.Resources.Reservations.NanoCPUs))
	f.list("deploy.resources.reservations.generic_resources", generic(t.Resources.Reservations.GenericResources))
	f.set("deploy.restart_policy.condition", string(t.RestartPolicy.Condition))
	f.time("deploy.restart_policy.delay", *t.RestartPolicy.Delay)
	f.number("deploy.restart_policy.max_attempts", int64(*t.RestartPolicy.MaxAttempts))
	f.time("deploy.restart_policy.window", *t.RestartPolicy.Window)
	f.list(constraints, t.Placement.Constraints)
	var spread []string
	for _, p := range t.Placement.Preferences {
		if p.Spread != nil {
			spread = append(spread, p.Spread.SpreadDescriptor)
		}
	}
	f.list("deploy.placement.preferences", spread)
	f.number("deploy.placement.max_replicas_per_node", int64(t.Placement.MaxReplicas))
	var platforms []string
	for _, p := range t.Placement.Platforms {
		platforms = append(platforms, p.OS+"/"+p.Architecture)
	}
	f.list(platform, platforms)
	if t.LogDriver != nil {
		f.set("logging.driver", t.LogDriver.Name)
		f.mapping("logging.options", t.LogDriver.Options)
	}
	f.number(restarts, int64(t.ForceUpdate))
	if t.Runtime != swarm.RuntimeContainer {
		f.set("runtime", string(t.Runtime))
	}
}

func (f fields) container(c *swarm.ContainerSpec) {
	f.set(image, c.Image)
	f.list("entrypoint", c.Command)
	f.list("command", c.Args)
	f.set("working_dir", c.Dir)
	f.set("user", c.User)
	f.list("group_add", c.Groups)
	f.set("hostname", c.Hostname)
	f.truth("tty", c.TTY)
	f.truth("stdin_open", c.OpenStdin)
	f.truth("read_only", c.ReadOnly)
	f.set("stop_signal", c.StopSignal)
	f.time("stop_grace_period", *c.StopGracePeriod)
	if c.Init != nil {
		f["init"] = strconv.FormatBool(*c.Init)
	}
	for _, entry := range c.Env {
		name, value, set := strings.Cut(entry, "=")
		if f["environment."+name] = quoted(value); !set {
			f["environment."+name] = "(unset)"
		}
	}
	f.mapping("labels", c.Labels)
	f.mapping("sysctls", c.Sysctls)
	f.list("extra_hosts", c.Hosts)
	if c.DNSConfig != nil {
		f.list("dns", c.DNSConfig.Nameservers)
		f.list("dns_search", c.DNSConfig.Search)
		f.list("dns_opt", c.DNSConfig.Options)
	}
	for _, u := range c.Ulimits {
		f["ulimits."+u.Name] = fmt.Sprintf("%d:%d", u.Soft, u.Hard)
	}
	f.list("cap_add", c.CapabilityAdd)
	f.list("cap_drop", c.CapabilityDrop)
	f.number("oom_score_adj", c.OomScoreAdj)
	if c.Isolation != container.IsolationDefault {
		f.set("isolation", string(c.Isolation))
	}
	if c.Privileges != nil {
		f.set("security_opt", text(c.Privileges))
	}
	f.health(c.Healthcheck)
	for _, m := range c.Mounts {
		f["volumes."+m.Target] = mountText(m)
	}
	f.inputs(c)
}

func (f fields) health(h *container.HealthConfig) {
	if h == nil {
		return
	}
	f.list("healthcheck.test", h.Test)
	f.time("healthcheck.interval", h.Interval)
	f.time("healthcheck.timeout", h.Timeout)
	f.number("healthcheck.retries", int64(h.Retries))
	f.time("healthcheck.start_period", h.StartPeriod)
	f.time("healthcheck.start_interval", h.StartInterval)
}

func mountText(m mount.Mount) string {
	said := []string{string(m.Type)}
	if m.Source != "" {
		said = append(said, m.Source)
	}
	if m.ReadOnly {
		said = append(said, "ro")
	}
	m.Type, m.Source, m.Target, m.ReadOnly = "", "", "", false
	if options := text(m); options != "{}" {
		said = append(said, options)
	}
	return strings.Join(said, " ")
}

func generic(all []swarm.GenericResource) []string {
	var list []string
	for _, r := range all {
		switch {
		case r.DiscreteResourceSpec != nil:
			list = append(list, fmt.Sprintf("%s=%d", r.DiscreteResourceSpec.Kind, r.DiscreteResourceSpec.Value))
		case r.NamedResourceSpec != nil:
			list = append(list, r.NamedResourceSpec.Kind+"="+r.NamedResourceSpec.Value)
		}
	}
	slices.Sort(list)
	return list
}

func cpus(nano int64) string {
	if nano == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(nano)/1e9, 'g', -1, 64)
}

func words(first string, options map[string]string) string {
	said := []string{first}
	for _, key := range slices.Sorted(maps.Keys(options)) {
		said = append(said, key+"="+options[key])
	}
	return strings.TrimSpace(strings.Join(said, " "))
}

// quoted makes a value that is there and empty seen.
func quoted(value string) string { return cmp.Or(value, `""`) }

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error() // none of the Engine API's types does
	}
	return string(b)
}
