package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// alphaCommand is what Docker Compose tries out: the commands that have a name
// without alpha here are these.
func (a *app) alphaCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "alpha COMMAND",
		Short: "Older names of commands",
		Long: `What Docker Compose has under 'alpha': viz is 'stack graph --format dot', and
publish is 'stack publish'. The others have moved, or are left out, and say so.`,
		Example:           "  stack alpha viz | dot -Tsvg",
		Hidden:            true,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return alphaMoved(cmd.Root(), args[0])
		},
	}
	cmd.AddCommand(a.vizCommand(), a.publishCommand())
	return cmd
}

// alphaMoved says where a command is that was tried out once.
func alphaMoved(root *cobra.Command, name string) error {
	if name == "generate" {
		return errors.New("alpha generate is left out: what 'docker inspect' knows of containers is not what a compose file said")
	}
	for _, c := range root.Commands() {
		if c.Name() == name {
			return fmt.Errorf("alpha %s is no trial any more: it is 'stack %s'", name, name)
		}
	}
	return fmt.Errorf("unknown command \"alpha %s\": run 'stack help' for the list", name)
}

func (a *app) vizCommand() *cobra.Command {
	var networks, ports, image, spaces bool
	var indentation int
	cmd := &cobra.Command{
		Use:               "viz [OPTIONS]",
		Short:             "Draw what depends on what, for Graphviz",
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, flag := range []string{"ports", "image", "spaces", "indentation-size"} {
				if cmd.Flags().Changed(flag) {
					return fmt.Errorf("--%s is not available: see 'stack graph --help' for what is drawn", flag)
				}
			}
			o := graphOptions{format: "dot"}
			if networks {
				o.with = []string{"networks"}
			}
			if err := o.check(); err != nil {
				return err
			}
			return a.graph(cmd.Context(), o, nil)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&networks, "networks", false, "Draw networks too")
	f.BoolVar(&ports, "ports", false, "Not available")
	f.BoolVar(&image, "image", false, "Not available")
	f.BoolVar(&spaces, "spaces", false, "Not available")
	f.IntVar(&indentation, "indentation-size", 1, "Not available")
	return cmd
}
