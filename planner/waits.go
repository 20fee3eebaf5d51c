package planner

import (
	"time"

	"github.com/stackctl/stack/state"
)

// dependencies returns the nodes that a container of the service is started
// after, and those that only have to have ended.
func (d *draft) dependencies(service state.Service) (after, settled []ID) {
	for _, dependency := range service.DependsOn {
		after = append(after, d.ran[dependency.Service])
		p := d.services[dependency.Service]
		if p == nil {
			continue
		}
		if dependency.Required {
			after = append(after, p.gone...)
		} else {
			settled = append(settled, p.gone...)
		}
		for _, r := range p.replicas {
			id := d.await(p, r, dependency.Condition, !dependency.Required)
			if dependency.Required {
				after = append(after, id)
			} else {
				settled = append(settled, id)
			}
		}
	}
	return after, settled
}

// await returns the node after which a replica meets a condition, or an empty
// id if it does. A wait is shared by all who ask for it.
func (d *draft) await(p *servicePlan, r *replicaPlan, condition state.Condition, optional bool) ID {
	if condition == state.Started || d.policy.NoStart {
		return r.running
	}
	if r.action == NoOp && Meets(*r.current, condition) && !d.justRestarted(*r.current) {
		return ""
	}
	id := ID("await " + r.ref.String() + " " + conditionWord(condition))
	if node := d.nodes.get(id); node != nil {
		node.Optional = node.Optional && optional
		return id
	}
	return d.nodes.add(Node{
		ID: id, Ref: r.ref, Group: p.service.Name, After: []ID{r.running}, Optional: optional, Canonical: r.canonical(),
		Op: AwaitContainer{
			Container: r.handle(), Condition: condition, Timeout: d.policy.WaitTimeout,
			Probe: d.probes(p.service, condition),
		},
	})
}

// justRestarted is true for a container that may restart in a loop: the engine
// has restarted it, a few seconds ago.
func (d *draft) justRestarted(c state.Container) bool {
	const settled = 10 * time.Second
	return c.RestartCount > 0 && c.Running() && c.Health == state.HealthNone && d.policy.Now.Before(c.StartedAt.Add(settled))
}

func conditionWord(condition state.Condition) string {
	switch condition {
	case state.Healthy:
		return "healthy"
	case state.Completed:
		return "completed"
	case state.Started, state.Ready:
	}
	return string(condition)
}

// Meets says whether a container meets a condition as it is.
func Meets(c state.Container, condition state.Condition) bool {
	switch condition {
	case state.Healthy:
		return c.Running() && c.Health == state.HealthHealthy
	case state.Completed:
		return c.Status == state.StatusExited && c.ExitCode == 0
	case state.Ready:
		if c.Status == state.StatusExited {
			return c.ExitCode == 0
		}
		return c.Running() && (c.Health == state.HealthNone || c.Health == state.HealthHealthy)
	case state.Started:
	}
	return c.Running()
}

// probes says whether a wait runs the healthcheck itself.
func (d *draft) probes(service state.Service, condition state.Condition) bool {
	return condition != state.Completed && !d.policy.EngineProbes && service.Probe != state.ProbeEngine
}

// addWaits adds the waits of `up --wait`.
func (d *draft) addWaits() {
	if !d.policy.Wait || d.policy.NoStart {
		return
	}
	for _, service := range d.desired.Services {
		p := d.services[service.Name]
		if p.frozen {
			continue
		}
		for _, r := range p.replicas {
			d.await(p, r, waitedFor(service), false)
		}
	}
}
