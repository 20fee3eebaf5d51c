package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/internal/usage"
	"github.com/stackctl/stack/state"
)

type statsOptions struct {
	all      bool
	format   string
	noStream bool
	noTrunc  bool
}

func (a *app) statsCommand() *cobra.Command {
	var o statsOptions
	cmd := &cobra.Command{
		Use:   "stats [OPTIONS] [SERVICE]",
		Short: "Show what the project's containers use",
		Long: `Show what CPU time, memory, network and disk the project's containers use,
again and again, also of those that start later. On a terminal the table is
drawn in place; elsewhere each round is printed after the one before.

With -p NAME alone no compose file is needed. --format takes table, json (one
object a line), a Go template, or 'table' and a template.`,
		Example: `  stack stats
  stack stats --no-stream web
  stack stats --no-stream --format '{{.Name}} {{.MemUsage}}'`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: a.completeOneService,
		RunE: func(cmd *cobra.Command, services []string) error {
			return a.stats(cmd.Context(), o, services)
		},
	}
	f := cmd.Flags()
	f.BoolVarP(&o.all, "all", "a", false, "Show containers that do not run too")
	f.StringVar(&o.format, "format", "", "How to print them (table, json, TEMPLATE, table TEMPLATE)")
	f.BoolVar(&o.noStream, "no-stream", false, "Print one round and end")
	f.BoolVar(&o.noTrunc, "no-trunc", false, "Print ids in full")
	return cmd
}

func (a *app) stats(ctx context.Context, o statsOptions, services []string) error {
	v, err := a.view(ctx, containersOnly, services)
	if err != nil {
		return err
	}
	defer v.close()
	options := render.UsageOptions{Format: o.format, NoTrunc: o.noTrunc}
	meter := usage.Meter{
		Engine: v.engine, Project: v.target.name,
		Wants: func(c state.Container) bool {
			return !c.IsHook() && (len(services) == 0 || c.Service == services[0]) && (o.all || c.Running())
		},
	}
	if o.noStream {
		rows, err := meter.Once(ctx)
		if err != nil {
			return err
		}
		return render.Usage(a.process.Out, rowsOf(rows), options)
	}
	screen := render.Screen{Out: a.process.Out, Terminal: isScreen(a.env(v.target), a.process.Out)}
	return meter.Follow(ctx, func(rows []usage.Row) error {
		return screen.Draw(func() error { return render.Usage(&screen, rowsOf(rows), options) })
	})
}

func rowsOf(measured []usage.Row) []render.ContainerUsage {
	rows := make([]render.ContainerUsage, 0, len(measured))
	for _, m := range measured {
		rows = append(rows, render.ContainerUsage{ID: m.ID, Name: m.Name, Usage: m.Usage, Unknown: !m.Known})
	}
	return rows
}
