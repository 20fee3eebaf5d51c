package state

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/swarm"
)

// Containers are the tasks as containers, for whoever only wants to know what
// runs: each with the name of its task and the node that it is on. A past task
// is one that has ended.
func (c Cluster) Containers(project string) []Container {
	services := map[string]ObservedService{}
	for _, s := range c.Services {
		services[s.ID] = s
	}
	all := make([]Container, 0, len(c.Tasks))
	for _, t := range c.Tasks {
		all = append(all, t.container(project, services[t.ServiceID]))
	}
	return all
}

// Latest is the cluster with the last task of each place alone, and without those
// that were stopped as nobody wants them any more.
func (c Cluster) Latest() Cluster {
	type place struct {
		service, node string
		slot          int
	}
	of := func(t Task) place {
		p := place{service: t.ServiceID, slot: t.Slot}
		if t.Slot == 0 {
			p.node = t.NodeID
		}
		return p
	}
	last := map[place]Task{}
	for _, t := range c.Tasks {
		if o, there := last[of(t)]; !there || t.Created.After(o.Created) {
			last[of(t)] = t
		}
	}
	latest := Cluster{Services: c.Services}
	for _, t := range c.Tasks {
		let := t.State == swarm.TaskStateShutdown || t.State == swarm.TaskStateRemove || t.State == swarm.TaskStateOrphaned
		if last[of(t)].ID == t.ID && !(let && t.Desired != swarm.TaskStateRunning) {
			latest.Tasks = append(latest.Tasks, t)
		}
	}
	return latest
}

func (t Task) container(project string, service ObservedService) Container {
	c := Container{
		ID: t.ContainerID, Name: t.Name, Task: t.ID, Node: t.Node, Project: project, Service: t.Service, Number: t.Slot,
		Image: t.Image, Created: t.Created, ExitCode: t.ExitCode, Error: t.Error,
		Labels: map[string]string{LabelNamespace: project}, Ports: slices.Clone(t.Ports),
	}
	if service.OneOff() {
		c.OneOff, c.Number = true, 0
	}
	if c.ID == "" {
		c.ID = t.ID // there is no container yet, or not any more
	}
	var check bool
	if spec := service.Spec.TaskTemplate.ContainerSpec; spec != nil {
		maps.Copy(c.Labels, spec.Labels)
		c.Command = slices.Concat(spec.Command, spec.Args)
		c.User, c.TTY = spec.User, spec.TTY
		for _, m := range spec.Mounts {
			c.Mounts = append(c.Mounts, taskMount(m))
		}
		check = spec.Healthcheck != nil && len(spec.Healthcheck.Test) > 0 && spec.Healthcheck.Test[0] != "NONE"
	}
	if service.Spec.EndpointSpec != nil {
		for _, p := range service.Spec.EndpointSpec.Ports {
			if p.PublishMode == swarm.PortConfigPublishModeIngress || p.PublishMode == "" {
				c.Ports = append(c.Ports, Port{
					HostIP: "0.0.0.0", PublishedPort: int(p.PublishedPort), TargetPort: int(p.TargetPort), Protocol: string(p.Protocol),
				})
			}
		}
	}
	c.Status, c.Health = t.status(check)
	if t.Lost {
		c.Status, c.Health = StatusDead, HealthNone
		c.Error = cmp.Or(c.Error, "node "+t.Node+" is down")
	}
	switch c.Status {
	case StatusRunning:
		c.StartedAt = t.Since
	case StatusExited, StatusDead:
		c.FinishedAt, c.Ports = t.Since, nil
	case StatusCreated, StatusPaused, StatusRestarting, StatusRemoving:
	}
	return c
}

func taskMount(m mount.Mount) Mount {
	mounted := Mount{Type: string(m.Type), Source: m.Source, Destination: m.Target, ReadOnly: m.ReadOnly}
	if m.Type == mount.TypeVolume {
		mounted.Name = m.Source
	}
	return mounted
}

// status is a task's state in the words for containers. A task runs once its
// container is healthy (Swarm waits for that), and starts until then.
func (t Task) status(check bool) (Status, Health) {
	health := func(h Health) Health {
		if check {
			return h
		}
		return HealthNone
	}
	switch t.State {
	case swarm.TaskStateRunning:
		return StatusRunning, health(HealthHealthy)
	case swarm.TaskStateStarting:
		if t.ContainerID != "" && check {
			return StatusRunning, HealthStarting
		}
	case swarm.TaskStateComplete, swarm.TaskStateShutdown, swarm.TaskStateFailed, swarm.TaskStateRejected:
		return StatusExited, HealthNone
	case swarm.TaskStateOrphaned:
		return StatusDead, HealthNone
	case swarm.TaskStateRemove:
		return StatusRemoving, HealthNone
	case swarm.TaskStateNew, swarm.TaskStateAllocated, swarm.TaskStatePending, swarm.TaskStateAssigned,
		swarm.TaskStateAccepted, swarm.TaskStatePreparing, swarm.TaskStateReady:
	}
	return StatusCreated, HealthNone
}

// Label names a task for a person: web.2, or web@node1 where there is one on
// each node.
func (t Task) Label() string {
	if t.Slot == 0 {
		return t.Service + "@" + t.Node
	}
	return t.Service + "." + strconv.Itoa(t.Slot)
}

// TaskEnded is true for a state that no other comes after.
func TaskEnded(s swarm.TaskState) bool {
	switch s {
	case swarm.TaskStateComplete, swarm.TaskStateShutdown, swarm.TaskStateFailed, swarm.TaskStateRejected,
		swarm.TaskStateRemove, swarm.TaskStateOrphaned:
		return true
	default:
		return false
	}
}

// Ended is true for a task that runs no more, and will not again.
func (t Task) Ended() bool { return TaskEnded(t.State) }

// Alive is true for a task that has not ended and is not past hope, as one of a
// node that is down is.
func (t Task) Alive() bool { return !t.Ended() && !t.Lost }

// Unplaced is true for a task that no node has taken on.
func (t Task) Unplaced() bool {
	switch t.State {
	case swarm.TaskStateNew, swarm.TaskStateAllocated, swarm.TaskStatePending:
		return true
	default:
		return false
	}
}
