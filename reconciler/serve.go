package reconciler

import (
	"context"
	"errors"
	"fmt"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/planner"
)

// serve makes the calls that a Swarm has and a plain engine has not.
func (r *run) serve(ctx context.Context, node planner.Node, operation planner.Operation) error {
	x := r.Engine.Services
	if x == nil {
		return errNoSwarm
	}
	switch op := operation.(type) {
	case planner.CreateService:
		id, err := x.CreateService(ctx, op.Spec, r.progress(node))
		r.names.put(op.Spec.Spec.Name, id)
		r.written.note(op.Spec.Spec.Name, writing{})
		return err
	case planner.UpdateService:
		r.written.note(op.Service.Name, writing{over: op.Version, rollback: op.Spec.Rollback})
		err := x.UpdateService(ctx, op.Service.Key(), op.Version, op.Spec, r.progress(node))
		if errors.Is(err, engine.ErrUnchanged) {
			r.written.forget(op.Service.Name)
			return nil
		}
		return err
	case planner.RemoveService:
		return orAbsent(x.RemoveService(ctx, op.Service.Key()))
	case planner.CreateInput:
		return x.CreateInput(ctx, op.Spec)
	case planner.RemoveInput:
		return orAbsent(x.RemoveInput(ctx, op.Input.Kind, op.Input.ID))
	default:
		return fmt.Errorf("operation %s is not known to the executor", operation.Kind())
	}
}

// orAbsent is the error of removing something. What is gone is removed.
func orAbsent(err error) error {
	if errors.Is(err, engine.ErrNotFound) {
		return nil
	}
	return err
}
