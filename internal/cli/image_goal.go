package cli

import (
	"context"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// imageGoal is what a command wants that is about the images of services, and
// does not run any: their env files need not be there.
func (a *app) imageGoal(ctx context.Context, services []string, deps bool, contents project.Contents) (goal, error) {
	options := a.loadOptions()
	options.Services, options.NoDeps, options.NoEnvResolution = services, !deps, true
	t, err := a.loaded(ctx, options)
	if err != nil {
		return goal{}, err
	}
	desired, err := t.project.Desired(project.DesiredOptions{Contents: contents, Run: project.Run(ctx), Swarm: a.forSwarm(t)})
	if err != nil {
		return goal{}, err
	}
	t.warnings = t.project.Warnings
	return goal{target: t, desired: desired}, nil
}

// onImages plans what a command does with the images of a project, and does it.
func (a *app) onImages(ctx context.Context, g goal, quiet bool, plan func(state.Observed) (planner.Plan, error)) error {
	s, err := a.open(g.target)
	if err != nil {
		return err
	}
	defer s.close()
	s.hush(quiet)
	planned := func() (planner.Plan, error) {
		observed, err := s.observe(ctx, g.desired)
		if err != nil {
			return planner.Plan{}, err
		}
		return plan(observed)
	}
	p, err := planned()
	switch {
	case err != nil:
		return err
	case a.global.dryRun:
		return s.show(p)
	}
	return s.settle(a.interrupt.soft, p, planned)
}
