package cli

import (
	"context"
	"fmt"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// action is a command that does something with what the engine holds of a
// project: it is planned from what is observed, and shown or carried out. The
// engine's labels are enough for it.
type action struct {
	services []string // that were named
	plan     func(target, state.Desired, state.Observed) (planner.Plan, error)
	// nothing is what is said where there is nothing to do; nil, or empty, is no
	// word.
	nothing func(target) string
	// approve asks whether to carry the plan out; nil does not ask.
	approve func(context.Context, *session, planner.Plan) (bool, error)
	// journal is for one that is a revision of the project; nil is for one that
	// leaves what is wanted as it is.
	journal func(*session, target, state.Desired)
	// starts is true for one that starts containers: it runs their hooks.
	starts bool
	// exists is true for one that is an error where nothing has the project's name.
	exists bool
	// models is true for one that looks at all that the model names, and not only
	// at what has the project's label.
	models bool
}

// act carries an action out, as the only run that changes the project.
func (a *app) act(ctx context.Context, what action) error {
	t, err := a.named(ctx)
	if err != nil {
		return err
	}
	desired := a.identity(t)
	if what.starts && hasHooks(desired) {
		if t, desired, err = a.withHooks(ctx, what.services); err != nil {
			return err
		}
	}
	s, err := a.open(t)
	if err != nil {
		return err
	}
	defer s.close()
	if !a.global.dryRun {
		unlock, err := s.lock(a.interrupt.soft, t.name)
		if err != nil {
			return err
		}
		defer unlock()
	}
	return s.carryOut(ctx, t, desired, what)
}

// carryOut plans an action, and shows the plan or runs it.
func (s *session) carryOut(ctx context.Context, t target, desired state.Desired, what action) error {
	first, err := s.planAction(ctx, t, desired, what)
	if err != nil {
		return err
	}
	if s.app.global.dryRun {
		return s.show(first.plan)
	}
	if what.journal != nil {
		what.journal(s, t, desired)
		s.journal.planned(first)
	}
	if first.plan.Empty() && !changes(first.plan) {
		s.nothingToDo(t, what)
		return nil
	}
	if what.approve != nil {
		if yes, err := what.approve(ctx, s, first.plan); !yes || err != nil {
			return err
		}
	}
	return s.settle(s.app.interrupt.soft, first.plan, func() (planner.Plan, error) {
		next, err := s.planAction(s.app.interrupt.soft, t, desired, what)
		s.journal.planned(next)
		return next.plan, err
	})
}

// planAction plans an action for what there is now.
func (s *session) planAction(ctx context.Context, t target, desired state.Desired, what action) (step, error) {
	scope := state.Scope{Project: t.name}
	if what.models {
		scope = planner.Scope(desired)
	}
	observed, err := s.engine.Observe(ctx, scope)
	if err != nil {
		return step{}, err
	}
	if what.exists && t.project == nil && len(observed.Containers)+len(observed.Cluster.Services) == 0 {
		return step{}, fmt.Errorf("no container found for project %q: not found", t.name)
	}
	if err := t.checkFound(what.services, observed); err != nil {
		return step{}, err
	}
	plan, err := what.plan(t, desired, observed)
	return step{observed, plan}, err
}

// nothingToDo says so, and shows what is as it should be.
func (s *session) nothingToDo(t target, what action) {
	if what.nothing != nil {
		s.app.say("", what.nothing(t))
	}
	s.record(func(e event.Event) { s.app.warn([]string{e.Detail}) }, nil)
}

// changes is true for a plan that has something to tell.
func changes(plan planner.Plan) bool { return len(plan.Changes)+len(plan.Warnings) > 0 }

// hasHooks is true for a project that runs containers before it starts others:
// they need all that the files say.
func hasHooks(desired state.Desired) bool {
	for _, s := range desired.Services {
		if len(s.PreStart) > 0 {
			return true
		}
	}
	return false
}

// withHooks is the project with what the containers of hooks need: those of all
// services, or, where others lack something, of the named ones and of what they
// depend on.
func (a *app) withHooks(ctx context.Context, services []string) (target, state.Desired, error) {
	options := a.loadOptions()
	t, err := a.loaded(ctx, options)
	if err != nil && len(services) > 0 {
		options.Services = services
		t, err = a.loaded(ctx, options)
	}
	if err != nil {
		return t, state.Desired{}, err
	}
	desired, err := t.project.Desired(project.DesiredOptions{AllowMissingFiles: a.global.dryRun, Run: project.Run(ctx), APISocket: a.apiSocket(t), Swarm: a.forSwarm(t)})
	return t, desired, err
}
