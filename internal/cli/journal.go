package cli

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// recordWithin bounds the look at what a run has left.
const recordWithin = 10 * time.Second

// journal writes the revision of one run.
type journal struct {
	store   *history.Store
	command string
	desired state.Desired // the run's
	// wanted is the whole project as it is wanted after the run; nil is what the
	// run wants, and what it was not about.
	wanted  func(before state.Desired) state.Desired
	secrets []string // values that must not be written

	first   step // what the run began with
	changes []planner.Change
	idle    bool // no plan did anything
	// specs are what services of a Swarm were to become, by their keys.
	specs map[string]swarm.ServiceSpec
}

// keepJournal writes down what a command that changes the project does.
func (s *session) keepJournal(command string, t target, desired state.Desired) *journal {
	s.journal = &journal{
		store: s.history(t.name), command: command, desired: desired, secrets: secretValues(t), idle: true,
	}
	return s.journal
}

// keepJournalOfDown does so for a down of services; none is all.
func (s *session) keepJournalOfDown(t target, desired state.Desired, services []string) {
	s.keepJournal("down", t, desired).wanted = func(before state.Desired) state.Desired {
		left := history.Without(before, services)
		if left.Project.Name == "" { // nothing was recorded before
			left.Project = desired.Project
		}
		return left
	}
}

// history are the revisions of a project on the session's engine.
func (s *session) history(project string) *history.Store {
	return history.In(filepath.Join(s.app.stateFolder(), "history", s.key(project)))
}

// secretValues are those of the project's variables whose names say so.
func secretValues(t target) []string {
	if t.project == nil {
		return nil
	}
	var values []string
	for name, value := range t.project.Model.Environment {
		if state.MayBeSecret(name) {
			values = append(values, value)
		}
	}
	slices.Sort(values)
	return values
}

// planned notes a plan that the run carries out.
func (j *journal) planned(s step) {
	if j == nil {
		return
	}
	if j.first.plan.Project == "" {
		j.first = s
	}
	j.idle = j.idle && s.plan.Empty()
	j.noteSpecs(s.plan)
	for _, change := range s.plan.Changes {
		if change.Action == planner.NoOp {
			continue
		}
		j.changes = slices.DeleteFunc(j.changes, func(c planner.Change) bool { return c.Ref == change.Ref && c.Name == change.Name })
		j.changes = append(j.changes, change)
	}
}

// record writes the revision of a run that has ended. That it cannot be written
// is a warning.
func (s *session) record(events event.Sink, failed error) {
	if s.journal == nil {
		return
	}
	if err := s.write(failed); err != nil {
		detail := "this run is not in the history, and cannot be gone back to: " + err.Error()
		events(event.Event{Phase: event.Warning, Time: time.Now(), Detail: detail})
	}
}

// write writes the revision, unless nothing was done and nothing else is wanted
// than before.
func (s *session) write(failed error) error {
	j := s.journal
	before, any, err := j.store.Head()
	if err != nil {
		return err
	}
	desired, err := j.whole(before, any)
	if err != nil {
		return err
	}
	if j.idle && failed == nil {
		wanted, err := history.Fingerprint(desired, j.secrets)
		if err != nil || any && wanted == before.Fingerprint || !any && len(desired.Services)+len(desired.Providers) == 0 {
			return err
		}
	}
	left := s.left(j)
	var services []state.ObservedService
	if s.engine.Services != nil {
		if services, err = j.services(left.Services, desired); err != nil {
			return err
		}
	}
	r := history.Revision{
		At: time.Now().UTC(), By: s.app.process.user() + "@" + hostName(), Command: j.command, Version: s.app.process.Version,
		Outcome: outcomeOf(failed), Changes: j.changes, Desired: desired, Applied: applied(left), Services: services,
	}
	r.Error, r.Causes = inShort(failed)
	_, err = j.store.Add(r, j.secrets)
	return err
}

// whole is the project as it is wanted after the run.
func (j *journal) whole(before history.Head, any bool) (state.Desired, error) {
	if j.wanted == nil && (!any || history.Covers(before, j.desired)) {
		return j.desired, nil
	}
	last, _, err := j.store.Last()
	if j.wanted == nil {
		return history.Wanted(last.Desired, j.desired), err
	}
	return j.wanted(last.Desired), err
}

// left is the project as the run has left it: as the run found it, if it did
// nothing. Where the engine does not say, it is not known.
func (s *session) left(j *journal) state.Observed {
	if j.idle {
		return j.first.observed
	}
	ctx, cancel := context.WithTimeout(context.Background(), recordWithin)
	defer cancel()
	observed, err := s.engine.Observe(ctx, state.Scope{Project: j.desired.Project.Name})
	if err != nil {
		return state.Observed{}
	}
	return observed
}

// applied are the project's containers.
func applied(observed state.Observed) []state.Container {
	var all []state.Container
	for _, c := range observed.Containers {
		if !c.OneOff && !c.IsHook() {
			all = append(all, steady(c))
		}
	}
	return all
}

// outcomeOf is how a run ended that returned an error, or none.
func outcomeOf(err error) history.Outcome {
	switch {
	case err == nil:
		return history.Succeeded
	case errors.Is(err, reconciler.ErrInterrupted), errors.Is(err, errInterrupted), errors.Is(err, context.Canceled):
		return history.Interrupted
	case slices.ContainsFunc(causes(err), rolledBack):
		return history.RolledBack
	}
	return history.Failed
}

func rolledBack(err error) bool {
	var update *reconciler.RolloutError
	return errors.As(err, &update) && update.Outcome == reconciler.RolledBack
}
