package cli

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/drift"
	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

type driftOptions struct {
	format string
	quiet  bool
}

func (a *app) driftCommand() *cobra.Command {
	var o driftOptions
	cmd := &cobra.Command{
		Use:   "drift [OPTIONS] [SERVICE...]",
		Short: "Show what is no longer as it was applied",
		Long: `Show what of the project is no longer as it was applied: containers that were
removed, stopped, paused, renamed, changed or made again by somebody else,
images whose reference names another one now, containers of services that were
not applied, networks that containers were taken off or attached to, and
networks and volumes that were removed or made again. A job that ended with 0
is no drift.

On a Swarm it is services whose specification is not as it was applied, field by
field; those that were removed, made again or added; an update that the Swarm
paused or rolled back; and tasks that do not run.

What the compose file says by now does not matter: 'stack plan' compares with
that. What was applied is the last revision of 'stack history'. Where none is
recorded, as another machine or Docker Compose made the containers, their
labels tell what they can; containers that were removed cannot be known then.

The exit code is 0 if nothing has drifted, 2 if something has, and 1 after an
error. With -p NAME alone no compose file is needed.

--format json prints one object: version, project, basis (what it was compared
with), drifts, each with ref, name, drift (its kind), and field, applied and
found where they apply, and unknown (what cannot be told).`,
		Example: `  stack drift
  stack drift -q || echo 'somebody was here'
  stack drift --format json web | jq '.drifts[] | {name, drift}'`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			if err := checkFormat(o.format, "text", "json"); err != nil {
				return err
			}
			return a.drift(cmd.Context(), o, services)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "text", "How to print it (text, json)")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "Print nothing: the exit code says it")
	completeFlag(cmd, "format", "text", "json")
	return cmd
}

func (a *app) drift(ctx context.Context, o driftOptions, services []string) error {
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
	applied, err := s.asApplied(t.name)
	if err != nil {
		return err
	}
	observed, err := s.engine.Observe(ctx, drift.Scope(applied))
	if err != nil {
		return err
	}
	if err := t.checkApplied(services, applied, observed); err != nil {
		return err
	}
	report := drift.Compare(applied, observed, services)
	if err := a.printDrift(o, s, report); err != nil {
		return err
	}
	if len(report.Drifts) > 0 {
		return &exitError{code: 2}
	}
	return nil
}

func (a *app) printDrift(o driftOptions, s *session, report drift.Report) error {
	switch {
	case o.quiet:
		return nil
	case o.format == "json":
		return render.DriftJSON(a.process.Out, report)
	}
	return render.Drift(folded(a.process.Out), report, render.DriftOptions{Color: s.settings.outColor, Now: time.Now()})
}

// asApplied is the project as it was applied, by what is known here.
func (s *session) asApplied(project string) (drift.Applied, error) {
	last, there, err := s.history(project).Last()
	if err != nil || !there {
		return drift.Applied{Project: project, Basis: drift.Basis{Source: drift.FromLabels}}, err
	}
	return appliedIn(project, last), nil
}

func appliedIn(project string, r history.Revision) drift.Applied {
	return drift.Applied{
		Project: project,
		Basis: drift.Basis{
			Source: drift.FromRevision, Revision: r.Number, At: r.At, By: r.By, Command: r.Command, Outcome: string(r.Outcome),
		},
		Desired: &r.Desired, Containers: r.Applied, Services: r.Services,
	}
}

// checkApplied makes sure that each of the names is a service of the project:
// now, or when it was applied.
func (t target) checkApplied(names []string, applied drift.Applied, found state.Observed) error {
	var now []string
	for _, name := range names {
		if applied.Desired == nil || !slices.Contains(applied.Desired.Known, name) {
			now = append(now, name)
		}
	}
	return t.checkServices(now, slices.Concat(found.Containers, applied.Containers), found.Cluster.Services...)
}
