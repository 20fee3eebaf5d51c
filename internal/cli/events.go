package cli

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

type eventsOptions struct {
	json bool
	span state.Span
}

func (a *app) eventsCommand() *cobra.Command {
	var o eventsOptions
	cmd := &cobra.Command{
		Use:   "events [OPTIONS] [SERVICE...]",
		Short: "Print what happens to the project's containers",
		Long: `Print what happens to the project's containers, a line each, until it is
interrupted or --until is over. Containers of 'run' are left out. On a Swarm
these are the states that its tasks come into; it remembers the last of each.

With -p NAME alone no compose file is needed. A time is 2013-01-02T13:23:37Z,
seconds since 1970, or a while ago: 42m.`,
		Example: `  stack events web
  stack events --json --since 1h --until 0s`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			if err := errors.Join(checkMoment("since", o.span.Since), checkMoment("until", o.span.Until)); err != nil {
				return err
			}
			return a.events(cmd.Context(), o, services)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "Print a JSON object a line")
	f.StringVar(&o.span.Since, "since", "", "What happened since a time, as far as the engine remembers it")
	f.StringVar(&o.span.Until, "until", "", "Only what happens before a time")
	return cmd
}

func (a *app) events(ctx context.Context, o eventsOptions, services []string) error {
	v, err := a.view(ctx, containersOnly, services)
	if err != nil {
		return err
	}
	defer v.close()
	line := map[bool]func(io.Writer, state.Happening) error{false: render.Happening, true: render.HappeningJSON}[o.json]
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	happenings := func(each func(state.Happening)) error { return v.engine.Happenings(ctx, v.target.name, o.span, each) }
	if v.observed.Engine.Swarm() {
		happenings = func(each func(state.Happening)) error { return v.taskEvents(ctx, o.span, each) }
	}
	err = happenings(func(h state.Happening) {
		if h.OneOff || len(services) > 0 && !slices.Contains(services, h.Service) {
			return
		}
		if err := line(a.process.Out, h); err != nil {
			cancel(err) // nobody reads any more
		}
	})
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}
