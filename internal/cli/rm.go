package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func (a *app) rmCommand() *cobra.Command {
	policy := planner.RemovePolicy{}
	var force bool
	cmd := &cobra.Command{
		Use:   "rm [OPTIONS] [SERVICE...]",
		Short: "Remove the project's containers that do not run",
		Long: `Remove the containers of the project or of the named services that do not run,
after a question that -f answers. Their anonymous volumes stay unless -v is
given. With -s the containers that run are stopped first, dependents before
what they depend on. Networks and named volumes stay: 'stack down' removes
those.

One-off containers of 'run', and those of services that the compose file does
not have, stay. With -p NAME alone no compose file is needed.`,
		Example: `  stack rm
  stack rm -fs web             stop and remove it without a question
  stack rm -fsv                with the anonymous volumes`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			policy.Services = services
			what := action{
				services: services,
				plan: func(_ target, desired state.Desired, observed state.Observed) (planner.Plan, error) {
					return planner.Remove(desired, observed, policy)
				},
				nothing: func(target) string { return "No stopped containers" },
				approve: askToRemove,
			}
			if force {
				what.approve = sayWhatGoes
			}
			return a.act(cmd.Context(), what)
		},
	}
	f := cmd.Flags()
	f.BoolVarP(&policy.OneOff, "all", "a", false, "Remove one-off containers of 'run' that do not run too")
	f.BoolVarP(&force, "force", "f", false, "Don't ask")
	f.BoolVarP(&policy.Stop, "stop", "s", false, "Stop the containers that run, and remove them too")
	f.BoolVarP(&policy.Volumes, "volumes", "v", false, "Remove the anonymous volumes of the containers")
	f.Lookup("all").Hidden = true
	return cmd
}

// askToRemove asks a person, or whatever else answers on standard input.
func askToRemove(ctx context.Context, s *session, plan planner.Plan) (bool, error) {
	if err := s.tell(goingToRemove(plan) + "\nAre you sure? [y/N] "); err != nil {
		return false, err
	}
	yes, answered, err := s.readAnswer(ctx)
	if err == nil && !answered {
		_ = s.tell("\n")
		err = errors.New("nobody is there to say yes, so nothing was removed: run it again with -f")
	}
	return yes, err
}

// sayWhatGoes says what is removed without a question.
func sayWhatGoes(_ context.Context, s *session, plan planner.Plan) (bool, error) {
	_, err := fmt.Fprintln(s.app.process.Out, goingToRemove(plan))
	return true, err
}

func goingToRemove(plan planner.Plan) string {
	var names []string
	for _, change := range plan.Changes {
		names = append(names, change.Name)
	}
	return "Going to remove " + strings.Join(names, ", ")
}
