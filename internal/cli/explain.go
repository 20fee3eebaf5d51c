package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/internal/drift"
	"github.com/stackctl/stack/internal/explain"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

type explainOptions struct {
	format string
	tail   int
}

func (a *app) explainCommand() *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:   "explain [OPTIONS] [SERVICE...]",
		Short: "Show why a service is in the state it is in",
		Long: `Show why services, or all of them, are in the state they are in: what they wait
for, down to the root; how each container is and since when, its exit code,
restarts, last probes and last log lines, and the image that it runs; what
depends on it; what 'stack up' would do with it now, and why; what the last
revision did to it; and what has drifted since.

With -p NAME alone no compose file is needed: the containers' labels tell then
what a service waits for, and what 'up' would do is not known.

--format json prints one object: version, project and services, each with
state, because (the steps to the root), replicas, dependsOn, neededBy, next,
last and drift.`,
		Example: `  stack explain web
  stack explain -n 50 worker
  stack explain --format json | jq '.services[] | {name, state, because}'`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			if err := checkFormat(o.format, "text", "json"); err != nil {
				return err
			}
			if o.tail < 0 {
				return fmt.Errorf("--tail must not be negative (found: %d)", o.tail)
			}
			return a.explain(cmd.Context(), o, services)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "text", "How to print it (text, json)")
	f.IntVarP(&o.tail, "tail", "n", 10, "Number of log lines from the end, for each container")
	completeFlag(cmd, "format", "text", "json")
	return cmd
}

func (a *app) explain(ctx context.Context, o explainOptions, services []string) error {
	t, err := a.named(ctx)
	if err != nil {
		return err
	}
	s, err := a.open(t)
	if err != nil {
		return err
	}
	defer s.close()
	a.warn(t.warnings)
	e := &explanation{session: s, target: t, services: services, tail: o.tail}
	if err := e.gather(ctx); err != nil {
		return err
	}
	explained := explain.Services(e.found, e.services)
	if o.format == "json" {
		return render.ExplainJSON(a.process.Out, t.name, explained)
	}
	return render.Explain(folded(a.process.Out), explained, render.ExplainOptions{Color: s.settings.outColor, Now: time.Now()})
}

// explanation is what is found about services while it is gathered.
type explanation struct {
	*session
	target   target
	services []string
	tail     int
	found    explain.Found
}

// gather takes one snapshot, and reads the logs after that.
func (e *explanation) gather(ctx context.Context) error {
	e.found.Project = e.target.name
	desired, policy := e.want(ctx)
	applied, err := e.asApplied(e.target.name)
	if err != nil {
		return err
	}
	if e.found.Observed, err = e.engine.Observe(ctx, explainScope(desired, applied)); err != nil {
		return err
	}
	if err := e.target.checkApplied(e.services, applied, e.found.Observed); err != nil {
		return err
	}
	if desired != nil {
		e.plan(*desired, policy)
	}
	if last, there, err := e.history(e.target.name).Last(); err != nil {
		return err
	} else if there {
		e.found.Last = &last
	}
	if len(e.services) == 0 {
		e.services = explain.Names(e.found)
	}
	e.found.Drift = drift.Compare(applied, e.found.Observed, nil)
	containers := e.found.Observed.Containers
	if e.found.Observed.Engine.Swarm() {
		containers = e.found.Observed.Cluster.Latest().Containers(e.target.name)
	}
	return e.readLogs(ctx, containers)
}

// want is what `up` would want, if that can be told.
func (e *explanation) want(ctx context.Context) (*state.Desired, planner.UpPolicy) {
	if e.target.project == nil {
		return nil, planner.UpPolicy{}
	}
	g, err := e.app.goal(ctx, planOptions{pull: pullPerService, preview: true}, nil)
	if err != nil {
		e.found.PlanError = err
		return nil, planner.UpPolicy{}
	}
	e.found.Desired = &g.desired
	return &g.desired, g.policy
}

func (e *explanation) plan(desired state.Desired, policy planner.UpPolicy) {
	plan, err := planner.Up(desired, e.found.Observed, policy)
	if err != nil {
		e.found.PlanError = err
		return
	}
	e.found.Plan = &plan
}

// explainScope is what is to be observed to plan and to compare.
func explainScope(desired *state.Desired, applied drift.Applied) state.Scope {
	scope := drift.Scope(applied)
	if desired == nil {
		return scope
	}
	planned := planner.Scope(*desired)
	scope.Networks = append(scope.Networks, planned.Networks...)
	scope.Volumes = append(scope.Volumes, planned.Volumes...)
	scope.Images = planned.Images
	return scope
}

// readLogs reads the last lines of the services' containers. Those of a
// container that cannot be read are a warning.
func (e *explanation) readLogs(ctx context.Context, containers []state.Container) error {
	e.found.Logs = map[string][]state.LogLine{}
	if e.tail == 0 {
		return nil
	}
	for _, c := range containers {
		if !slices.Contains(e.services, c.Service) || c.OneOff || c.LogDriver == "none" {
			continue
		}
		err := e.lastLines(ctx, c, func(l state.LogLine) { e.found.Logs[c.ID] = append(e.found.Logs[c.ID], l) })
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !errors.Is(err, engine.ErrNotFound):
			e.app.warn([]string{fmt.Sprintf("logs of %s: %v", c.Name, err)})
		}
	}
	return nil
}

func (e *explanation) lastLines(ctx context.Context, c state.Container, each func(state.LogLine)) error {
	options := state.LogOptions{Tail: strconv.Itoa(e.tail)}
	switch {
	case c.Task == "":
		return e.engine.Logs(ctx, c.ID, options, each)
	case c.ID == c.Task: // it has no container
		return nil
	}
	return e.engine.ServiceLogs(ctx, state.LogSource{Task: c.Task}, options, func(_ string, l state.LogLine) { each(l) })
}
