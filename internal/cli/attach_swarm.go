package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stackctl/stack/internal/logs"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

// checkSwarm finds what is asked of containers that a Swarm would start again.
func (o *upOptions) checkSwarm() error {
	for _, flag := range []struct {
		name  string
		given bool
		why   string
	}{
		{"--exit-code-from", o.exitCodeFrom != "", "'stack up -d' waits for a job, and fails if it does"},
		{"--abort-on-container-exit", o.abortOnExit, "a Swarm's services go on without whoever has started them"},
		{"--abort-on-container-failure", o.abortOnFailure, "a Swarm's services go on without whoever has started them"},
		{"--watch", o.watch, noSwarm["watch"]},
		{"--no-start", o.noStart, noSwarm["create"]},
	} {
		if flag.given {
			return fmt.Errorf("%s is not for a Swarm: %s", flag.name, flag.why)
		}
	}
	return nil
}

// attachSwarm brings services of a Swarm up, and shows what they print until
// somebody has enough: they go on then. Where all of them are jobs, they are done.
func (a *app) attachSwarm(c *convergence, first step, o upOptions, g goal) error {
	began := time.Now()
	err := c.run(a.interrupt.soft, first)
	if err == nil {
		err = c.showTasks(a.interrupt.soft, began, o, o.attached(g))
	}
	if a.interrupt.soft.Err() == nil {
		return err
	}
	if c.settings.mode == render.TTY || c.settings.mode == render.Plain {
		_, _ = fmt.Fprintln(c.settings.status, "Detached: the services go on; 'stack logs -f' shows their logs again, 'stack down' removes them.")
	}
	return errors.Join(withoutInterrupts(err), errInterrupted)
}

// showTasks prints what the tasks of services print, and have printed since a
// moment.
func (c *convergence) showTasks(ctx context.Context, since time.Time, o upOptions, services []string) error {
	options := logs.Options{
		Project: c.desired.Project.Name, Services: services,
		Lines: state.LogOptions{Timestamps: o.timestamps, Since: since.UTC().Format(time.RFC3339Nano)},
	}
	observed, err := c.engine.Observe(ctx, state.Scope{Project: options.Project, ContainersOnly: true})
	if err != nil || len(services) == 0 {
		return err
	}
	for _, s := range observed.Cluster.Services {
		isJob := s.Spec.Mode.ReplicatedJob != nil || s.Spec.Mode.GlobalJob != nil
		options.Lines.Follow = options.Lines.Follow || !isJob && slices.Contains(services, s.Service)
	}
	printer := newLogPrinter(c.app.process, logStyle{color: !o.noColor && c.settings.outColor, noPrefix: o.noLogPrefix})
	for _, task := range observed.Containers {
		if options.Wants(task) {
			printer.printer.Register(logName(task))
		}
	}
	printer.attaching()
	return errors.Join(logs.Tasks(ctx, c.engine, options, printer.record), ctx.Err())
}
