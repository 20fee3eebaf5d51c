package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

type lsOptions struct {
	all    bool
	filter nameFilter
	format string
	quiet  bool
}

// nameFilter is the value of --filter: patterns of which a name has to match
// one, if there are any.
type nameFilter []*regexp.Regexp

// Type is the word for it in a list of flags.
func (*nameFilter) Type() string { return "filter" }

func (f *nameFilter) String() string {
	var all []string
	for _, pattern := range *f {
		all = append(all, "name="+pattern.String())
	}
	return strings.Join(all, ",")
}

// Set reads name=PATTERN.
func (f *nameFilter) Set(text string) error {
	key, value, found := strings.Cut(text, "=")
	switch key = strings.ToLower(strings.TrimSpace(key)); {
	case !found:
		return fmt.Errorf("invalid filter '%s': it is name=NAME", text)
	case key != "name":
		return fmt.Errorf("invalid filter '%s': it is name=NAME", key)
	}
	pattern, err := regexp.Compile(strings.TrimSpace(value))
	if err != nil {
		return fmt.Errorf("invalid filter '%s': %w", text, err)
	}
	*f = append(*f, pattern)
	return nil
}

func (f *nameFilter) keeps(name string) bool {
	return len(*f) == 0 || slices.ContainsFunc(*f, func(pattern *regexp.Regexp) bool { return pattern.MatchString(name) })
}

func (a *app) lsCommand() *cobra.Command {
	var o lsOptions
	cmd := &cobra.Command{
		Use:   "ls [OPTIONS]",
		Short: "List the projects on the engine",
		Long: `List the projects whose containers run on the engine, with how many are in
which state and the files that they were made from. With -a also those of which
none runs. No compose file is needed: the containers' labels tell. On a Swarm
these are its stacks, by whatever they were made.

--filter name=PATTERN keeps the projects whose name the regular expression
matches.`,
		Example: `  stack ls
  stack ls -a --filter name='^shop'
  stack ls --format json`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(o.format, "table", "json"); err != nil {
				return err
			}
			return a.ls(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.BoolVarP(&o.all, "all", "a", false, "List projects of which nothing runs too")
	f.Var(&o.filter, "filter", "Keep projects with a property: name=PATTERN")
	f.StringVar(&o.format, "format", "table", "How to print them (table, json)")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "Print the names alone")
	completeFlag(cmd, "format", "table", "json")
	return cmd
}

func (a *app) ls(ctx context.Context, o lsOptions) error {
	s, err := a.open(target{})
	if err != nil {
		return err
	}
	defer s.close()
	containers, err := s.allProjects(ctx)
	if err != nil {
		return err
	}
	listed := slices.DeleteFunc(containers, func(c state.Container) bool {
		live := c.Running() || c.Status == state.StatusRestarting || c.Status == pending
		return !o.all && !live || !o.filter.keeps(c.Project)
	})
	return render.Projects(a.process.Out, listed, render.ProjectOptions{Format: o.format, Quiet: o.quiet})
}
