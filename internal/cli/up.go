package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/planner"
)

func (a *app) upCommand() *cobra.Command {
	o := upOptions{command: "up"}
	cmd := &cobra.Command{
		Use:   "up [OPTIONS] [SERVICE...]",
		Short: "Create and start the project's containers",
		Long: `Create and start the project's containers, networks and volumes.

What is already as the file says is left alone; what differs is changed in
place or replaced. A replaced container comes back if the new one does not
start. Each container is started as soon as what it depends on is ready.

Without -d the logs of all containers are shown until they end; the first
Ctrl-C stops them, the second kills them. At a terminal the key d leaves them
running, and Enter puts a line between what was and what comes. Naming services
limits the command to these and what they depend on.

On a Swarm the command ends, or shows logs, when every service has converged:
no update of it goes on, and all its tasks run and are healthy or, of a job, are
done. An update that is paused or rolled back, a task that no node takes and one
that fails again and again are errors. Ctrl-C leaves a Swarm's services running.

A run that took over five seconds says at its end what the time went into: the
steps of the critical path, which are those that would have to be quicker.
--timeline draws all of them, as a page, a picture or a Chrome trace.`,
		Example: `  stack up                      start everything and show the logs
  stack up -d --wait            return when everything is ready
  stack up -d --scale web=3     with three replicas of web
  stack up -d web               web, and what it depends on
  stack up --timeline up.html   and a page that shows what ran when
  stack up --dry-run            show the plan only`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			o.note(cmd.Flags())
			o.menuSet = cmd.Flags().Changed("menu")
			if err := errors.Join(o.check(), o.checkSaved(cmd.Flags(), services)); err != nil {
				return err
			}
			return a.up(cmd.Context(), o, services)
		},
	}
	o.register(cmd.Flags())
	completeFlag(cmd, "pull", pullValues()...)
	return cmd
}

func (a *app) up(ctx context.Context, o upOptions, services []string) error {
	if err := a.checkTimeline(o.timeline); err != nil {
		return err
	}
	o.preview = a.global.dryRun
	var saved *savedPlan
	if o.planFile != "" {
		var err error
		if saved, err = readPlan(a.path(o.planFile)); err != nil {
			return err
		}
		services = saved.apply(&o.planOptions)
	}
	if o.watch {
		a.rereadInput()
	}
	g, err := a.goal(ctx, o.planOptions, services)
	if err != nil {
		return err
	}
	onSwarm := a.forSwarm(g.target)
	if onSwarm {
		if err := o.checkSwarm(); err != nil {
			return err
		}
	}
	if err := errors.Join(o.checkNames(g), o.checkWatch(&g)); err != nil {
		return err
	}
	if err := a.confirmRemote(ctx, g.project, o.yes || a.global.dryRun); err != nil {
		return err
	}
	s, err := a.open(g.target)
	if err != nil {
		return err
	}
	defer s.close()
	s.quiet = o.quiet()
	s.keepJournal(o.command, g.target, g.desired)
	s.recorder = &recorder{file: o.timeline}
	c := &convergence{session: s, desired: g.desired, policy: g.policy, yes: o.yes, preview: o.preview}
	if !a.global.dryRun {
		if c.unlock, err = s.lock(a.interrupt.soft, g.name); err != nil {
			return err
		}
		defer c.unlock()
	}
	first, err := c.begin(ctx, saved)
	if err != nil {
		return err
	}
	switch {
	case a.global.dryRun && (o.detach || o.noStart || onSwarm):
		return s.show(first.plan)
	case a.global.dryRun:
		return s.showUntilAttached(first.plan)
	case o.detach || o.noStart || len(g.desired.Services) == 0: // providers have no log
		return c.run(a.interrupt.soft, first)
	case onSwarm:
		return a.attachSwarm(c, first, o, g)
	}
	return a.attach(c, first, o, g, services)
}

// begin is the first plan: the saved one, if there is one and it still holds.
func (c *convergence) begin(ctx context.Context, saved *savedPlan) (step, error) {
	if saved == nil {
		return c.prepare(ctx)
	}
	c.policy = saved.Policy
	s, err := c.plan(ctx)
	if err != nil {
		return step{}, err
	}
	return s, saved.check(c.desired, s)
}

// unchanged are the ids of the containers that a run leaves as they are.
func unchanged(s step) map[string]bool {
	same := map[string]bool{}
	for _, change := range s.plan.Changes {
		if change.Action != planner.NoOp || s.plan.IsPending(change.Ref) {
			continue
		}
		for _, c := range s.observed.Containers {
			if c.Name == change.Name {
				same[c.ID] = true
			}
		}
	}
	return same
}
