package cli

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/internal/watch"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// Rebuild builds the images of services, and replaces their containers where
// that made another image.
func (w *watching) Rebuild(ctx context.Context, services []string) error {
	desired := w.goal.desired
	desired.Services = slices.Clone(desired.Services)
	var images []string
	for i, s := range desired.Services {
		if slices.Contains(services, s.Name) {
			desired.Services[i].PullPolicy = types.PullPolicyBuild
			images = append(images, s.Image())
		}
	}
	policy := w.goal.policy
	policy.Selected, policy.Only, policy.NoBuild, policy.Pull = services, services, false, ""
	policy.Now = time.Now().UTC()
	before := w.images(ctx, images)
	if err := w.apply(ctx, desired, policy); err != nil {
		return err
	}
	if w.prune {
		w.removeDangling(ctx, before)
	}
	return nil
}

// Restart restarts services, and what has to restart with them.
func (w *watching) Restart(ctx context.Context, services []string) error {
	w.setBusy(true)
	defer w.setBusy(false)
	unlock, err := w.session.lock(ctx, w.goal.name)
	if err != nil {
		return err
	}
	defer unlock()
	w.session.journal = nil // what is wanted stays as it is
	next := func() (planner.Plan, error) {
		observed, err := w.session.observe(ctx, w.goal.desired)
		if err != nil {
			return planner.Plan{}, err
		}
		policy := planner.RestartPolicy{Services: services, Timeout: w.goal.policy.StopTimeout, Now: time.Now().UTC()}
		return planner.Restart(w.goal.desired, observed, policy)
	}
	plan, err := next()
	if err != nil {
		return err
	}
	return w.session.settle(ctx, plan, next)
}

// Reload loads the project again. Applied, it is brought up.
func (w *watching) Reload(ctx context.Context) (watch.Setup, func(context.Context) error, error) {
	known := watch.Setup{Sources: project.SourceFiles(ctx, w.app.loadOptions())}
	g, err := w.app.goal(ctx, w.plan, w.services)
	if err != nil {
		return known, nil, err
	}
	if g.name != w.goal.name {
		return known, nil, errors.New("the project has another name now: watch it anew")
	}
	setup, warnings, err := w.app.watchSetup(ctx, g)
	if err != nil {
		return known, nil, err
	}
	return setup, func(ctx context.Context) error {
		w.session.warnings = append(slices.Clip(g.warnings), warnings...)
		defer func() { w.session.warnings = nil }()
		if err := w.apply(ctx, g.desired, g.policy); err != nil {
			return err
		}
		w.goal = g
		return nil
	}, nil
}

// apply makes the engine hold what is desired.
func (w *watching) apply(ctx context.Context, desired state.Desired, policy planner.UpPolicy) error {
	w.setBusy(true)
	defer w.setBusy(false)
	w.session.keepJournal("watch", w.goal.target, desired)
	return w.session.converge(ctx, &convergence{desired: desired, policy: policy, yes: w.yes})
}

// images are the ids of what images there are.
func (w *watching) images(ctx context.Context, names []string) []string {
	observed, err := w.session.engine.Observe(ctx, state.Scope{Project: w.goal.name, Images: names})
	if err != nil {
		return nil
	}
	var ids []string
	for _, image := range observed.Images {
		ids = append(ids, image.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// removeDangling removes the images that have no name any more.
func (w *watching) removeDangling(ctx context.Context, ids []string) {
	observed, err := w.session.engine.Observe(ctx, state.Scope{Project: w.goal.name, Images: ids})
	if err != nil {
		return
	}
	for _, id := range ids {
		image, there := observed.Images[id]
		if !there || len(image.Tags) > 0 {
			continue
		}
		err := w.session.engine.RemoveImage(ctx, id)
		if err != nil && !errors.Is(err, engine.ErrConflict) && ctx.Err() == nil { // somebody's container uses it
			w.Warn("the image that was replaced stays: " + err.Error())
		}
	}
}
