package reconciler

import (
	"context"
	"slices"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// rollout is a [planner.Rollout] at work: it counts the slots that fail. It is
// used from the run's own goroutine.
type rollout struct {
	planner.Rollout
	failed map[state.Ref]bool // slots
	// cause is the node whose failure was one too many; it is empty until the
	// failure action is taken.
	cause planner.ID
	// halted ends when the failure action is taken, and when waits do.
	halted context.Context
	halt   context.CancelFunc
	// back brings the slots back that were updated; nil until it has begun.
	back *rollout
}

func (r *run) addRollout(plan planner.Rollout) *rollout {
	ro := &rollout{Rollout: plan, failed: map[state.Ref]bool{}}
	ro.halted, ro.halt = context.WithCancel(r.waits)
	r.rollouts = append(r.rollouts, ro)
	return ro
}

// slotOf returns the rollout that a node belongs to, and the slot; nil is none.
func (r *run) slotOf(id planner.ID) (*rollout, *planner.Slot) {
	for _, ro := range r.rollouts {
		for i, slot := range ro.Slots {
			if slot.Delay == id || slices.Contains(slot.Nodes, id) {
				return ro, &ro.Slots[i]
			}
		}
	}
	return nil, nil
}

// patience is the context of a node's wait. A delay is over when no slot
// follows, and nothing is monitored that is brought back.
func (r *run) patience(node planner.Node) context.Context {
	ro, _ := r.slotOf(node.ID)
	if ro == nil {
		return r.waits
	}
	switch node.Op.(type) {
	case planner.Delay:
		return ro.halted
	case planner.MonitorContainer:
		if ro.Rollback != nil {
			return ro.halted
		}
	}
	return r.waits
}

// slotFailed counts a node's failure, and takes the failure action when it is
// one too many: slots that have not begun are left out.
func (r *run) slotFailed(id planner.ID) {
	ro, slot := r.slotOf(id)
	if ro == nil {
		return
	}
	ro.failed[slot.Ref] = true
	if ro.cause != "" || !ro.TooMany(len(ro.failed), len(ro.Slots)) {
		return
	}
	ro.cause = id
	ro.halt()
	r.emit(event.Event{Phase: event.Warning, Detail: ro.announcement()})
	for _, slot := range ro.Slots {
		if !r.schedule.anyBegun(slot.Nodes) {
			r.skip(append([]planner.ID{slot.Delay}, slot.Nodes...), id)
		}
	}
	r.skip(ro.Final, id)
}

func (r *run) skip(ids []planner.ID, cause planner.ID) {
	for _, node := range r.schedule.skip(ids) {
		r.skipped(node, cause)
	}
}

// rollBack begins to bring back what was updated, where that is to be done and
// all slots that were in progress have ended.
func (r *run) rollBack() {
	for _, ro := range r.rollouts {
		if ro.cause == "" || ro.Rollback == nil || ro.back != nil || r.waits.Err() != nil {
			continue
		}
		var slots []planner.Slot
		ended := true
		for i, slot := range ro.Slots {
			ended = ended && r.schedule.allEnded(slot.Nodes)
			if r.schedule.allSucceeded(slot.Nodes) {
				slots = append(slots, ro.Rollback.Slots[i])
			}
		}
		if !ended {
			continue
		}
		back := *ro.Rollback
		back.Slots = slots
		ro.back = r.addRollout(back)
		r.schedule.add(ro.back.nodes())
	}
}

// nodes are the nodes of the slots that a rollback has, in the order of the
// plan, without the edges to others.
func (ro *rollout) nodes() []planner.Node {
	var ids []planner.ID
	for _, slot := range ro.Slots {
		ids = append(append(ids, slot.Nodes...), slot.Delay)
	}
	var nodes []planner.Node
	for _, node := range ro.Nodes {
		if slices.Contains(ids, node.ID) {
			node.After, node.Settled = only(node.After, ids), only(node.Settled, ids)
			nodes = append(nodes, node)
		}
	}
	return nodes
}

func only(ids, of []planner.ID) []planner.ID {
	return slices.DeleteFunc(slices.Clone(ids), func(id planner.ID) bool { return !slices.Contains(of, id) })
}
