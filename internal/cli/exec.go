package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

type execOptions struct {
	ttyOptions
	detach     bool
	env        []string
	index      int
	privileged bool
	user       string
	workdir    string
}

func (a *app) execCommand() *cobra.Command {
	var o execOptions
	cmd := &cobra.Command{
		Use:   "exec [OPTIONS] SERVICE COMMAND [ARGS...]",
		Short: "Run a command in a running container",
		Long: `Run a command in a running container of a service, and exit with its code. What
stands behind the service is the command's, flags too.

At a terminal the command gets one of its own; the detach keys (Ctrl-P Ctrl-Q,
or detachKeys of the docker CLI's configuration) leave it running. Piped, or
with -T, its input and both outputs are passed on byte for byte.

Of several containers it is the one with the lowest number, or --index. With
-p NAME alone no compose file is needed.`,
		Example: `  stack exec web sh
  stack exec web ls -l /srv
  stack exec -T db pg_dump shop > shop.sql
  stack exec -T db psql shop < shop.sql
  stack exec --index 2 -u root -e DEBUG=1 web env`,
		Args:              cobra.MinimumNArgs(2),
		ValidArgsFunction: a.completeOneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.note(cmd.Flags(), a.process, o.detach); err != nil {
				return err
			}
			command := args[1:]
			if command[0] == "--" && len(command) > 1 {
				command = command[1:] // nothing is called so
			}
			return a.exec(cmd.Context(), o, args[0], command)
		},
	}
	o.register(cmd.Flags(), a.process)
	cmd.Flags().SetInterspersed(false)
	return cmd
}

func (o *execOptions) register(f *pflag.FlagSet, process Process) {
	f.BoolVarP(&o.detach, "detach", "d", false, "Run the command in the background")
	f.StringArrayVarP(&o.env, "env", "e", nil, "Set a variable: KEY=VALUE, or KEY alone for the value that it has here")
	f.IntVar(&o.index, "index", 0, "Number of the replica to run it in")
	f.BoolVar(&o.privileged, "privileged", false, "Give the command all capabilities")
	f.StringVarP(&o.user, "user", "u", "", "User to run it as (name or uid)")
	f.StringVarP(&o.workdir, "workdir", "w", "", "Folder to run it in")
	o.ttyOptions.register(f, process)
	f.Lookup("interactive").Hidden = true
}

func (a *app) exec(ctx context.Context, o execOptions, service string, command []string) error {
	v, err := a.view(ctx, state.Scope{ContainersOnly: true, Services: []string{service}}, nil)
	if err != nil {
		return err
	}
	defer v.close()
	c, err := v.running(service, o.index)
	if err != nil {
		return err
	}
	if a.global.dryRun {
		v.pretend(render.Step{Op: "Exec", Name: c.Name, Text: "exec " + strings.Join(command, " "), Status: "Executed"})
		return nil
	}
	spec := state.ExecSpec{
		Command: command, User: o.user, WorkingDir: o.workdir, Env: resolveEnv(o.env, a.env(v.target)), Privileged: o.privileged,
	}
	streams, err := a.streams(o.ttyOptions, "")
	if err != nil {
		return err
	}
	if o.detach {
		return commandExit(v.engine.StartDetached(ctx, c.ID, spec, streams.options))
	}
	session, err := v.engine.StartExec(ctx, c.ID, spec, streams.options)
	if err != nil {
		return err
	}
	return a.converse(ctx, session, streams)
}

// resolveEnv gives variables without a value the one that they have here.
func resolveEnv(list []string, env lookup) []string {
	var resolved []string
	for _, entry := range list {
		if value, set := env(entry); set {
			entry += "=" + value
		}
		resolved = append(resolved, entry)
	}
	return resolved
}
