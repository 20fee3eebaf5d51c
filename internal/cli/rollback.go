package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/planner"
)

type rollbackOptions struct {
	planOptions
	yes         bool
	withCurrent bool
}

func (a *app) rollbackCommand() *cobra.Command {
	o := rollbackOptions{planOptions: planOptions{probe: probeEager, pull: pullPerService}}
	cmd := &cobra.Command{
		Use:   "rollback [OPTIONS] [REVISION] [SERVICE...]",
		Short: "Go back to what was applied before",
		Long: `Go back to what a revision of 'stack history' wanted: without a number, the
last one before the current that succeeded. Naming services takes these back,
with the networks and volumes that they use, and leaves the rest as it is now.

The plan is shown first, and carried out when you say yes, or with --yes. Each
service runs the image that it ran then, by its id where its name has moved on.
Nothing is built. What may be secret (configs, secrets, and variables that are
called so) is not kept with a revision, but its digest: it is taken from
today's files if it is as it was, and is an error if it is not.

The files are not changed: the next 'stack up' applies them again.`,
		Example: `  stack rollback                 the last revision that succeeded
  stack rollback 3               revision 3
  stack rollback 3 web --yes     one service, without a question
  stack rollback --dry-run       show the plan only`,
		ValidArgsFunction: a.completeRollback,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.note(cmd.Flags())
			if err := o.check(); err != nil {
				return err
			}
			number, services := 0, args
			if len(args) > 0 {
				if n, err := strconv.Atoi(args[0]); err == nil {
					number, services = n, args[1:]
					if n < 1 {
						return notRevision(args[0])
					}
				}
			}
			return a.rollback(cmd.Context(), o, number, services)
		},
	}
	o.register(cmd.Flags())
	return cmd
}

func (o *rollbackOptions) register(f *pflag.FlagSet) {
	f.BoolVarP(&o.yes, "yes", "y", false, "Answer yes to every question")
	registerReplaceVolume(f, &o.replaceVolumes)
	f.BoolVar(&o.withCurrent, "with-current", false, "Use today's secrets, configs and images where those of the revision are not to be had")
	f.BoolVar(&o.removeOrphans, "remove-orphans", false, "Remove containers of services that the revision does not have")
	f.BoolVar(&o.wait, "wait", false, "Wait until all services run and are healthy, or have done their job")
	f.IntVar(&o.waitTimeout, "wait-timeout", 0, "Longest time to wait for services that others depend on, and with --wait for all, in seconds; 0 is no limit")
	f.IntVarP(&o.timeout, "timeout", "t", 0, "Seconds that a container has to stop (default: its stop_grace_period)")
}

// rollbackPolicy builds nothing, and pulls only what is not here.
func (o *rollbackOptions) rollbackPolicy(env lookup, services []string) (planner.UpPolicy, error) {
	policy, err := o.policy(env)
	policy.RollBack, policy.NoBuild, policy.Pull = true, true, types.PullPolicyMissing
	policy.Selected = services
	return policy, err
}

func (a *app) rollback(ctx context.Context, o rollbackOptions, number int, services []string) error {
	t, today, err := a.today(ctx, o.withCurrent)
	if err != nil {
		return err
	}
	s, err := a.open(t)
	if err != nil {
		return err
	}
	defer s.close()
	c := &convergence{session: s, yes: o.yes, preview: true, unlock: func() {}}
	if !a.global.dryRun {
		if c.unlock, err = s.lock(a.interrupt.soft, t.name); err != nil {
			return err
		}
		defer c.unlock()
	}
	past, err := s.past(t.name, number, services)
	if err != nil {
		return err
	}
	if c.policy, err = o.rollbackPolicy(a.env(t), services); err != nil {
		return err
	}
	if c.desired, err = past.desired(ctx, s, today, services); err != nil {
		return err
	}
	if c.policy.Consents, err = consents(o.replaceVolumes, c.desired.Volumes); err != nil {
		return err
	}
	first, err := c.prepare(ctx)
	if err != nil {
		return err
	}
	if err := s.show(first.plan); err != nil || a.global.dryRun {
		return err
	}
	s.warnings, s.told = nil, first.plan.Warnings // shown with the plan
	s.keepJournal("rollback", t, c.desired)
	if first, err = c.confirm(ctx, first, past.target.Number); err != nil {
		return err
	}
	return c.run(a.interrupt.soft, first)
}

// confirm asks whether to carry the plan out that was shown, and then for the
// consents that it needs.
func (c *convergence) confirm(ctx context.Context, shown step, revision int) (step, error) {
	if c.yes || shown.plan.Empty() && len(shown.plan.Pending) == 0 && len(shown.plan.Consents) == 0 {
		return shown, nil
	}
	if !isTerminal(c.app.process.In) {
		return step{}, errors.New("going back changes what runs, and nobody is there to say yes. Nothing was changed. To let it happen, run again with --yes")
	}
	if _, err := fmt.Fprintf(c.app.process.Err, "Go back to revision %d? [y/N] ", revision); err != nil {
		return step{}, err
	}
	yes, err := c.readYes(ctx)
	if err != nil {
		return step{}, err
	}
	if !yes {
		_, err := io.WriteString(c.app.process.Err, "Nothing was changed.\n")
		return step{}, &exitError{code: 1, err: err}
	}
	c.preview = false
	return c.prepare(ctx)
}
