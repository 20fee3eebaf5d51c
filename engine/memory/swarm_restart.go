package memory

import (
	"slices"
	"time"

	"github.com/docker/docker/api/types/swarm"
)

// The Swarm's defaults (swarmkit, api/defaults).
const (
	defaultRestartDelay = 5 * time.Second
	defaultMonitor      = 5 * time.Second
)

// shortestLife is how long a task lasts at least, so that one that ends at once
// is not started for ever at the same moment.
const shortestLife = 50 * time.Millisecond

// replace gives a task up, and has another one follow it in its slot if the
// restart policy says so (swarmkit, manager/orchestrator/restart).
func (w *world) replace(t *task, at time.Time) {
	o, policy := t.service, t.policy()
	follows := !o.Removed && t.restarts(policy, at)
	w.want(t, swarm.TaskStateShutdown)
	if !follows {
		return
	}
	next := w.newTask(o, t.Slot, o.nodeOf(t), at)
	w.forgetHistory(o, next)
	if next.Template == t.Template && policy.MaxAttempts != nil && *policy.MaxAttempts > 0 {
		next.Restarts = append(slices.Clone(t.Restarts), at)
	}
	delay := defaultRestartDelay
	if policy.Delay != nil {
		delay = *policy.Delay
	}
	if t.node != nil && t.node.Availability == nodeDrain {
		delay = 0
	}
	if !t.ended() {
		next.After = t.ID
	}
	next.StartAt = at.Add(delay)
	if soonest := t.Created.Add(shortestLife); next.StartAt.Before(soonest) {
		next.StartAt = soonest
	}
	if next.StartAt.After(at) {
		w.wakeAt(timer{At: next.StartAt, Task: next.ID})
	}
}

// policy is the restart policy that a task was made with.
func (t *task) policy() *swarm.RestartPolicy {
	if policy := t.template().Task.RestartPolicy; policy != nil {
		return policy
	}
	return &swarm.RestartPolicy{}
}

// restarts is true for a task that another one follows.
func (t *task) restarts(policy *swarm.RestartPolicy, at time.Time) bool {
	switch policy.Condition {
	case swarm.RestartPolicyConditionNone:
		return false
	case swarm.RestartPolicyConditionOnFailure:
		if t.State == swarm.TaskStateComplete {
			return false
		}
	}
	if policy.MaxAttempts == nil || *policy.MaxAttempts == 0 {
		return true
	}
	attempts := t.Restarts
	if policy.Window != nil && *policy.Window > 0 {
		since := at.Add(-*policy.Window)
		attempts = slices.DeleteFunc(slices.Clone(attempts), func(again time.Time) bool { return again.Before(since) })
	}
	return uint64(len(attempts)) < *policy.MaxAttempts
}
