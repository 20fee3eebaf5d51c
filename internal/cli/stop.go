package cli

import (
	"github.com/spf13/cobra"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func (a *app) stopCommand() *cobra.Command {
	var timeout int
	cmd := &cobra.Command{
		Use:   "stop [OPTIONS] [SERVICE...]",
		Short: "Stop the project's containers without removing them",
		Long: `Stop the running containers of the project or of the named services, each as
soon as those that depend on it have stopped, after their pre_stop hooks.
'stack start' starts them again.

What is paused is stopped too; one-off containers of 'run' go on, and so do
those of services that the compose file does not have. With -p NAME alone no
compose file is needed.`,
		Example: `  stack stop
  stack stop -t 30 web         with 30 seconds before it is killed
  stack stop --dry-run         show what would be stopped`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			policy := planner.StopPolicy{Services: services, Timeout: seconds(timeout, cmd.Flags().Changed("timeout"))}
			return a.act(cmd.Context(), action{
				services: services,
				plan: func(_ target, desired state.Desired, observed state.Observed) (planner.Plan, error) {
					return planner.Stop(desired, observed, policy)
				},
			})
		},
	}
	registerTimeout(cmd, &timeout)
	return cmd
}

func registerTimeout(cmd *cobra.Command, timeout *int) {
	cmd.Flags().IntVarP(timeout, "timeout", "t", 0, "Seconds that a container has to stop (default: its stop_grace_period)")
}
