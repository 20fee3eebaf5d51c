package reconciler

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
)

// undoTimeout bounds each call that is made after a failure or an interrupt.
const undoTimeout = time.Minute

// undoThenFinish undoes what a node did that failed or was cut off, beside what
// else goes on. What depends on the node ends after that.
func (r *run) undoThenFinish(node planner.Node, err error, canceled bool) {
	var undo []planner.Operation
	if r.ctx.Err() == nil {
		undo = node.OnFailure
		if canceled {
			undo = besides(undo, node.OnCancel)
		}
	}
	r.ended.Go(func() {
		r.undo(node, undo)
		r.results <- result{id: node.ID, err: err, undone: true}
	})
}

// besides adds operations to others that are not among them yet.
func besides(undo, more []planner.Operation) []planner.Operation {
	all := slices.Clone(undo)
	for _, op := range more {
		if !slices.ContainsFunc(undo, func(o planner.Operation) bool { return reflect.DeepEqual(o, op) }) {
			all = append(all, op)
		}
	}
	return all
}

// undo runs the compensation of a node that failed or was cut off. What it
// cannot undo, the next run finds and mends. It takes nothing away then: what
// was to come back may be gone, and what is there is all that is left.
func (r *run) undo(node planner.Node, undo []planner.Operation) {
	undone := true
	for _, op := range undo {
		if r.unreachable.Load() {
			return // what failed says it already
		}
		if takesAway(op) && !undone {
			continue
		}
		undone = r.undoOne(node, op) && undone
	}
}

func takesAway(op planner.Operation) bool {
	switch op.(type) {
	case planner.StopContainer, planner.RemoveContainer:
		return true
	}
	return false
}

func (r *run) undoOne(node planner.Node, op planner.Operation) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), undoTimeout)
	defer cancel()
	e := about(planner.Node{ID: node.ID, Ref: node.Ref, Op: op}, event.Undone)
	err := r.call(ctx, node, op)
	if errors.Is(err, engine.ErrUnavailable) {
		r.unreachable.Store(true)
		return false
	}
	if err != nil {
		e.Phase, e.Error = event.Warning, err.Error()
		e.Detail = "could not undo: " + err.Error()
	}
	r.emit(e)
	return err == nil
}

// undoDropped does what is to be done for the nodes whose turn had come when
// the run was interrupted, when all that was at work then has ended.
func (r *run) undoDropped() {
	for _, node := range r.dropped {
		if r.ctx.Err() == nil && r.schedule.reached(node) {
			r.undo(node, node.OnCancel)
		}
	}
}
