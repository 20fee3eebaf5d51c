package planner

import "github.com/stackctl/stack/state"

// hasCompleted is true for the container of a one-shot service that has done
// what it is for. A container of any other service that exited with 0 may be a
// server that was stopped.
func hasCompleted(service state.Service, c state.Container) bool {
	return service.OneShot && c.Status == state.StatusExited && c.ExitCode == 0
}

// rerunReason says why a job that has completed is run again although its
// container is as it should be; it has no text for one that is not.
func (d *draft) rerunReason(service state.Service, r *replicaPlan, c state.Container) Reason {
	reason := d.renewedReason(service, c)
	if reason.Text == "" {
		r.reasons = append(r.reasons, Reason{Text: "has completed"})
	}
	return reason
}

// followsEndedJob is true for a container that takes the place of a job's which
// has ended: that one is not run again, whatever becomes of the new one.
func (b *bringUp) followsEndedJob() bool {
	return b.service.service.OneShot && !b.replica.old.Live()
}

// awaitsReplacement is true where an old container stays until the new one is
// ready, also one that an earlier run has started. A job's does not: its new run
// may fail, and is to be seen then.
func (b *bringUp) awaitsReplacement() bool {
	r := b.replica
	return b.policy.Wait && !b.policy.NoStart && r.old != nil && !r.clears && !b.service.service.OneShot
}

// waitedFor is what `up --wait` waits for: a job is ready when it has completed.
func waitedFor(service state.Service) state.Condition {
	if service.OneShot {
		return state.Completed
	}
	return state.Ready
}
