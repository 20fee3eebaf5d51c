package cli

import (
	"context"
	"fmt"

	"github.com/distribution/reference"
	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

type commitOptions struct {
	image state.CommitOptions
	index int
}

func (a *app) commitCommand() *cobra.Command {
	var o commitOptions
	cmd := &cobra.Command{
		Use:   "commit [OPTIONS] SERVICE [REPOSITORY[:TAG]]",
		Short: "Make an image from a service's container",
		Long: `Make an image from what a service's container holds now, and print its id. It
may run or not, and is paused meanwhile. What is in volumes is not a part of
it.

With -p NAME alone no compose file is needed.`,
		Example: `  stack commit web shop-web:debug
  stack commit -c 'CMD ["sh"]' -m 'with a shell' --index 2 web`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: a.completeOneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				o.image.Reference = args[1]
				if _, err := reference.ParseNormalizedNamed(args[1]); err != nil {
					return fmt.Errorf("image name %q: %w", args[1], err)
				}
			}
			return a.commit(cmd.Context(), o, args[0])
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.image.Author, "author", "a", "", "Author of the image: Jane Doe <jane@example.org>")
	f.VarP(&list{values: &o.image.Changes}, "change", "c", "Dockerfile instruction to apply to the image")
	f.IntVar(&o.index, "index", 0, "Number of the replica")
	f.StringVarP(&o.image.Message, "message", "m", "", "Message of the commit")
	f.BoolVarP(&o.image.Pause, "pause", "p", true, "Pause the container meanwhile")
	return cmd
}

func (a *app) commit(ctx context.Context, o commitOptions, service string) error {
	v, c, err := a.viewReplica(ctx, service, o.index)
	if err != nil {
		return err
	}
	defer v.close()
	steps := v.steps()
	step := render.Step{Op: "Commit", Name: c.Name, Text: "Commit " + c.Name, Status: "Committing"}
	steps.Show(step)
	step.Status, step.Done = "Committed", true
	if a.global.dryRun {
		steps.Show(step)
		return nil
	}
	id, err := v.engine.Commit(ctx, c.ID, o.image)
	if err != nil {
		return err
	}
	step.Status += " as " + id
	steps.Show(step)
	_, err = fmt.Fprintln(a.process.Out, id)
	return err
}

// list is the value of a flag that may be given again.
type list struct{ values *[]string }

// Type is the word for it in a list of flags.
func (*list) Type() string { return "list" }

func (l *list) String() string { return "" }

// Set adds one.
func (l *list) Set(value string) error {
	*l.values = append(*l.values, value)
	return nil
}
