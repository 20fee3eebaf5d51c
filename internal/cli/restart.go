package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func (a *app) restartCommand() *cobra.Command {
	policy := planner.RestartPolicy{}
	var timeout int
	cmd := &cobra.Command{
		Use:   "restart [OPTIONS] [SERVICE...]",
		Short: "Stop the project's containers and start them again",
		Long: `Restart the containers of the project or of the named services, those that do
not run too: dependents are stopped first, and started when what they depend on
is again as they wait for. Hooks run on the way. Dependents of the named
services that have 'restart: true' in their depends_on, and run, restart too.

Containers stay as they are: 'stack up' brings them to what the compose file
says now. A job that has completed is run again only if it is named. One-off
containers go on. With -p NAME alone no compose file is needed.`,
		Example: `  stack restart
  stack restart db             and its dependents with restart: true
  stack restart --no-deps db   db alone`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			policy.Services, policy.Timeout = services, seconds(timeout, cmd.Flags().Changed("timeout"))
			return a.act(cmd.Context(), action{
				services: services, starts: true, exists: len(services) > 0,
				plan: func(_ target, desired state.Desired, observed state.Observed) (planner.Plan, error) {
					policy.Now = time.Now().UTC()
					return planner.Restart(desired, observed, policy)
				},
			})
		},
	}
	cmd.Flags().BoolVar(&policy.NoDeps, "no-deps", false, "Leave out the dependents that have restart: true")
	registerTimeout(cmd, &timeout)
	return cmd
}
