package planner

import "github.com/stackctl/stack/state"

// Kill plans to send a signal to the containers of services that run, one-off
// ones too, all at once.
func Kill(desired state.Desired, observed state.Observed, policy KillPolicy) (Plan, error) {
	if observed.Engine.Swarm() {
		return Plan{}, ErrNotOnSwarm
	}
	t := newTeardown(desired, observed, nil)
	reason := "gets " + policy.Signal
	for _, c := range t.index.all {
		switch {
		case policy.RemoveOrphans && t.isOrphan(c) && !c.IsHook():
			t.removeOrphan(c)
		case t.concerns(policy.Services, c) && runs(c):
			t.add(c, "kill", reason, KillContainer{Container: c.Handle(), Signal: policy.Signal})
		}
	}
	return t.plan()
}

// removeOrphan removes a container at once, whether it runs or not.
func (t *teardown) removeOrphan(c state.Container) {
	ref, label := state.ContainerRef(c.Service, c.Number), t.index.label(c)
	t.change(Change{Ref: ref, Name: c.Name, Action: Delete, Reasons: []Reason{{Text: orphaned}}})
	var killed ID
	if runs(c) {
		killed = t.nodes.add(Node{ID: ID("kill " + label), Ref: ref, Group: c.Service, Reason: orphaned,
			Op: KillContainer{Container: c.Handle(), Signal: "SIGKILL"}})
	}
	t.nodes.add(Node{ID: ID("remove " + label), Ref: ref, Group: c.Service, Reason: orphaned, After: []ID{killed},
		Op: RemoveContainer{Container: c.Handle(), Options: state.RemoveOptions{Force: true}}})
}

// Pause plans to freeze the containers of services that run (no services is all),
// all at once. One-off containers go on. Those that are paused already are
// changes that do nothing, with a reason.
func Pause(desired state.Desired, observed state.Observed, services []string) (Plan, error) {
	if observed.Engine.Swarm() {
		return Plan{}, ErrNotOnSwarm
	}
	t := newTeardown(desired, observed, nil)
	for _, c := range t.index.all {
		switch {
		case !t.concerns(services, c) || c.OneOff:
		case c.Status == state.StatusRunning:
			t.add(c, "pause", "pauses", PauseContainer{Container: c.Handle()})
		case c.Status == state.StatusPaused:
			t.leave(c, "is already paused")
		}
	}
	return t.plan()
}

// Unpause plans to let the containers of services that are paused go on, all at
// once. Others that run have a change without an action, which says so.
func Unpause(desired state.Desired, observed state.Observed, services []string) (Plan, error) {
	if observed.Engine.Swarm() {
		return Plan{}, ErrNotOnSwarm
	}
	t := newTeardown(desired, observed, nil)
	for _, c := range t.index.all {
		switch {
		case !t.concerns(services, c) || c.OneOff:
		case c.Status == state.StatusPaused:
			t.add(c, "unpause", "is paused", UnpauseContainer{Container: c.Handle()})
		case c.Status == state.StatusRunning:
			t.leave(c, "is not paused")
		}
	}
	return t.plan()
}

// leave writes down a container that nothing is done about.
func (t *teardown) leave(c state.Container, reason string) {
	t.change(Change{Ref: state.ContainerRef(c.Service, c.Number), Name: c.Name, Action: NoOp, Reasons: []Reason{{Text: reason}}})
}

// add writes down one operation on a container that waits for nothing.
func (t *teardown) add(c state.Container, verb, reason string, op Operation) {
	ref := state.ContainerRef(c.Service, c.Number)
	t.change(Change{Ref: ref, Name: c.Name, Action: Update, Reasons: []Reason{{Text: reason}}})
	t.nodes.add(Node{ID: ID(verb + " " + t.index.label(c)), Ref: ref, Group: c.Service, Op: op})
}
