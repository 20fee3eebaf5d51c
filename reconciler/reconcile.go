package reconciler

import (
	"context"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// Reconcile observes, plans and executes once, and once more where the fate of
// containers depended on images that the first plan brought.
func (x Executor) Reconcile(ctx context.Context, desired state.Desired, policy planner.UpPolicy) error {
	for {
		plan, err := x.Plan(ctx, desired, policy)
		if err != nil {
			return err
		}
		if err := x.Execute(ctx, plan); err != nil {
			return err
		}
		if len(plan.Pending) == 0 {
			return nil
		}
		policy.ImagesFresh = true
	}
}

// Plan observes and plans.
func (x Executor) Plan(ctx context.Context, desired state.Desired, policy planner.UpPolicy) (planner.Plan, error) {
	observed, err := x.Engine.Observe(ctx, planner.Scope(desired))
	if err != nil {
		return planner.Plan{}, err
	}
	return planner.Up(desired, observed, policy)
}
