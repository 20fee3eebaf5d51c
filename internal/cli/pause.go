package cli

import (
	"fmt"

	"github.com/hashicorp/go-multierror"
	"github.com/spf13/cobra"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func (a *app) pauseCommand() *cobra.Command {
	return a.freezer(&cobra.Command{
		Use:   "pause [SERVICE...]",
		Short: "Freeze the project's containers",
		Long: `Freeze the running containers of the project or of the named services, until
'stack unpause'. 'up' and 'start' let them go on too; 'stop', 'kill', 'restart'
and 'down' take them as they are. One-off containers of 'run' are not frozen.
One that is paused already is an error, once the others are frozen.

With -p NAME alone no compose file is needed.`,
		Example: `  stack pause
  stack pause web`,
	}, planner.Pause)
}

func (a *app) unpauseCommand() *cobra.Command {
	return a.freezer(&cobra.Command{
		Use:   "unpause [SERVICE...]",
		Short: "Let containers that are paused go on",
		Long: `Let the containers of the project or of the named services go on that are
paused. One that runs and is not paused is an error, once the others go on.

With -p NAME alone no compose file is needed.`,
		Example: `  stack unpause
  stack unpause web`,
	}, planner.Unpause)
}

// freezer is a command that has no flags. What it should do and was done before is
// an error.
func (a *app) freezer(cmd *cobra.Command, plan func(state.Desired, state.Observed, []string) (planner.Plan, error)) *cobra.Command {
	cmd.ValidArgsFunction = a.completeServices
	cmd.RunE = func(cmd *cobra.Command, services []string) error {
		var first *planner.Plan // the others find what this one has done
		err := a.act(cmd.Context(), action{
			services: services,
			plan: func(_ target, desired state.Desired, observed state.Observed) (planner.Plan, error) {
				p, err := plan(desired, observed, services)
				if first == nil && err == nil {
					first = &p
				}
				return p, err
			},
		})
		if err != nil || first == nil || a.global.dryRun {
			return err
		}
		return alreadyDone(*first)
	}
	return cmd
}

// alreadyDone is what a plan has nothing to do about, as an error.
func alreadyDone(plan planner.Plan) error {
	var errs *multierror.Error
	for _, change := range plan.Changes {
		if change.Action == planner.NoOp && len(change.Reasons) > 0 {
			errs = multierror.Append(errs, fmt.Errorf("container %s %s", change.Name, change.Reasons[0]))
		}
	}
	return errs.ErrorOrNil()
}
