package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/internal/nodes"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

func (a *app) topCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "top [SERVICES...]",
		Short: "List the processes of the project's containers",
		Long: `List the processes of the project's containers that run, as ps on the engine's
machine sees them: the PIDs are that machine's. A container of 'run' has no
number.

With -p NAME alone no compose file is needed.`,
		Example: `  stack top
  stack top web`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			return a.top(cmd.Context(), services)
		},
	}
}

func (a *app) top(ctx context.Context, services []string) error {
	v, err := a.view(ctx, containersOnly, services)
	if err != nil {
		return err
	}
	defer v.close()
	running := slices.DeleteFunc(v.listed(services), func(c state.Container) bool { return !c.Running() })
	found := make([]*render.ContainerProcesses, len(running))
	unseen := make([]string, len(running))
	asked, ctx := errgroup.WithContext(ctx)
	for i, c := range running {
		asked.Go(func() error {
			p, err := v.engine.Processes(ctx, c.ID)
			if elsewhere := (*nodes.ElsewhereError)(nil); errors.As(err, &elsewhere) {
				unseen[i] = elsewhere.Error()
				return nil
			}
			if errors.Is(err, engine.ErrConflict) || errors.Is(err, engine.ErrNotFound) {
				return nil // it has ended meanwhile
			}
			found[i] = &render.ContainerProcesses{Container: c, Processes: p}
			return err
		})
	}
	if err := asked.Wait(); err != nil {
		return err
	}
	var all []render.ContainerProcesses
	for _, p := range found {
		if p != nil {
			all = append(all, *p)
		}
	}
	a.warn(slices.DeleteFunc(unseen, func(text string) bool { return text == "" }))
	return render.Processes(a.process.Out, all)
}

// listed are the containers of the named services, or of all; replicas come
// before those of 'run'.
func (v *view) listed(services []string) []state.Container {
	found := slices.DeleteFunc(slices.Clone(v.observed.Containers), func(c state.Container) bool {
		return c.IsHook() || len(services) > 0 && !slices.Contains(services, c.Service)
	})
	oneOff := map[bool]int{true: 1}
	slices.SortStableFunc(found, func(a, b state.Container) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(oneOff[a.OneOff], oneOff[b.OneOff]))
	})
	return found
}
