package cli

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

type pushOptions struct {
	ignoreFailures bool
	includeDeps    bool
	quiet          bool
}

func (a *app) pushCommand() *cobra.Command {
	var o pushOptions
	cmd := &cobra.Command{
		Use:   "push [OPTIONS] [SERVICE...]",
		Short: "Push the images of services to their registries",
		Long: `Push the images that services are built into, and the other tags of their
builds, to their registries. A service that is not built, or whose image has no
name of its own, is left out.`,
		Example: `  stack build && stack push
  stack push --ignore-push-failures web
  stack push --dry-run             show what would be pushed`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			return a.push(cmd.Context(), o, services)
		},
	}
	o.register(cmd.Flags())
	return cmd
}

func (o *pushOptions) register(f *pflag.FlagSet) {
	f.BoolVar(&o.ignoreFailures, "ignore-push-failures", false, "Push what can be pushed: a failure is a warning")
	f.BoolVar(&o.includeDeps, "include-deps", false, "Push the images of what the services depend on too")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "Don't show progress")
}

func (a *app) push(ctx context.Context, o pushOptions, services []string) error {
	g, err := a.imageGoal(ctx, services, o.includeDeps, project.NoContents)
	if err != nil {
		return err
	}
	return a.onImages(ctx, g, o.quiet, func(observed state.Observed) (planner.Plan, error) {
		return planner.Push(g.desired, observed, planner.PushPolicy{IgnoreFailures: o.ignoreFailures})
	})
}
