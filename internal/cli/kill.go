package cli

import (
	"github.com/spf13/cobra"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func (a *app) killCommand() *cobra.Command {
	policy := planner.KillPolicy{}
	cmd := &cobra.Command{
		Use:   "kill [OPTIONS] [SERVICE...]",
		Short: "Send a signal to the project's containers",
		Long: `Send a signal, SIGKILL unless -s says another, to the running containers of the
project or of the named services, one-off containers of 'run' too, all at once.
No hook runs.

--remove-orphans kills and removes the containers of services that the compose
file does not have. With -p NAME alone no compose file is needed.`,
		Example: `  stack kill
  stack kill -s SIGHUP web     have web read its configuration again`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			policy.Services = services
			orphansSet := cmd.Flags().Changed("remove-orphans")
			return a.act(cmd.Context(), action{
				services: services,
				plan: func(t target, desired state.Desired, observed state.Observed) (planner.Plan, error) {
					if !orphansSet {
						policy.RemoveOrphans = isTrue(a.env(t), "COMPOSE_REMOVE_ORPHANS")
					}
					return planner.Kill(desired, observed, policy)
				},
				nothing: func(target) string { return "no container to kill" },
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&policy.RemoveOrphans, "remove-orphans", false, "Kill and remove containers of services that the compose file does not have")
	f.StringVarP(&policy.Signal, "signal", "s", "SIGKILL", "Signal to send, by name or number")
	completeFlag(cmd, "signal", "SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
	return cmd
}
