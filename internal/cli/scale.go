package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) scaleCommand() *cobra.Command {
	o := upOptions{command: "scale", detach: true, planOptions: planOptions{pull: pullPerService, probe: probeEager}}
	cmd := &cobra.Command{
		Use:   "scale [SERVICE=REPLICAS...]",
		Short: "Set how many containers services have",
		Long: `Bring services up with that many containers each, and what they depend on as
the compose file says: 'stack up -d --scale SERVICE=REPLICAS SERVICE'. Surplus
containers are stopped and removed, those with the highest numbers first. The
next 'up' goes by the compose file again.`,
		Example: `  stack scale web=3
  stack scale web=3 worker=0
  stack scale --no-deps web=3`,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
			names, directive := a.completeServices(cmd, args, prefix)
			for i := range names {
				names[i] += "="
			}
			return names, directive | cobra.ShellCompDirectiveNoSpace
		},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("requires at least 1 arg(s), only received 0: say which service and how many, as in web=3")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			services, err := scaled(args)
			if err != nil {
				return err
			}
			o.scale = args
			return a.up(cmd.Context(), o, services)
		},
	}
	cmd.Flags().BoolVar(&o.noDeps, "no-deps", false, "Leave out the services that the named ones depend on")
	registerYes(cmd.Flags(), &o.yes)
	return cmd
}

// scaled are the services of SERVICE=REPLICAS arguments.
func scaled(args []string) ([]string, error) {
	var services []string
	for _, text := range args {
		name, number, ok := strings.Cut(text, "=")
		if n, err := strconv.Atoi(number); !ok || name == "" || err != nil || n < 0 {
			return nil, fmt.Errorf("invalid scale specifier: %s: expected SERVICE=REPLICAS, as in web=3", text)
		}
		services = append(services, name)
	}
	return services, nil
}
