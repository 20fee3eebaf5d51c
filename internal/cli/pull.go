package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

type pullOptions struct {
	policy          string
	ignoreBuildable bool
	ignoreFailures  bool
	includeDeps     bool
	quiet           bool
}

func (a *app) pullCommand() *cobra.Command {
	var o pullOptions
	cmd := &cobra.Command{
		Use:   "pull [OPTIONS] [SERVICE...]",
		Short: "Pull the images of services",
		Long: `Pull the images of services, and of their pre_start hooks, at once, each image
once.

An image that is here already is pulled too, as the registry may have a newer
one; --policy missing leaves it alone, unless its tag is latest. A service that
is built and has no image name of its own has nothing to pull.`,
		Example: `  stack pull
  stack pull --policy missing
  stack pull --ignore-buildable --quiet web
  stack pull --dry-run             show what would be pulled`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return a.pull(cmd.Context(), o, services)
		},
	}
	o.register(cmd.Flags())
	completeFlag(cmd, "policy", types.PullPolicyMissing, types.PullPolicyAlways)
	return cmd
}

func (o *pullOptions) register(f *pflag.FlagSet) {
	f.StringVar(&o.policy, "policy", "", "When to pull (missing, always), in place of each service's pull_policy")
	f.BoolVar(&o.ignoreBuildable, "ignore-buildable", false, "Leave out images that can be built")
	f.BoolVar(&o.ignoreFailures, "ignore-pull-failures", false, "Pull what can be pulled: a failure is a warning")
	f.BoolVar(&o.includeDeps, "include-deps", false, "Pull the images of what the services depend on too")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "Don't show progress")
	hidden(f, "parallel", true)
	hidden(f, "no-parallel", true)
}

// hidden accepts a flag of Docker Compose's that means nothing any more.
func hidden(f *pflag.FlagSet, name string, value bool) {
	f.Bool(name, value, "Accepted and ignored")
	f.Lookup(name).Hidden = true
}

func (o *pullOptions) check() error {
	switch o.policy {
	case types.PullPolicyIfNotPresent:
		o.policy = types.PullPolicyMissing
	case "", types.PullPolicyMissing, types.PullPolicyAlways:
	default:
		return fmt.Errorf("invalid --policy option %q: it is missing or always", o.policy)
	}
	return nil
}

func (a *app) pull(ctx context.Context, o pullOptions, services []string) error {
	g, err := a.imageGoal(ctx, services, o.includeDeps, project.NoContents)
	if err != nil {
		return err
	}
	policy := planner.PullPolicy{Policy: o.policy, IgnoreBuildable: o.ignoreBuildable, IgnoreFailures: o.ignoreFailures}
	err = a.onImages(ctx, g, o.quiet, func(observed state.Observed) (planner.Plan, error) {
		return planner.Pull(g.desired, observed, policy)
	})
	names := buildable(err, g.desired)
	if err == nil && o.ignoreFailures && !o.ignoreBuildable && !a.global.dryRun {
		names, err = a.missingBuildable(ctx, g)
	}
	if len(names) > 0 {
		a.warn([]string{"Some service image(s) must be built from source by running: stack build " + strings.Join(names, " ")})
	}
	return err
}

// missingBuildable are the services whose image is still not here, but can be
// built.
func (a *app) missingBuildable(ctx context.Context, g goal) ([]string, error) {
	s, err := a.open(g.target)
	if err != nil {
		return nil, err
	}
	defer s.close()
	observed, err := s.observe(ctx, g.desired)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, service := range g.desired.Services {
		if _, here := observed.Images[service.Config.Image]; !here && service.Build != nil && service.Written.Image != "" {
			names = append(names, service.Name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// buildable are the services whose image could not be pulled, but can be built.
func buildable(err error, desired state.Desired) []string {
	var names []string
	for _, failed := range nodeErrors(err) {
		for _, service := range desired.Services {
			if service.Build != nil && state.ImageRef(service.Config.Image) == failed.Ref {
				names = append(names, service.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
