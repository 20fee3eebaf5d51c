package reconciler

import (
	"fmt"
	"strings"

	"github.com/stackctl/stack/planner"
)

// RolloutError is an update whose failure action was taken. What failed is
// beside it, each as a [*NodeError].
type RolloutError struct {
	Service string
	// Outcome is what became of the update.
	Outcome RolloutOutcome
	// Of so many Slots so many Failed, and so many were not tried.
	Slots, Failed, Untried int
}

// RolloutOutcome is what became of an update in which too many slots failed.
type RolloutOutcome string

// The outcomes, in the words of Swarm's update states.
const (
	RolloutPaused    RolloutOutcome = "update paused"
	RolledBack       RolloutOutcome = "rolled back"
	RollbackPaused   RolloutOutcome = "rollback paused"   // not all could be brought back
	RollbackCanceled RolloutOutcome = "rollback canceled" // by an interrupt
)

// Error names the service and says how far the update came.
func (e *RolloutError) Error() string {
	text := fmt.Sprintf("service %s: %s: %d of %d replicas failed", e.Service, e.Outcome, e.Failed, e.Slots)
	if e.Untried > 0 {
		text += fmt.Sprintf(", %d not tried", e.Untried)
	}
	return text
}

// rolloutErr is what became of an update that was halted, nil for others.
func (r *run) rolloutErr(ro *rollout) error {
	if ro.cause == "" || r.isRollback(ro) {
		return nil
	}
	e := &RolloutError{Service: ro.Service, Outcome: RolloutPaused, Slots: len(ro.Slots), Failed: len(ro.failed)}
	for _, slot := range ro.Slots {
		if !r.schedule.anyBegun(slot.Nodes) {
			e.Untried++
		}
	}
	switch {
	case ro.Rollback == nil:
	case ro.back == nil:
		e.Outcome = RollbackCanceled
	case len(ro.back.failed) > 0:
		e.Outcome = RollbackPaused
	case !r.schedule.allSucceeded(ro.back.required()):
		e.Outcome = RollbackCanceled
	default:
		e.Outcome = RolledBack
	}
	return e
}

func (r *run) isRollback(ro *rollout) bool {
	for _, other := range r.rollouts {
		if other.back == ro {
			return true
		}
	}
	return false
}

// required are the nodes of a rollback that must succeed.
func (ro *rollout) required() []planner.ID {
	var ids []planner.ID
	for _, node := range ro.nodes() {
		if !node.Optional {
			ids = append(ids, node.ID)
		}
	}
	return ids
}

// announcement says that the failure action is taken, and which.
func (ro *rollout) announcement() string {
	var b strings.Builder
	fmt.Fprintf(&b, "service %s: %d of %d replicas failed: ", ro.Service, len(ro.failed), len(ro.Slots))
	switch {
	case ro.Rollback != nil:
		b.WriteString("the update is rolled back")
	case len(ro.Nodes) > 0:
		b.WriteString("the rollback is paused")
	default:
		b.WriteString("the update is paused")
	}
	return b.String()
}
