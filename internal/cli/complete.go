package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/project"
)

// completeServices proposes the services that have not been named yet. The
// files need not be right: whatever names can be read are proposed.
func (a *app) completeServices(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	p := a.forCompletion(cmd.Context())
	if p == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, name := range p.ServiceNames() {
		if strings.HasPrefix(name, prefix) && !slices.Contains(args, name) {
			names = append(names, name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// forCompletion loads as little of the project as gives its names, and returns
// nil if that is too much.
func (a *app) forCompletion(ctx context.Context) *project.Project {
	options := a.loadOptions()
	options.NoEnvResolution, options.NoConsistency = true, true
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

// completeGlobals proposes values of the flags before the command.
func (a *app) completeGlobals(root *cobra.Command) {
	fixed := func(values ...string) cobra.CompletionFunc {
		return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	}
	for flag, complete := range map[string]cobra.CompletionFunc{
		"progress": fixed("auto", "tty", "plain", "json", "quiet"),
		"ansi":     fixed("never", "always", "auto"),
		"engine":   fixed("docker", "memory"),
		"file":     cobra.FixedCompletions([]string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt),
		"project-directory": func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		"profile": a.completeProfiles,
	} {
		if err := root.RegisterFlagCompletionFunc(flag, complete); err != nil {
			panic(err) // a flag that does not exist
		}
	}
}

func (a *app) completeProfiles(cmd *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
	p := a.forCompletion(cmd.Context())
	if p == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := slices.DeleteFunc(p.ProfileNames(), func(name string) bool { return !strings.HasPrefix(name, prefix) })
	return names, cobra.ShellCompDirectiveNoFileComp
}
