package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

// bridgeCommand says why there is none.
func (a *app) bridgeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "bridge",
		Short: "Left out: convert a compose file to another platform's",
		Long: `There is no 'stack bridge'. What 'stack config' prints is a whole compose file,
which converters take.`,
		Example:            "  stack config | kompose convert -f -    in place of: stack bridge convert",
		Hidden:             true,
		DisableFlagParsing: true,
		ValidArgsFunction:  cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, arg := range args {
				if arg == "-h" || arg == "--help" {
					return cmd.Help()
				}
			}
			return errors.New("bridge is left out: it makes manifests of other platforms with images of Docker's. " +
				"Give what 'stack config' prints to a converter, such as kompose")
		},
	}
}
