package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

func (a *app) buildCommand() *cobra.Command {
	var o buildOptions
	cmd := &cobra.Command{
		Use:   "build [OPTIONS] [SERVICE...]",
		Short: "Build the images of services",
		Long: `Build the images of the services that have a build section, at once, and after
those that they start from (additional_contexts: service:x). Builds that differ
in nothing but the name of their image run once.

A build that fails does not end the others; its step and what it printed are
told once.`,
		Example: `  stack build
  stack build --no-cache --pull web
  stack build --build-arg VERSION=1.2 --push
  stack build --print              the builds as a bake file
  stack build --dry-run            show the plan only`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			if o.progress != "" {
				a.global.progress = o.progress
			}
			if cmd.Flags().Changed("ssh") && o.ssh == "" {
				o.ssh = "default" // as an empty one is in Docker Compose
			}
			return a.build(cmd.Context(), o, services)
		},
	}
	o.register(cmd.Flags())
	return cmd
}

func (a *app) build(ctx context.Context, o buildOptions, services []string) error {
	g, err := a.imageGoal(ctx, services, o.withDependencies, project.BuildContents)
	if err != nil {
		return err
	}
	policy, err := o.policy(a.env(g.target))
	if err != nil {
		return err
	}
	if o.print {
		a.warn(g.warnings)
		return render.Bake(a.process.Out, planner.Builds(g.desired, policy))
	}
	return a.onImages(ctx, g, o.quiet, func(observed state.Observed) (planner.Plan, error) {
		return planner.Build(g.desired, observed, policy)
	})
}
