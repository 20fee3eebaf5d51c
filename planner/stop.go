package planner

import (
	"slices"

	"github.com/stackctl/stack/state"
)

// Stop plans to stop the running containers of services, each as soon as those
// that depend on it have stopped. One-off containers go on.
func Stop(desired state.Desired, observed state.Observed, policy StopPolicy) (Plan, error) {
	if observed.Engine.Swarm() {
		return Plan{}, ErrNotOnSwarm
	}
	t := newTeardown(desired, observed, policy.Timeout)
	t.choose(func(c state.Container) bool { return t.concerns(policy.Services, c) && !c.OneOff && runs(c) })
	t.chooseProviders(policy.Services, t.stopNode)
	t.addContainers(func(m removal) ID {
		t.change(Change{Ref: m.ref, Name: m.container.Name, Action: Update, Reasons: []Reason{{Text: "stops"}}})
		return t.stop(m)
	})
	return t.plan()
}

// Remove plans to remove the containers of services that do not run, and with
// Stop the others too, once they are stopped. Nothing else of the project goes.
func Remove(desired state.Desired, observed state.Observed, policy RemovePolicy) (Plan, error) {
	if observed.Engine.Swarm() {
		return Plan{}, ErrNotOnSwarm
	}
	t := newTeardown(desired, observed, nil)
	goes := func(c state.Container) bool {
		return t.concerns(policy.Services, c) && (!c.OneOff || policy.OneOff) && (!runs(c) || policy.Stop && !c.OneOff)
	}
	t.choose(func(c state.Container) bool {
		if !c.IsHook() {
			return goes(c)
		}
		return slices.ContainsFunc(t.index.all, func(o state.Container) bool { return o.Service == c.Service && goes(o) })
	})
	t.addContainers(func(m removal) ID {
		if m.container.IsHook() {
			return t.removeHook(m.container, m.after)
		}
		if !runs(m.container) {
			m.after = nil // it holds nobody up, and nobody holds it
		}
		m.options.Volumes = policy.Volumes
		t.change(Change{Ref: m.ref, Name: m.container.Name, Action: Delete})
		return t.remove(m)
	})
	return t.plan()
}

// concerns is true for a container that a command on services (none is the
// whole project) is about. Without services, those that the project does not
// have are left alone.
func (t *teardown) concerns(services []string, c state.Container) bool {
	switch {
	case c.IsHook():
		return false
	case len(services) > 0:
		return slices.Contains(services, c.Service)
	}
	return !t.isOrphan(c)
}

// isOrphan is true for a container of a service that the project does not have.
// Without a model there is none.
func (t *teardown) isOrphan(c state.Container) bool {
	return len(t.model.Known) > 0 && !slices.Contains(t.model.Known, c.Service)
}

// runs is true for a container that can be stopped, be it between two of its
// restarts.
func runs(c state.Container) bool { return c.Running() || c.Status == state.StatusRestarting }
