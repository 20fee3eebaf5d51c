package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

type downOptions struct {
	removeOrphans    bool
	removeOrphansSet bool
	images           string
	timeout          int
	timeoutSet       bool
	volumes          bool
}

func (a *app) downCommand() *cobra.Command {
	var o downOptions
	cmd := &cobra.Command{
		Use:   "down [OPTIONS] [SERVICES]",
		Short: "Stop and remove the project's containers and networks",
		Long: `Stop and remove the project's containers, each as soon as those that depend
on it are gone, and then its networks. Volumes, and the data in them, stay
unless -v is given. External networks and volumes are never removed. Containers
of ` + "`stack run`" + ` stay, and what they use: --remove-orphans removes them too.

On a Swarm these are services, networks, configs and secrets. -v removes the
volumes of the node that is asked: those on others stay, and are told.

With -p NAME alone no compose file is needed: what has the project's label is
removed.`,
		Example: `  stack down                 containers and networks
  stack down -v              and the volumes
  stack down web             one service only
  stack down -p shop         without a compose file
  stack down --dry-run       show what would be removed`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			o.note(cmd.Flags())
			if err := o.check(); err != nil {
				return err
			}
			return a.down(cmd.Context(), o, services)
		},
	}
	o.register(cmd.Flags())
	return cmd
}

func (o *downOptions) register(f *pflag.FlagSet) {
	f.BoolVar(&o.removeOrphans, "remove-orphans", false, "Remove containers of services that the compose file does not have, and those of run")
	f.StringVar(&o.images, "rmi", "", "Remove the services' images: local (those that are built here) or all")
	f.IntVarP(&o.timeout, "timeout", "t", 0, "Seconds that a container has to stop (default: its stop_grace_period)")
	f.BoolVarP(&o.volumes, "volumes", "v", false, "Remove the named volumes of the project and the anonymous ones of its containers")
}

// note reads what only a parsed flag set knows.
func (o *downOptions) note(f *pflag.FlagSet) {
	o.timeoutSet, o.removeOrphansSet = f.Changed("timeout"), f.Changed("remove-orphans")
}

func (o *downOptions) check() error {
	if o.images != "" && o.images != "all" && o.images != "local" {
		return fmt.Errorf("invalid value for --rmi: %q: it is local or all", o.images)
	}
	return nil
}

func (a *app) down(ctx context.Context, o downOptions, services []string) error {
	return a.act(ctx, action{
		services: services, models: true,
		plan: func(t target, desired state.Desired, observed state.Observed) (planner.Plan, error) {
			if !o.removeOrphansSet {
				o.removeOrphans = isTrue(a.env(t), "COMPOSE_REMOVE_ORPHANS")
			}
			return planner.Down(desired, observed, planner.DownPolicy{
				Services:      services,
				RemoveOrphans: o.removeOrphans,
				Volumes:       o.volumes,
				Images:        o.images,
				StopTimeout:   seconds(o.timeout, o.timeoutSet),
			})
		},
		nothing: func(t target) string {
			if t.project != nil {
				return "" // as the file has it, and nobody can have mistaken the name
			}
			return fmt.Sprintf("Warning: No resource found to remove for project %q.", t.name)
		},
		journal: func(s *session, t target, desired state.Desired) { s.keepJournalOfDown(t, desired, services) },
	})
}
