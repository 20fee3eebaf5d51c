package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/internal/render"
)

type historyOptions struct {
	format string
	quiet  bool
}

func (a *app) historyCommand() *cobra.Command {
	var o historyOptions
	cmd := &cobra.Command{
		Use:   "history [OPTIONS] [REVISION]",
		Short: "List what was applied to the project, or show one revision",
		Long: `List the revisions of the project on this engine: what 'up', 'create', 'scale',
'watch', 'down', 'wait --down-project' and 'rollback' have applied, and what
'run' has brought up, newest first. With a number, show that revision: what
changed and why, the services with their images, and what went wrong.

The last ten are kept in your state folder, without what is secret in them.
With -p NAME alone no compose file is needed.`,
		Example: `  stack history
  stack history 3
  stack history --format json | jq '.[0].outcome'`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: a.completeRevisions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFormat(o.format, "table", "json"); err != nil {
				return err
			}
			if len(args) == 0 {
				return a.listHistory(cmd.Context(), o)
			}
			number, err := strconv.Atoi(args[0])
			if err != nil || number < 1 {
				return notRevision(args[0])
			}
			return a.showRevision(cmd.Context(), o, number)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "table", "How to print them (table, json)")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "Print the numbers alone")
	completeFlag(cmd, "format", "table", "json")
	return cmd
}

func notRevision(argument string) error {
	return fmt.Errorf("expected the number of a revision, found %q: see 'stack history'", argument)
}

// revisions are those of the project, newest first. What is none is named.
func (a *app) revisions(ctx context.Context) (name string, all []history.Revision, err error) {
	t, err := a.named(ctx)
	if err != nil {
		return "", nil, err
	}
	s, err := a.open(t)
	if err != nil {
		return "", nil, err
	}
	defer s.close()
	all, skipped := s.history(t.name).List()
	for _, err := range skipped {
		a.warn([]string{err.Error() + ": it is left out"})
	}
	return t.name, all, nil
}

func (a *app) listHistory(ctx context.Context, o historyOptions) error {
	_, all, err := a.revisions(ctx)
	if err != nil {
		return err
	}
	return render.History(a.process.Out, all, a.historyView(o))
}

func (a *app) showRevision(ctx context.Context, o historyOptions, number int) error {
	name, all, err := a.revisions(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return noHistory(name)
	}
	i := slices.IndexFunc(all, func(r history.Revision) bool { return r.Number == number })
	if i < 0 {
		return unknownRevision(all, number)
	}
	return render.Revision(a.process.Out, all[i], a.historyView(o))
}

func (a *app) historyView(o historyOptions) render.HistoryOptions {
	view := render.HistoryOptions{Format: o.format, Quiet: o.quiet, Now: time.Now(), Color: a.colors(a.process.Out)}
	if isTerminal(a.process.Out) {
		view.Width, _ = terminalSize(a.process.Out)
	}
	return view
}

// completeRevisions proposes the revisions that there are.
func (a *app) completeRevisions(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	t, err := a.named(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	s, err := a.open(t)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer s.close()
	all, _ := s.history(t.name).List() // what is no revision is not proposed
	var numbers []string
	for _, r := range all {
		if number := strconv.Itoa(r.Number); strings.HasPrefix(number, prefix) {
			numbers = append(numbers, fmt.Sprintf("%s\t%s %s", number, r.Command, r.Outcome))
		}
	}
	return numbers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// completeRollback proposes revisions and services, and services alone after
// the first argument.
func (a *app) completeRollback(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	revisions, _ := a.completeRevisions(cmd, args, prefix)
	services, directive := a.completeServices(cmd, args, prefix)
	return append(revisions, services...), directive | cobra.ShellCompDirectiveKeepOrder
}
