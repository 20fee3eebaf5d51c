package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func (a *app) runCommand() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run [OPTIONS] SERVICE [COMMAND] [ARGS...]",
		Short: "Run a one-off command on a service",
		Long: `Run a one-off command in a new container of a service, and exit with its code.
What stands behind the service is the command's, flags too; without a command
the service's own is run.

What the service depends on is brought up first, and waited for, by the same
plan as 'up' would make. The container is none of the service's replicas: it
publishes no ports (-P does), has none of the service's names in the networks
(--use-aliases), is not restarted, and runs the service's post_start hooks but
not the pre_start ones.

Only what the program prints is on standard output. Signals are passed on to
it. At a terminal it gets one of its own; the detach keys (Ctrl-P Ctrl-Q) leave
it running.

On a Swarm the command is the one task of a service of its own, which runs once
on the node that the Swarm puts it on, without a terminal and without input. An
interrupt removes it.`,
		Example: `  stack run --rm web sh
  stack run --rm -T db pg_dump shop > shop.sql
  stack run -d --name worker web work --queue mail
  stack run --rm --no-deps -e DEBUG=1 -v ./data:/data web import /data/all.csv
  stack run --dry-run web              show what would be done`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: a.completeOneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.note(cmd.Flags(), a.process, args[1:]); err != nil {
				return err
			}
			return a.run(cmd.Context(), o, args[0])
		},
	}
	o.registerRun(cmd.Flags(), a.process)
	cmd.Flags().SetInterspersed(false)
	completeFlag(cmd, "pull", pullValues()...)
	return cmd
}

func (a *app) run(ctx context.Context, o runOptions, service string) error {
	o.preview = a.global.dryRun
	g, err := a.oneOffGoal(ctx, o, service)
	if err != nil {
		return err
	}
	s, err := a.open(g.target)
	if err != nil {
		return err
	}
	defer s.close()
	if s.engine.Services != nil {
		if err := o.checkSwarm(a.process); err != nil {
			return err
		}
	}
	s.quiet = map[string]bool{"PullImage": o.quietPull, "BuildImage": o.quietBuild}
	s.hush(o.quiet)
	s.settings.builds = s.settings.status // the program alone writes to standard output
	s.keepJournal("run", g.target, withoutService(g.desired, service))
	c := &convergence{session: s, desired: g.desired, policy: g.policy, preview: o.preview}
	if !a.global.dryRun {
		if c.unlock, err = s.lock(a.interrupt.soft, g.name); err != nil {
			return err
		}
		defer c.unlock()
	}
	first, err := c.prepare(ctx)
	if err != nil {
		return err
	}
	if a.global.dryRun {
		return s.show(first.plan)
	}
	if s.engine.Services != nil {
		return a.runJob(c, first, o, oneOffOf(g.desired, service))
	}
	return a.runOneOff(c, first, o, oneOffOf(g.desired, service))
}

// oneOffOf is the service of the one-off container.
func oneOffOf(desired state.Desired, name string) state.Service {
	for _, s := range desired.Services {
		if s.Name == name {
			return s
		}
	}
	return state.Service{}
}

func withoutService(desired state.Desired, name string) state.Desired {
	all := desired.Services
	desired.Services = nil
	for _, s := range all {
		if s.Name != name {
			desired.Services = append(desired.Services, s)
		}
	}
	return desired
}

// runOneOff carries the plan out. The project's lock is held until the
// container is there to be started: what the program does then is its own.
func (a *app) runOneOff(c *convergence, first step, o runOptions, service state.Service) error {
	streams, err := a.streams(o.ttyOptions, "")
	if err != nil {
		return err
	}
	launch := &launch{convergence: c, Containers: c.engine.Containers, name: service.OneOff.Name, streams: streams, detach: o.detach}
	launch.view = c.progress(first.plan)
	defer launch.close()
	c.engine.Containers = launch
	return launch.finish(c.bringUp(first, launch, service.Name))
}

// bringUp carries the plan of a run out, and writes down what it does to the
// project besides the run.
func (c *convergence) bringUp(first step, view render.Progress, service string) error {
	stop := c.app.interrupt.soft
	planned := func(s step) { c.journal.planned(withoutOneOff(s, service)) }
	planned(first)
	err := c.executor(stop, view).Converge(c.app.interrupt.hard, first.plan, func(only []string, imagesFresh bool) (planner.Plan, error) {
		c.policy.Only, c.policy.ImagesFresh = only, imagesFresh
		next, err := c.plan(stop)
		if err == nil {
			planned(next)
			c.next(view, next.plan)
		}
		return next.plan, err
	})
	c.record(view.Event, err)
	return err
}

// withoutOneOff is what a step does to the project besides the run of a service.
func withoutOneOff(s step, service string) step {
	about := func(ref state.Ref) bool {
		return ref.Kind == state.KindContainer && ref.Number == 0 || ref == state.ServiceRef(service)
	}
	nodes, changes := s.plan.Nodes, s.plan.Changes
	s.plan.Nodes, s.plan.Changes = nil, nil
	for _, node := range nodes {
		if !about(node.Ref) {
			s.plan.Nodes = append(s.plan.Nodes, node)
		}
	}
	for _, change := range changes {
		if !about(change.Ref) {
			s.plan.Changes = append(s.plan.Changes, change)
		}
	}
	return s
}
