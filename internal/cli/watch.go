package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/internal/watch"
)

// watchOptions are the flags of watch.
type watchOptions struct {
	noUp  bool
	prune bool
	quiet bool
	yes   bool
}

func (a *app) watchCommand() *cobra.Command {
	var o watchOptions
	cmd := &cobra.Command{
		Use:   "watch [SERVICE...]",
		Short: "Refresh containers when the files of services change",
		Long: `Watch the files that the develop sections of services name, and refresh the
containers when these change: copy files into them, run a command in them,
restart them, or build and replace them.

The project is brought up first. A change of its compose files and env files is
applied too. A build that fails, or a compose file that is broken, is told, and
leaves what runs; watching goes on until Ctrl-C. Naming services limits the
command to these and what they depend on.`,
		Example: `  stack watch                   bring the project up, and watch
  stack watch --no-up web       watch for web, which runs already
  stack watch --prune=false     keep the images that builds replace
  stack watch --dry-run         show the plan, and what would be watched`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			return a.watch(cmd.Context(), o, services)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.noUp, "no-up", false, "Don't build and start the services first")
	f.BoolVar(&o.prune, "prune", true, "Remove the images that a build replaced, if nothing else needs them")
	f.BoolVar(&o.quiet, "quiet", false, "Don't show the output of builds")
	registerYes(f, &o.yes)
	return cmd
}

func (a *app) watch(ctx context.Context, o watchOptions, services []string) error {
	a.rereadInput()
	begun := time.Now()
	plan := planOptions{pull: pullPerService, probe: probeEager, preview: a.global.dryRun}
	g, err := a.goal(ctx, plan, services)
	if err != nil {
		return err
	}
	rules, warnings, err := watch.Rules(g.desired.Services)
	if err == nil && len(rules) == 0 {
		err = watch.ErrNoRules
	}
	if err != nil {
		return err
	}
	g.warnings = append(slices.Clip(g.warnings), warnings...)
	if err := a.confirmRemote(ctx, g.project, o.yes || a.global.dryRun); err != nil {
		return err
	}
	if err := a.upToWatch(g, o); err != nil {
		return err
	}
	if a.global.dryRun {
		return a.showRules(rules)
	}
	settings, err := a.settings(a.env(g.target))
	if err != nil {
		return err
	}
	w, err := a.startWatch(a.interrupt.soft, watchRequest{
		goal: g, plan: plan, services: services, since: o.since(begun), prune: o.prune, quiet: o.quiet, yes: o.yes,
		printer: newLogPrinter(a.process, logStyle{color: settings.outColor}),
	})
	if err != nil {
		return err
	}
	w.wait()
	return errInterrupted
}

// since is from when on changes count. Without up, nobody knows what the
// containers are made from.
func (o watchOptions) since(begun time.Time) time.Time {
	if o.noUp {
		return time.Time{}
	}
	return begun
}

// upToWatch brings up what is to be watched. What is built from files that are
// watched is built anew.
func (a *app) upToWatch(g goal, o watchOptions) error {
	s, err := a.open(g.target)
	if err != nil {
		return err
	}
	defer s.close()
	if o.noUp {
		a.warn(g.warnings)
		return nil
	}
	s.quiet = map[string]bool{"BuildImage": o.quiet}
	g.desired.Services = slices.Clone(g.desired.Services)
	for i, service := range g.desired.Services {
		if service.Build != nil && service.Config.Develop != nil {
			g.desired.Services[i].PullPolicy = types.PullPolicyBuild
		}
	}
	s.keepJournal("watch", g.target, g.desired)
	return s.converge(a.interrupt.soft, &convergence{desired: g.desired, policy: g.policy, yes: o.yes, preview: a.global.dryRun})
}

// converge plans under the project's lock, and carries that out, or only shows
// it.
func (s *session) converge(ctx context.Context, c *convergence) error {
	c.session, c.unlock = s, func() {}
	if !s.app.global.dryRun {
		var err error
		if c.unlock, err = s.lock(ctx, c.desired.Project.Name); err != nil {
			return err
		}
		defer c.unlock()
	}
	first, err := c.prepare(ctx)
	switch {
	case err != nil:
		return err
	case s.app.global.dryRun:
		return s.show(first.plan)
	}
	return c.run(ctx, first)
}

// showRules prints what would be watched.
func (a *app) showRules(rules []watch.Rule) error {
	if a.global.progress == string(render.JSON) {
		return nil // standard output is the plan
	}
	var b strings.Builder
	b.WriteString("\nWatch\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "  %s  %s %s", r.Service, r.Action, r.Path)
		if r.Target != "" {
			b.WriteString(" → " + r.Target)
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(a.process.Out, b.String())
	return err
}
