package reconciler

import (
	"context"
	"errors"

	"github.com/hashicorp/go-multierror"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// Reconcile observes, plans and executes, and again as [Executor.Converge]
// says.
func (x Executor) Reconcile(ctx context.Context, desired state.Desired, policy planner.UpPolicy) error {
	plan, err := x.Plan(ctx, desired, policy)
	if err != nil {
		return err
	}
	return x.Converge(ctx, plan, func(imagesFresh bool) (planner.Plan, error) {
		policy.ImagesFresh = imagesFresh
		return x.Plan(ctx, desired, policy)
	})
}

// Plan observes and plans.
func (x Executor) Plan(ctx context.Context, desired state.Desired, policy planner.UpPolicy) (planner.Plan, error) {
	observed, err := x.Engine.Observe(ctx, planner.Scope(desired))
	if err != nil {
		return planner.Plan{}, err
	}
	return planner.Up(desired, observed, policy)
}

// maxOvertaken is how often a run plans anew because the project moved under
// it: by a run on another machine, or by an engine that still finishes a call
// of a run that was killed.
const maxOvertaken = 3

// Converge executes a plan, and then the one that next makes: where the fate
// of containers depended on images that the plan brought (imagesFresh is true
// from then on), and where the plan was overtaken.
func (x Executor) Converge(ctx context.Context, plan planner.Plan, next func(imagesFresh bool) (planner.Plan, error)) error {
	imagesFresh, rounds := false, 0
	for {
		err := x.Execute(ctx, plan)
		switch {
		case err == nil && len(plan.Pending) > 0:
			imagesFresh = true
		case overtaken(err) && rounds < maxOvertaken:
			rounds++
		default:
			return err
		}
		if plan, err = next(imagesFresh); err != nil {
			return err
		}
	}
}

// overtaken is true for a run that failed only because the containers and
// networks that it planned for are not what they were: a name is taken, or one
// is gone.
func overtaken(err error) bool {
	var all *multierror.Error
	if !errors.As(err, &all) {
		return false
	}
	for _, err := range all.Errors {
		var node *NodeError
		if !errors.As(err, &node) || !node.overtaken() {
			return false
		}
	}
	return true
}

func (e *NodeError) overtaken() bool {
	switch e.Kind {
	case "CreateContainer", "CreateNetwork", "RenameContainer":
		return errors.Is(e.Err, engine.ErrConflict)
	}
	return e.Ref.Kind == state.KindContainer && errors.Is(e.Err, engine.ErrNotFound)
}
