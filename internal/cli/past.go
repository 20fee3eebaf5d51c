package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// past is a revision to go back to, and the newest one.
type past struct {
	target, current history.Revision
}

// past finds the revision with a number; 0 is the last one before the current
// that succeeded.
func (s *session) past(name string, number int, services []string) (past, error) {
	revisions, skipped := s.history(name).List()
	for _, err := range skipped {
		s.app.warn([]string{err.Error() + ": it is left out"})
	}
	if len(revisions) == 0 {
		return past{}, noHistory(name)
	}
	p := past{current: revisions[0]}
	i := slices.IndexFunc(revisions, func(r history.Revision) bool { return r.Number == number })
	if number == 0 {
		i = 1 + slices.IndexFunc(revisions[1:], func(r history.Revision) bool { return r.Outcome == history.Succeeded && r.Wants() })
	}
	switch {
	case number == 0 && i == 0:
		return p, fmt.Errorf("there is no revision before %d that succeeded: see 'stack history'", p.current.Number)
	case i < 0:
		return p, unknownRevision(revisions, number)
	}
	p.target = revisions[i]
	if !p.target.Wants() {
		return p, fmt.Errorf("in revision %d nothing was wanted (stack %s): to take the project down, run 'stack down'", p.target.Number, p.target.Command)
	}
	if p.target.Outcome != history.Succeeded {
		s.app.warn([]string{fmt.Sprintf("revision %d did not succeed: %s", p.target.Number, p.target.Outcome)})
	}
	return p, p.checkServices(services)
}

func noHistory(name string) error {
	return fmt.Errorf("project %s has no history on this engine: it begins with the next 'stack up'", name)
}

func unknownRevision(revisions []history.Revision, number int) error {
	return fmt.Errorf("revision %d: %w: there are %d to %d", number, history.ErrNone, revisions[len(revisions)-1].Number, revisions[0].Number)
}

// checkServices makes sure that each of the services was wanted then.
func (p past) checkServices(names []string) error {
	for _, name := range names {
		switch {
		case wants(p.target.Desired, name):
		case wants(p.current.Desired, name):
			return fmt.Errorf("service %s was not in revision %d: to remove it, run 'stack down %s'", name, p.target.Number, name)
		default:
			return fmt.Errorf("no such service in revision %d: %s", p.target.Number, name)
		}
	}
	return nil
}

func wants(d state.Desired, service string) bool {
	return slices.ContainsFunc(d.Services, func(s state.Service) bool { return s.Name == service }) ||
		slices.ContainsFunc(d.Providers, func(p state.Provider) bool { return p.Name == service })
}

// desired is what the revision wanted, of all services or of those that are
// named.
func (p past) desired(ctx context.Context, s *session, today history.Today, services []string) (state.Desired, error) {
	desired, replaced, err := today.Restore(p.target, services)
	if err != nil {
		return desired, err
	}
	scope := state.Scope{Project: desired.Project.Name}
	bring := func(observed state.Observed) (state.Desired, []string, error) {
		return today.OnSwarm(desired, p.target, services, observed)
	}
	if s.engine.Services == nil {
		scope.Images = planner.Scope(desired).Images
		for _, id := range p.target.Images() {
			scope.Images = append(scope.Images, id)
		}
		bring = func(observed state.Observed) (state.Desired, []string, error) {
			return today.WithImages(desired, p.target, services, observed.Images)
		}
	}
	observed, err := s.engine.Observe(ctx, scope)
	if err != nil {
		return desired, err
	}
	desired, other, err := bring(observed)
	if err != nil {
		return desired, err
	}
	s.warnings = append(s.warnings, slices.Concat(replaced, other)...)
	if len(services) > 0 {
		desired = history.Part(p.current.Desired, desired, services)
	}
	return desired, nil
}

// today is the project as its files say now, with every profile: what a
// revision does not hold is taken from there. Without files there is nothing to
// take.
func (a *app) today(ctx context.Context, instead bool) (target, history.Today, error) {
	today := history.Today{Instead: instead, Read: project.ReadFile}
	options := a.loadOptions()
	options.Profiles = []string{"*"}
	t, err := a.loaded(ctx, options)
	if err != nil {
		named, nameless := a.named(ctx)
		if nameless != nil {
			return target{}, today, err
		}
		if !errors.Is(err, project.ErrNoFile) {
			a.warn([]string{fmt.Sprintf("nothing is taken from today's files: %v", err)})
		}
		named.project, named.warnings = nil, nil
		return named, today, nil
	}
	today.Desired, err = t.project.Desired(project.DesiredOptions{AllowMissingFiles: true, Run: project.Run(ctx), APISocket: a.apiSocket(t), Swarm: a.forSwarm(t)})
	if err != nil {
		a.warn([]string{fmt.Sprintf("nothing but variables is taken from today's files: %v", err)})
	}
	today.Secrets = secretValues(t)
	t.warnings = nil
	return t, today, nil
}
