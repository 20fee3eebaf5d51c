package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
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
unless -v is given. External networks and volumes are never removed.

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
	f.BoolVar(&o.removeOrphans, "remove-orphans", false, "Remove containers of services that the compose file does not have")
	f.StringVar(&o.images, "rmi", "", "Remove the services' images: local (those without a name of their own) or all")
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
	t, err := a.named(ctx)
	if err != nil {
		return err
	}
	s, err := a.open(t)
	if err != nil {
		return err
	}
	defer s.close()
	if !a.global.dryRun {
		unlock, err := s.lock(a.interrupt.soft, t.name)
		if err != nil {
			return err
		}
		defer unlock()
	}
	desired := t.identity()
	observed, err := s.observe(ctx, desired)
	if err != nil {
		return err
	}
	if err := t.checkServices(services, observed.Containers); err != nil {
		return err
	}
	if !o.removeOrphansSet {
		o.removeOrphans = isTrue(a.env(t), "COMPOSE_REMOVE_ORPHANS")
	}
	policy := planner.DownPolicy{
		Services:      services,
		RemoveOrphans: o.removeOrphans,
		Volumes:       o.volumes,
		Images:        o.images,
		StopTimeout:   seconds(o.timeout, o.timeoutSet),
	}
	plan, err := planner.Down(desired, observed, policy)
	if err != nil {
		return err
	}
	if !a.global.dryRun {
		s.keepJournalOfDown(t, desired, services)
		s.journal.planned(step{observed, plan})
	}
	switch {
	case a.global.dryRun:
		return s.show(plan)
	case plan.Empty() && len(plan.Changes) == 0:
		warn(a.process.Err, []string{"no resource found to remove for project " + fmt.Sprintf("%q", t.name)})
		s.record(func(e event.Event) { warn(a.process.Err, []string{e.Detail}) }, nil)
		return nil
	}
	return s.settle(a.interrupt.soft, plan, func() (planner.Plan, error) {
		observed, err := s.observe(a.interrupt.soft, desired)
		if err != nil {
			return planner.Plan{}, err
		}
		plan, err := planner.Down(desired, observed, policy)
		s.journal.planned(step{observed, plan})
		return plan, err
	})
}
