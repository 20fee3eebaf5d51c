package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func (a *app) startCommand() *cobra.Command {
	policy := planner.StartPolicy{}
	var waitTimeout int
	cmd := &cobra.Command{
		Use:   "start [SERVICE...]",
		Short: "Start the project's containers that do not run",
		Long: `Start the containers of the project or of the named services, and of what these
depend on, each as soon as what it depends on is as it waits for, and run their
hooks. What is paused goes on. Containers are started as they are: 'stack up'
brings them to what the compose file says now, and creates those that are
missing.

A job that has completed is run again only if it is named. One-off containers
stay as they are. With -p NAME alone no compose file is needed.`,
		Example: `  stack start
  stack start web             web, and what it depends on
  stack start --wait          return when everything is ready`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			if waitTimeout < 0 {
				return fmt.Errorf("--wait-timeout must not be negative (found: %d)", waitTimeout)
			}
			policy.Services, policy.WaitTimeout = services, time.Duration(waitTimeout)*time.Second
			return a.act(cmd.Context(), action{
				services: services, starts: true, exists: true,
				plan: func(_ target, desired state.Desired, observed state.Observed) (planner.Plan, error) {
					policy.Now = time.Now().UTC()
					return planner.Start(desired, observed, policy)
				},
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&policy.Wait, "wait", false, "Wait until all services run and are healthy, or have done their job")
	f.IntVar(&waitTimeout, "wait-timeout", 0, "Longest time to wait for services that others depend on, and with --wait for all, in seconds; 0 is no limit")
	return cmd
}
