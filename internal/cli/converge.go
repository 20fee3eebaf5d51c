package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

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

// prepare plans, and asks for the consents that the plan needs.
func (c *convergence) prepare(ctx context.Context) (step, error) {
	s, err := c.plan(ctx)
	if err != nil || len(s.plan.Consents) == 0 {
		return s, err
	}
	var given []string
	for _, consent := range s.plan.Consents {
		ok, err := c.ask(ctx, consent)
		if err != nil {
			return step{}, err
		}
		if ok {
			given = append(given, consent.Name)
		}
	}
	if len(given) == 0 {
		return s, nil
	}
	c.policy.Consents = append(c.policy.Consents, given...)
	return c.plan(ctx)
}

// ask asks a person for one consent. Without a terminal it is an error: what
// would be lost must not depend on who happens to look.
func (c *convergence) ask(ctx context.Context, consent planner.Consent) (bool, error) {
	switch {
	case c.yes:
		return true, nil
	case c.preview:
		return false, nil
	case !isTerminal(c.app.process.In):
		return false, &consentError{consent}
	}
	var question strings.Builder
	fmt.Fprintf(&question, "%s\n", consent.Text)
	for _, reason := range consent.Reasons {
		fmt.Fprintf(&question, "    %s\n", reason)
	}
	question.WriteString("Do it? [y/N] ")
	if _, err := io.WriteString(c.app.process.Err, question.String()); err != nil {
		return false, err
	}
	return readYes(ctx, c.app.process.In)
}

// readYes reads one answer. An interrupt does not wait for it.
func readYes(ctx context.Context, in io.Reader) (bool, error) {
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n')
		answer <- line
	}()
	select {
	case line := <-answer:
		return truth(strings.TrimSpace(line)), nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// consentError is a consent that nobody is there to give.
type consentError struct{ consent planner.Consent }

func (e *consentError) Error() string {
	var b strings.Builder
	b.WriteString(e.consent.Text)
	for _, reason := range e.consent.Reasons {
		b.WriteString("\n    " + reason.String())
	}
	b.WriteString("\nNothing was changed. To let it happen, run again with --yes")
	return b.String()
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
			p.Next(next.plan)
		}
		return next.plan, err
	})
	c.record(p.Event, err)
	return c.finish(p, err)
}
