package reconciler

import (
	"context"
	"fmt"
	"reflect"

	"github.com/stackctl/stack/event"
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
	return x.Converge(ctx, plan, func(only []string, imagesFresh bool) (planner.Plan, error) {
		policy := policy
		policy.Only, policy.ImagesFresh = only, imagesFresh
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

// Next plans again, for some of the services only (none is all). With
// imagesFresh what the run was to pull and build for them is here.
type Next func(only []string, imagesFresh bool) (planner.Plan, error)

// Converge executes a plan, and then those that next makes: for the services
// whose fate depended on images or providers, as soon as theirs are here and the
// rest of the plan is done, and again for what was overtaken. The images of
// pending services are brought beside the rest of the plan, within the limit of
// Parallel for all together. Plans that change more than images run one after
// the other, and next is called between them.
func (x Executor) Converge(ctx context.Context, plan planner.Plan, next Next) error {
	x.Events, x.slots = event.Serial(x.Events), x.newSlots()
	brought := make(chan bringing)
	for _, pending := range plan.Pending {
		go func() { brought <- bringing{pending, x.bring(ctx, plan.Part(pending.Images))} }()
	}
	var all failures
	failed := x.Settle(ctx, plan.Now(), func() (planner.Plan, error) {
		again, err := next(nil, false)
		return again.Now(), err
	})
	all.join(failed)
	for range plan.Pending {
		b := <-brought
		if b.err == nil && failed == nil {
			b.err = x.settleNext(ctx, func() (planner.Plan, error) { return next(b.pending.Services, true) })
		}
		all.join(b.err)
	}
	return all.err()
}

// bringing is how the images of pending services ended.
type bringing struct {
	pending planner.Pending
	err     error
}

// settleNext executes what next makes, and again while there are services that
// wait for what a provider gives that the plan before has run.
func (x Executor) settleNext(ctx context.Context, next func() (planner.Plan, error)) error {
	var before []planner.Pending
	for {
		plan, err := next()
		if err != nil {
			return err
		}
		if len(before) > 0 && reflect.DeepEqual(before, plan.Pending) {
			return fmt.Errorf("services %v wait for what nothing provides", plan.Pending[0].Services)
		}
		if err := x.Settle(ctx, plan, next); err != nil || len(plan.Pending) == 0 {
			return err
		}
		before = plan.Pending
	}
}
