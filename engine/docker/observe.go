package docker

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/client"
	"golang.org/x/sync/errgroup"

	"github.com/stackctl/stack/state"
)

// maxInspects is how many inspects of one snapshot run at once: more would
// queue in the engine.
const maxInspects = 16

type observer struct{ *daemon }

// Info returns the engine's version.
func (o observer) Info(ctx context.Context) (state.EngineInfo, error) { return o.info(ctx) }

// Observe takes one snapshot: everything is listed at once, and then inspected
// at once.
func (o observer) Observe(ctx context.Context, scope state.Scope) (state.Observed, error) {
	api, err := o.reach(ctx)
	if err != nil {
		return state.Observed{}, err
	}
	var observed state.Observed
	var used map[string]state.Image
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() (err error) { observed.Engine, err = o.info(ctx); return err })
	all.Go(func() (err error) {
		if observed.Containers, err = o.containers(ctx, api, scope); err != nil {
			return err
		}
		used, err = o.images(ctx, api, scope.ImagesOf(observed.Containers))
		return err
	})
	all.Go(func() (err error) { observed.Networks, err = o.networks(ctx, api, scope); return err })
	all.Go(func() (err error) { observed.Volumes, err = o.volumes(ctx, api, scope); return err })
	all.Go(func() (err error) { observed.Images, err = o.images(ctx, api, scope.Images); return err })
	if err := all.Wait(); err != nil {
		return state.Observed{}, err
	}
	maps.Copy(observed.Images, used)
	return observed, nil
}

// InspectContainer describes one container.
func (o observer) InspectContainer(ctx context.Context, name string) (state.Container, error) {
	api, err := o.reach(ctx)
	if err != nil {
		return state.Container{}, err
	}
	found, err := api.ContainerInspect(ctx, name)
	if err != nil {
		return state.Container{}, o.translate(err, "container %s", short(name))
	}
	return describeContainer(found), nil
}

func (o observer) containers(ctx context.Context, api *client.Client, scope state.Scope) ([]state.Container, error) {
	list, err := api.ContainerList(ctx, container.ListOptions{All: true, Filters: ofProject(scope.Project)})
	if err != nil {
		return nil, o.translate(err, "list containers of %s", scope.Project)
	}
	list = slices.DeleteFunc(list, func(c container.Summary) bool { return !scope.Shows(c.Labels[state.LabelService]) })
	found, err := gather(ctx, list, func(ctx context.Context, c container.Summary) (state.Container, error) {
		details, err := api.ContainerInspect(ctx, c.ID)
		return describeContainer(details), err
	})
	if err != nil {
		return nil, o.translate(err, "containers of %s", scope.Project)
	}
	slices.SortFunc(found, func(a, b state.Container) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Name, b.Name))
	})
	return found, nil
}

func ofProject(project string) filters.Args {
	return filters.NewArgs(filters.Arg("label", state.LabelProject+"="+project))
}

// gather asks about each item, several at once, and leaves out those that are
// not there (any more).
func gather[In, Out any](ctx context.Context, items []In, ask func(context.Context, In) (Out, error)) ([]Out, error) {
	answers := make([]*Out, len(items))
	some, ctx := errgroup.WithContext(ctx)
	some.SetLimit(maxInspects)
	for i, item := range items {
		some.Go(func() error {
			answer, err := ask(ctx, item)
			if absent(err) {
				return nil
			}
			answers[i] = &answer
			return err
		})
	}
	if err := some.Wait(); err != nil {
		return nil, err
	}
	var present []Out
	for _, answer := range answers {
		if answer != nil {
			present = append(present, *answer)
		}
	}
	return present, nil
}
