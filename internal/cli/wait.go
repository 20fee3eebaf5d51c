package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/ends"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func (a *app) waitCommand() *cobra.Command {
	var down bool
	cmd := &cobra.Command{
		Use:   "wait SERVICE [SERVICE...] [OPTIONS]",
		Short: "Wait until the containers of services have stopped",
		Long: `Wait until every container of the named services has stopped, one-off
containers of 'run' that run too, and print what each exited with. One that has
stopped already counts, whichever way it did; one that the engine starts again
has not stopped. The exit code is that of the first container that did not exit
with 0.

With --down-project the first end is enough: its code is the exit code, and the
project is taken down. With -p NAME alone no compose file is needed.`,
		Example: `  stack wait migrate
  stack up -d && stack wait --down-project tests`,
		ValidArgsFunction: a.completeServices,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("requires at least 1 argument: say which service to wait for")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, services []string) error {
			return a.wait(cmd.Context(), services, down)
		},
	}
	cmd.Flags().BoolVar(&down, "down-project", false, "Wait for the first end only, and take the project down then")
	return cmd
}

func (a *app) wait(ctx context.Context, services []string, down bool) error {
	code, err := a.waitForEnds(ctx, services, down)
	if err != nil {
		return err
	}
	if down {
		err = a.act(ctx, action{
			models: true,
			plan: func(_ target, desired state.Desired, observed state.Observed) (planner.Plan, error) {
				return planner.Down(desired, observed, planner.DownPolicy{RemoveOrphans: true})
			},
			journal: func(s *session, t target, desired state.Desired) { s.keepJournalOfDown(t, desired, nil) },
		})
	}
	if err == nil && code != 0 {
		return &exitError{code: code}
	}
	return err
}

// waitForEnds waits for the end of all containers of services, or of one, and
// returns the code to exit with.
func (a *app) waitForEnds(ctx context.Context, services []string, one bool) (code int, err error) {
	v, err := a.view(ctx, containersOnly, services)
	if err != nil {
		return 0, err
	}
	defer v.close()
	var waited []state.Container
	for _, c := range v.observed.Containers {
		ended := c.OneOff && !c.Running()
		if slices.Contains(services, c.Service) && !c.IsHook() && !ended {
			waited = append(waited, c)
		}
	}
	if len(waited) == 0 {
		return 0, fmt.Errorf("no containers for project %q: none of %s", v.target.name, services)
	}
	if a.global.dryRun {
		return 0, nil // there is nothing that it would change
	}
	stopped := errors.New("enough")
	err = ends.Await(ctx, v.engine, v.target.name, waited, func(e ends.End) error {
		_, err := fmt.Fprintf(a.process.Out, "container %q exited with status code %d\n", e.Container.ID, e.Code)
		if code == 0 {
			code = e.Code
		}
		if err == nil && one {
			err = stopped
		}
		return err
	})
	if errors.Is(err, stopped) {
		err = nil
	}
	return code, err
}
