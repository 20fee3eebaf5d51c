package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/engine/docker"
)

// completeFlags proposes values of all flags: those of the flag's name, unless
// the command knows better, and files only where files are meant.
func (a *app) completeFlags(root *cobra.Command) {
	known := a.flagCompletions()
	for _, cmd := range append(root.Commands(), root) {
		for _, set := range []*pflag.FlagSet{cmd.Flags(), cmd.PersistentFlags()} {
			set.VisitAll(func(f *pflag.Flag) {
				if _, taken := cmd.GetFlagCompletionFunc(f.Name); taken || f.NoOptDefVal != "" || slices.Contains(fileFlags, f.Name) {
					return
				}
				complete, ok := known[f.Name]
				if !ok {
					complete = cobra.NoFileCompletions
				}
				if err := cmd.RegisterFlagCompletionFunc(f.Name, complete); err != nil {
					panic(err) // a flag that does not exist
				}
			})
		}
	}
}

// fileFlags take any file: shells propose them.
var fileFlags = []string{"env-file", "env-from-file", "out", "output", "plan", "timeline", "tlscacert", "tlscert", "tlskey", "volume"}

func (a *app) flagCompletions() map[string]cobra.CompletionFunc {
	fixed := func(values ...string) cobra.CompletionFunc {
		return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	}
	folders := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	services := func(cmd *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
		return a.completeServices(cmd, nil, prefix)
	}
	return map[string]cobra.CompletionFunc{
		"ansi":              fixed(ansiNever, ansiAlways, ansiAuto),
		"attach":            services,
		"config":            folders,
		"context":           a.completeContexts,
		"engine":            fixed("docker", "memory"),
		"exit-code-from":    services,
		"file":              cobra.FixedCompletions([]string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt),
		"format":            fixed("table", "json"),
		"log-level":         fixed("debug", "info", "warn", "error", "fatal"),
		"no-attach":         services,
		"probe":             fixed(probeEager, "engine"),
		"profile":           a.completeProfiles,
		"progress":          fixed("auto", "tty", "plain", "json", "quiet"),
		"project-directory": folders,
		"project-name":      a.completeProjects,
		"protocol":          fixed("tcp", "udp"),
		"rmi":               fixed("local", "all"),
		"scale":             a.completeScale,
		"signal":            fixed("SIGHUP", "SIGINT", "SIGKILL", "SIGQUIT", "SIGSTOP", "SIGTERM", "SIGUSR1", "SIGUSR2"),
		"status":            fixed("paused", "restarting", "removing", "running", "dead", "created", "exited"),
		"tail":              fixed("all"),
	}
}

// completeScale proposes services, and waits for their number.
func (a *app) completeScale(cmd *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
	names, _ := a.completeServices(cmd, nil, prefix)
	for i := range names {
		names[i] += "="
	}
	return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completeProjects proposes the projects that run, and none if the engine is away.
func (a *app) completeProjects(cmd *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), completionPatience)
	defer cancel()
	s := session{app: a}
	if a.prepare() != nil || a.connect(target{}, &s) != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer s.close()
	containers, err := s.engine.AllProjects(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, c := range containers {
		if c.Running() && strings.HasPrefix(c.Project, prefix) {
			names = append(names, c.Project)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), cobra.ShellCompDirectiveNoFileComp
}

func (a *app) completeContexts(_ *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
	if a.prepare() != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := slices.DeleteFunc(docker.ContextNames(a.process.getenv), func(name string) bool { return !strings.HasPrefix(name, prefix) })
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) completeProfiles(cmd *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
	p := a.forCompletion(cmd.Context())
	if p == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := slices.DeleteFunc(p.ProfileNames(), func(name string) bool { return !strings.HasPrefix(name, prefix) })
	return names, cobra.ShellCompDirectiveNoFileComp
}
