package reconciler

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

const (
	// maxRounds is how often a run plans anew because the project moves under
	// it: other runs come to an end too.
	maxRounds = 20
	// maxRepeats is how often it does so when the same fails in the same way:
	// an engine that finishes a call of a run that was killed needs a moment,
	// and what lasts longer is an error.
	maxRepeats = 4

	firstRest   = 100 * time.Millisecond
	longestRest = time.Second
)

// Settle executes a plan, and the one that next makes whenever the project was
// moved under the last: by a run from elsewhere, by an engine that still
// finishes a call of a run that was killed, or because the engine went away and
// is back. The error is that of the last one, or an [engine.ErrUnavailable] of
// an engine that does not come back. An update whose failure action was taken
// for anything else ends it: it is for somebody to look at.
func (x Executor) Settle(ctx context.Context, plan planner.Plan, next func() (planner.Plan, error)) error {
	var before string
	repeats, rest := 0, firstRest
	for round := 0; ; round++ {
		absences := x.Engine.Absences()
		err := x.Execute(ctx, plan)
		if err == nil || x.ended(ctx) || errors.Is(err, ErrInterrupted) {
			return err
		}
		if gone := x.Engine.Reach(ctx); gone != nil {
			return gone // whatever failed, that is why
		}
		again := moved(err) || x.Engine.Absences() != absences && !errors.As(err, new(*RolloutError))
		if !again || round == maxRounds {
			return err
		}
		if text := err.Error(); text != before {
			before, repeats, rest = text, 0, firstRest
		}
		if repeats++; repeats > maxRepeats || !x.rest(ctx, rest) {
			return err
		}
		rest = min(2*rest, longestRest)
		if plan, err = next(); err != nil {
			return err
		}
	}
}

// bring executes a plan that brings images, and again when the engine went away
// and is back: what is here already costs nothing.
func (x Executor) bring(ctx context.Context, plan planner.Plan) error {
	return x.Settle(ctx, plan, func() (planner.Plan, error) { return plan, nil })
}

// rest lets others go on, not all for the same time. It is false when the run
// was ended meanwhile.
func (x Executor) rest(ctx context.Context, pause time.Duration) bool {
	pause = pause/2 + rand.N(pause)
	select {
	case <-time.After(pause):
		return true
	case <-x.Stop:
	case <-ctx.Done():
	}
	return false
}

func (x Executor) ended(ctx context.Context) bool {
	select {
	case <-x.Stop:
		return true
	case <-ctx.Done():
		return true
	default:
		return false
	}
}

// moved is true for a run that failed only because the project is not as it was
// planned for. An update that was rolled back is not made again, whatever was
// the cause.
func moved(err error) bool {
	var all *multierror.Error
	if !errors.As(err, &all) {
		return false
	}
	for _, err := range all.Errors {
		var node *NodeError
		if errors.As(err, &node) {
			if !node.moved() {
				return false
			}
			continue
		}
		var rollout *RolloutError
		if !errors.As(err, &rollout) || rollout.Outcome == RolledBack || rollout.Outcome == RollbackPaused {
			return false
		} // else it is a consequence
	}
	return true
}

// moved is true for what is not there any more, or in the way, or in use, and
// for a call that broke off. An image that a registry does not have is none of
// these, nor is what the plan knows to be held.
func (e *NodeError) moved() bool {
	switch {
	case errors.Is(e.Err, engine.ErrUnavailable):
		return true
	case e.Ref.Kind == state.KindImage, e.Held != "":
		return false
	default:
		return errors.Is(e.Err, engine.ErrConflict) || errors.Is(e.Err, engine.ErrNotFound)
	}
}
