package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// completeServices proposes the services that have not been named yet. The
// files need not be right: whatever names can be read are proposed. Where there
// are none, it is what the engine has.
func (a *app) completeServices(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	names := slices.DeleteFunc(a.serviceNames(cmd.Context()), func(name string) bool {
		return !strings.HasPrefix(name, prefix) || slices.Contains(args, name)
	})
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) serviceNames(ctx context.Context) []string {
	if p := a.forCompletion(ctx); p != nil {
		return p.ServiceNames()
	}
	name := cmp.Or(a.global.projectName, a.process.getenv("COMPOSE_PROJECT_NAME"))
	if name == "" {
		return nil
	}
	var names []string
	for _, c := range a.containersForCompletion(ctx, name) {
		names = append(names, c.Service)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// completionPatience is how long an engine may take that is asked while
// somebody types.
const completionPatience = 2 * time.Second

// containersForCompletion are those of a project, and none if the engine is away.
func (a *app) containersForCompletion(ctx context.Context, project string) []state.Container {
	ctx, cancel := context.WithTimeout(ctx, completionPatience)
	defer cancel()
	s := session{app: a}
	if a.prepare() != nil || a.connect(target{}, &s) != nil {
		return nil
	}
	defer s.close()
	observed, err := s.engine.Observe(ctx, state.Scope{Project: project, ContainersOnly: true})
	if err != nil {
		return nil
	}
	return observed.Containers
}

// forCompletion loads as little of the project as gives its names, and returns
// nil if that is too much.
func (a *app) forCompletion(ctx context.Context) *project.Project {
	if a.prepare() != nil {
		return nil
	}
	options := a.loadOptions()
	options.NoEnvResolution, options.NoConsistency, options.Remotes = true, true, a.cachedOnly()
	for _, raw := range []bool{false, true} {
		options.NoInterpolate = raw
		if p, err := project.Load(ctx, options); err == nil {
			return p
		}
	}
	return nil
}

// completeFlag proposes the values that a flag has.
func completeFlag(cmd *cobra.Command, flag string, values ...string) {
	complete := cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err) // a flag that does not exist
	}
}
