package planner

import (
	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// Converged says whether a service of a Swarm is what its specification says: no
// update goes on or is paused, every task that it should have runs (on Swarm that
// is: is healthy), and no other one does. The tasks of a job have to be done.
func Converged(s state.ObservedService, tasks []state.Task) bool {
	if u := s.Update; u != nil {
		switch u.State {
		case swarm.UpdateStateUpdating, swarm.UpdateStateRollbackStarted, swarm.UpdateStatePaused, swarm.UpdateStateRollbackPaused:
			return false
		case swarm.UpdateStateCompleted, swarm.UpdateStateRollbackCompleted:
		}
	}
	if isJob(s.Spec.Mode) {
		return jobDone(s, tasks)
	}
	ends := endsWell(s.Spec.TaskTemplate.RestartPolicy)
	good := map[taskSlot]bool{}
	for _, t := range tasks {
		switch {
		case t.State == swarm.TaskStateRunning && t.Desired == swarm.TaskStateRunning && t.Current && !t.Lost:
			good[taskSlotOf(t)] = true
		case t.State == swarm.TaskStateComplete && t.Current && ends && t.Desired != swarm.TaskStateRemove:
			good[taskSlotOf(t)] = true
		case t.Alive():
			return false // yet to start, or to stop
		}
	}
	wanted := replicasOf(s.Spec.Mode)
	return wanted < 0 || len(good) == wanted
}

// taskSlot is where a task is one of several after each other.
type taskSlot struct {
	slot int
	node string
}

// taskSlotOf is the slot, or the node where there is a task on each.
func taskSlotOf(t state.Task) taskSlot {
	if t.Slot > 0 {
		return taskSlot{slot: t.Slot}
	}
	return taskSlot{node: t.NodeID}
}

// endsWell is true for a service whose tasks may end with 0 and are not started
// again then.
func endsWell(policy *swarm.RestartPolicy) bool {
	return policy != nil && (policy.Condition == swarm.RestartPolicyConditionNone || policy.Condition == swarm.RestartPolicyConditionOnFailure)
}

// jobDone is true for a job whose last run has ended well: as often as it is to
// run, or on every node.
func jobDone(s state.ObservedService, tasks []state.Task) bool {
	slots, completed := map[taskSlot]bool{}, map[taskSlot]bool{}
	for _, t := range tasks {
		if !t.Current {
			continue
		}
		slots[taskSlotOf(t)] = true
		if t.State == swarm.TaskStateComplete {
			completed[taskSlotOf(t)] = true
		}
	}
	if wanted := replicasOf(s.Spec.Mode); wanted >= 0 {
		return len(completed) >= wanted
	}
	return len(completed) == len(slots)
}

// jobFailed is true for a job whose last run has ended, and not well.
func jobFailed(s state.ObservedService, tasks []state.Task) bool {
	if jobDone(s, tasks) {
		return false
	}
	failed := false
	for _, t := range tasks {
		if t.Current && t.Alive() {
			return false
		}
		failed = failed || t.Current && t.State != swarm.TaskStateComplete
	}
	return failed
}
