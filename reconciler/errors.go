package reconciler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// ErrInterrupted is a run that was stopped before it had done all.
var ErrInterrupted = errors.New("interrupted")

// NodeError is the failure of one node.
type NodeError struct {
	Node planner.ID
	Ref  state.Ref
	Name string // in the engine
	Kind string // of the operation
	Held string // by what is not the project's, if the plan knows so
	// Condition is what was waited for; empty for what is no wait.
	Condition state.Condition
	// Cause is where the file has what failed; the zero value is nowhere.
	Cause planner.Written
	Err   error
}

// Error names the resource, says what went wrong, and where in the file it
// comes from.
func (e *NodeError) Error() string {
	text := e.Err.Error()
	if !strings.Contains(text, e.Name) {
		text = fmt.Sprintf("%s %s: %s", e.Ref.Kind, e.Name, text)
	}
	cause := e.Cause.String()
	if cause == "" {
		return text
	}
	first, rest, more := strings.Cut(text, "\n")
	if more {
		rest = "\n" + rest
	}
	return fmt.Sprintf("%s (%s)%s", first, cause, rest)
}

// Unwrap returns the engine's error.
func (e *NodeError) Unwrap() error { return e.Err }

// failures joins the root causes of a run that failed.
type failures struct{ errs *multierror.Error }

// add takes a failure. That the engine went away is said once, and so is why
// something did not become what several waited for.
func (f *failures) add(err error) {
	away := func(err error) bool { return errors.Is(err, engine.ErrUnavailable) }
	if f.errs != nil && away(err) && slices.ContainsFunc(f.errs.Errors, away) {
		return
	}
	if said := f.wait(err); said != nil {
		if tellsMore(err, *said) {
			*said = err
		}
		return
	}
	f.errs = multierror.Append(f.errs, err)
	f.errs.ErrorFormat = func(errs []error) string {
		lines := make([]string, len(errs))
		for i, err := range errs {
			lines[i] = err.Error()
		}
		return strings.Join(lines, "\n")
	}
}

// wait is the failure of another wait for what err is a wait for, if there is
// one.
func (f *failures) wait(err error) *error {
	var one, other *NodeError
	if f.errs == nil || !errors.As(err, &one) || one.Condition == "" {
		return nil
	}
	for i, before := range f.errs.Errors {
		if errors.As(before, &other) && other.Condition != "" && other.Kind == one.Kind && other.Name == one.Name {
			return &f.errs.Errors[i]
		}
	}
	return nil
}

// tellsMore is true for the wait of a dependent on a container, whose sentence
// scripts look for, and for that on a service which knows that its update has
// ended.
func tellsMore(err, said error) bool {
	if rollout := new(RolloutError); errors.As(err, &rollout) || errors.As(said, &rollout) {
		return !errors.As(said, &rollout)
	}
	var one, other *NodeError
	return errors.As(err, &one) && errors.As(said, &other) && other.Condition == state.Ready && one.Condition != state.Ready
}

// join adds the root causes of another run of the same command.
func (f *failures) join(err error) {
	var several *multierror.Error
	if !errors.As(err, &several) {
		several = &multierror.Error{Errors: []error{err}}
	}
	for _, one := range several.Errors {
		said := f.errs != nil && slices.Contains(f.errs.Errors, ErrInterrupted)
		if one == nil || said && errors.Is(one, ErrInterrupted) {
			continue
		}
		f.add(one)
	}
}

func (f *failures) err() error { return f.errs.ErrorOrNil() }

func isCancel(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// WaitError is a container that did not become what was waited for.
type WaitError struct {
	Text   string
	Probes []state.Probe // the engine's last runs of its healthcheck
	Logs   []string      // the container's last lines
	Err    error
}

// Error says what happened, then the last probes and log lines.
func (e *WaitError) Error() string {
	var b strings.Builder
	b.WriteString(e.Text)
	for _, p := range e.Probes {
		fmt.Fprintf(&b, "\n  healthcheck: exit %d: %s", p.ExitCode, strings.TrimSpace(p.Output))
	}
	if len(e.Logs) > 0 {
		b.WriteString("\n  its last log lines:")
	}
	for _, line := range e.Logs {
		b.WriteString("\n    " + line)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *WaitError) Unwrap() error { return e.Err }
