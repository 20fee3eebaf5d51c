package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/cp"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

type exportOptions struct {
	index  int
	output string
}

func (a *app) exportCommand() *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export [OPTIONS] SERVICE",
		Short: "Write the files of a service's container as a tar",
		Long: `Write all files of a service's container as a tar, to standard output or to a
file. It may run or not; what is in volumes is not a part of it.

With -p NAME alone no compose file is needed.`,
		Example: `  stack export -o web.tar web
  stack export --index 2 web | tar t`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeOneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.export(cmd.Context(), o, args[0])
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.index, "index", 0, "Number of the replica")
	f.StringVarP(&o.output, "output", "o", "", "File to write to, in place of standard output")
	return cmd
}

func (a *app) export(ctx context.Context, o exportOptions, service string) error {
	v, c, err := a.viewReplica(ctx, service, o.index)
	if err != nil {
		return err
	}
	defer v.close()
	if o.output == "" && isTerminal(a.process.Out) {
		return errors.New("output option is required when exporting to terminal: give -o FILE, or redirect")
	}
	steps := v.steps()
	step := render.Step{Op: "Export", Name: c.Name, Text: fmt.Sprintf("export %s to %s", c.Name, o.output), Status: "Exporting"}
	steps.Show(step)
	if !a.global.dryRun {
		if err := a.writeExport(ctx, v, c, o); err != nil {
			return err
		}
	}
	step.Status, step.Done = "Exported", true
	steps.Show(step)
	return nil
}

func (a *app) writeExport(ctx context.Context, v *view, c state.Container, o exportOptions) error {
	tar, err := v.engine.Export(ctx, c.ID)
	if err != nil {
		return err
	}
	defer func() { _ = tar.Close() }() // it was read, or is not wanted any more
	if o.output == "" {
		_, err = io.Copy(a.process.Out, tar)
	} else {
		err = replaceFile(cp.Local(a.process.Dir, o.output), tar)
	}
	if err != nil {
		return fmt.Errorf("export %s: %w", c.Name, err)
	}
	return nil
}

// replaceFile writes a file as a whole or not at all. What is no regular file,
// such as a pipe, is written to as it is.
func replaceFile(name string, content io.Reader) error {
	if found, err := os.Stat(name); err == nil && !found.Mode().IsRegular() {
		file, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, content)
		return errors.Join(err, file.Close())
	}
	partial := name + ".partial"
	file, err := os.Create(partial)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(partial, name)
	}
	if err != nil {
		_ = os.Remove(partial)
	}
	return err
}
