package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (a *app) createCommand() *cobra.Command {
	o := upOptions{command: "create", planOptions: planOptions{noStart: true, probe: probeEager}}
	cmd := &cobra.Command{
		Use:   "create [OPTIONS] [SERVICE...]",
		Short: "Create the project's containers without starting them",
		Long: `Create the project's containers, networks and volumes, and bring the images
that they need, without starting anything: 'stack up --no-start'.`,
		Example: `  stack create
  stack create --build web
  stack create --dry-run           show the plan only`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			o.note(cmd.Flags())
			if err := o.check(); err != nil {
				return err
			}
			return a.up(cmd.Context(), o, services)
		},
	}
	o.registerCreate(cmd.Flags())
	completeFlag(cmd, "pull", pullValues()...)
	return cmd
}

// registerCreate registers the flags that create has too.
func (o *upOptions) registerCreate(f *pflag.FlagSet) {
	o.planOptions.registerCreate(f)
	f.BoolVar(&o.quietPull, "quiet-pull", false, "Don't show how far pulls are")
	f.StringVar(&o.timeline, "timeline", "", "Write what ran when to a file (.html, .svg, or .json: a Chrome trace)")
	f.BoolVarP(&o.yes, "yes", "y", false, "Answer yes to every question")
}
