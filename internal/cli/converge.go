package cli

import (
	"context"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// convergence is the way from what is observed to what is desired.
type convergence struct {
	*session
	desired state.Desired
	policy  planner.UpPolicy
	yes     bool // every consent is given
	unlock  func()
	preview bool // the plan is only shown
}

// step is one plan, and what it was made from.
type step struct {
	observed state.Observed
	plan     planner.Plan
}

func (c *convergence) plan(ctx context.Context) (step, error) {
	observed, err := c.observe(ctx, c.desired)
	if err != nil {
		return step{}, err
	}
	plan, err := planner.Up(c.desired, observed, c.policy)
	return step{observed, plan}, err
}

// run executes a prepared step, and what has to follow it. After that other
// runs may go on.
func (c *convergence) run(stop context.Context, first step) error {
	defer c.unlock()
	p := c.progress(first.plan)
	c.journal.planned(first)
	err := c.executor(stop, p).Converge(c.app.interrupt.hard, first.plan, func(only []string, imagesFresh bool) (planner.Plan, error) {
		c.policy.Only, c.policy.ImagesFresh = only, imagesFresh
		next, err := c.plan(stop)
		if err == nil {
			c.journal.planned(next)
			c.next(p, next.plan)
		}
		return next.plan, err
	})
	c.record(p.Event, err)
	return c.finish(p, err)
}
