package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

type attachOptions struct {
	detachKeys string
	index      int
	noStdin    bool
	sigProxy   bool
}

func (a *app) attachCommand() *cobra.Command {
	var o attachOptions
	cmd := &cobra.Command{
		Use:   "attach [OPTIONS] SERVICE",
		Short: "Attach to a service's running container",
		Long: `Join this terminal to the process of a service's running container: what it
prints from now on, and, where the service has stdin_open, what is typed here.
It ends with the container, and with its exit code.

The detach keys (Ctrl-P Ctrl-Q, or detachKeys of the docker CLI's
configuration) end it where the container has a terminal. Where it has none,
signals such as Ctrl-C are passed on to the process, unless --sig-proxy=false:
that ends 'attach' only. With -p NAME alone no compose file is needed.`,
		Example: `  stack attach shell
  stack attach --detach-keys ctrl-x,x shell
  stack attach --no-stdin --sig-proxy=false web`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeOneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.attachTo(cmd.Context(), o, args[0])
		},
	}
	o.register(cmd.Flags())
	return cmd
}

func (o *attachOptions) register(f *pflag.FlagSet) {
	f.StringVar(&o.detachKeys, "detach-keys", "", "Keys that end it, such as ctrl-x,x")
	f.IntVar(&o.index, "index", 0, "Number of the replica to attach to")
	f.BoolVar(&o.noStdin, "no-stdin", false, "Don't pass the input on")
	f.BoolVar(&o.sigProxy, "sig-proxy", true, "Pass signals on to the process")
}

func (a *app) attachTo(ctx context.Context, o attachOptions, service string) error {
	v, err := a.view(ctx, state.Scope{ContainersOnly: true, Services: []string{service}}, nil)
	if err != nil {
		return err
	}
	defer v.close()
	c, err := v.running(service, o.index)
	if err != nil {
		return err
	}
	switch c.Status {
	case state.StatusPaused:
		return fmt.Errorf("cannot attach to a paused container, unpause it first: %s", c.Name)
	case state.StatusRestarting:
		return fmt.Errorf("cannot attach to a restarting container, wait until it is running: %s", c.Name)
	}
	if a.global.dryRun {
		v.pretend(render.Step{Op: "Attach", Name: c.Name, Text: "attach", Status: "Attached"})
		return nil
	}
	tty := ttyOptions{tty: c.TTY, interactive: !o.noStdin && c.Stdin}
	if c.TTY && tty.interactive && !isTerminal(a.process.In) {
		return fmt.Errorf("cannot attach stdin to a TTY-enabled container because stdin is not a terminal (the input device is not a TTY, and container %s has one): give --no-stdin", c.Name)
	}
	s, err := a.streams(tty, o.detachKeys)
	if err != nil {
		return err
	}
	session, err := v.engine.Attach(ctx, c.ID, s.options)
	if err != nil {
		return err
	}
	if o.sigProxy && !c.TTY {
		defer a.forward(v.engine, c.ID)()
		s.Forwarded = true
		ctx = a.interrupt.hard
	}
	return a.converse(ctx, session, s)
}
