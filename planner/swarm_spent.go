package planner

import (
	"slices"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// spent is a task that the Swarm starts no more, as the restart policy says, in a
// place that is to have one: it stays empty until all tasks are replaced (swarmkit,
// restart.UpdatableTasksInSlot). There is none while an update goes on, which
// comes to such places too, and none in a job, which is run again as a whole.
func (d *swarmDraft) spent(p *swarmService) (task state.Task, found bool) {
	if u := p.held.Update; u != nil && (u.State == swarm.UpdateStateUpdating || u.State == swarm.UpdateStateRollbackStarted) {
		return state.Task{}, false
	}
	policy := p.held.Spec.TaskTemplate.RestartPolicy
	wanted := replicasOf(p.spec.Spec.Mode)
	kept, last := 0, map[taskSlot]state.Task{}
	for _, t := range p.tasks {
		if before, there := last[taskSlotOf(t)]; !there || !before.Alive() && (t.Alive() || t.Created.After(before.Created)) {
			last[taskSlotOf(t)] = t
		}
	}
	for _, t := range p.tasks {
		switch {
		case last[taskSlotOf(t)].ID != t.ID:
		case !t.Current || t.Alive() || t.State == swarm.TaskStateComplete && endsWell(policy):
			kept++
		case !found && t.Desired == swarm.TaskStateShutdown && (wanted >= 0 || d.leftByItself(t)):
			task, found = t, true
		}
	}
	return task, found && (wanted < 0 || kept < wanted)
}

// leftByItself is true for a task that ended on a node that takes tasks, and
// that nobody told to stop.
func (d *swarmDraft) leftByItself(t state.Task) bool {
	switch t.State {
	case swarm.TaskStateFailed, swarm.TaskStateRejected, swarm.TaskStateComplete:
		i := slices.IndexFunc(d.observed.Nodes, func(n state.Node) bool { return n.ID == t.NodeID })
		return !t.Lost && i >= 0 && d.observed.Nodes[i].Takes()
	}
	return false
}
