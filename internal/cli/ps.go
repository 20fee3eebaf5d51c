package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/engine/docker"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

type psOptions struct {
	all      bool
	filter   string
	format   string
	noTrunc  bool
	orphans  bool
	quiet    bool
	services bool
	status   []string
}

func (a *app) psCommand() *cobra.Command {
	var o psOptions
	cmd := &cobra.Command{
		Use:   "ps [OPTIONS] [SERVICE...]",
		Short: "List the project's containers",
		Long: `List the project's containers that run, or all of them with -a.

On a Swarm these are the tasks of its services: those that run or are to run,
and with -a those that have ended.

With -p NAME alone no compose file is needed. --format takes table, json (one
object a line), a Go template, or 'table' and a template; without it, the docker
CLI's psFormat is taken, if its configuration has one.`,
		Example: `  stack ps
  stack ps -a --status exited
  stack ps --format '{{.Service}} {{.Health}}'
  stack ps --format json web`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			if err := o.check(); err != nil {
				return err
			}
			if !cmd.Flags().Changed("format") {
				o.format = docker.PsFormat(a.process.getenv)
			}
			return a.ps(cmd.Context(), o, services)
		},
	}
	o.register(cmd.Flags())
	return cmd
}

func (o *psOptions) register(f *pflag.FlagSet) {
	f.BoolVarP(&o.all, "all", "a", false, "List containers that have ended too, and those of 'run'")
	f.StringVar(&o.filter, "filter", "", "Keep containers with a property: status=STATUS")
	f.StringVar(&o.format, "format", "table", "How to print them (table, json, TEMPLATE, table TEMPLATE)")
	f.BoolVar(&o.noTrunc, "no-trunc", false, "Print everything in full")
	f.BoolVar(&o.orphans, "orphans", true, "List containers of services that the compose file does not have")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "Print the ids alone")
	f.BoolVar(&o.services, "services", false, "Print the services alone")
	f.StringArrayVar(&o.status, "status", nil, "Keep containers of a status (paused, restarting, removing, running, dead, created, exited)")
}

// check reads the filter.
func (o *psOptions) check() error {
	if o.filter == "" {
		return nil
	}
	key, value, ok := strings.Cut(o.filter, "=")
	switch {
	case !ok:
		return errors.New("arguments to --filter should be in form KEY=VAL")
	case key != "status":
		return fmt.Errorf("unknown filter %s: it is status", key)
	}
	o.status = append(o.status, value)
	return nil
}

func (a *app) ps(ctx context.Context, o psOptions, services []string) error {
	v, err := a.glance(ctx, containersOnly, services)
	if err != nil {
		return err
	}
	defer v.close()
	var listed []state.Container
	for _, c := range v.observed.Containers {
		if o.wants(c, v.target, services) {
			listed = append(listed, c)
		}
	}
	return render.Containers(a.process.Out, listed, render.ContainerOptions{
		Format: o.format, NoTrunc: o.noTrunc, Quiet: o.quiet, Services: o.services, Now: time.Now(),
	})
}

func (o *psOptions) wants(c state.Container, t target, services []string) bool {
	switch {
	case c.IsHook():
		return false
	case len(services) > 0 && !slices.Contains(services, c.Service):
		return false
	case len(o.status) > 0:
		if !slices.Contains(o.status, string(c.Status)) {
			return false
		}
	case !o.all && c.Task != "":
		if c.OneOff || c.Status == state.StatusExited || c.Status == state.StatusDead || c.Status == state.StatusRemoving {
			return false
		}
	case !o.all && (c.OneOff || !c.Running() && c.Status != state.StatusRestarting):
		return false
	}
	return o.orphans || t.project == nil || slices.Contains(t.project.ServiceNames(), c.Service)
}
