package cli

import (
	"context"

	"github.com/stackctl/stack/state"
)

// view is a project as a command that only reads finds it. It is to be closed.
type view struct {
	*session
	target   target
	observed state.Observed
}

// containersOnly is the scope of commands that look at containers.
var containersOnly = state.Scope{ContainersOnly: true}

// view observes the project as far as the scope goes, and of containers those of
// the services that are named, if there are any. Naming one that the project does
// not have is an error.
func (a *app) view(ctx context.Context, scope state.Scope, services []string) (*view, error) {
	v, err := a.glance(ctx, scope, services)
	if err == nil && v.target.project == nil {
		err = v.checkServices(ctx, services)
	}
	if err != nil && v != nil {
		v.close()
		v = nil
	}
	return v, err
}

// glance is view for commands with which scripts ask whether there is something:
// a service that the engine's labels do not tell of may have none.
func (a *app) glance(ctx context.Context, scope state.Scope, services []string) (*view, error) {
	t, err := a.named(ctx)
	if err != nil {
		return nil, err
	}
	s, err := a.open(t)
	if err != nil {
		return nil, err
	}
	a.warn(t.warnings)
	v := &view{session: s, target: t}
	scope.Project = t.name
	if len(services) > 0 {
		scope.Services = services
	}
	if v.observed, err = s.engine.Observe(ctx, scope); err == nil && t.project != nil {
		err = v.checkServices(ctx, services)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return v, nil
}

// checkServices makes sure that each of the names is a service. By the engine's
// labels alone, the project's other containers tell that one is not.
func (v *view) checkServices(ctx context.Context, names []string) error {
	found := v.observed
	if v.target.project == nil && len(names) > 0 {
		var err error
		if found, err = v.engine.Observe(ctx, state.Scope{Project: v.target.name, ContainersOnly: true}); err != nil {
			return err
		}
	}
	return v.target.checkFound(names, found)
}
