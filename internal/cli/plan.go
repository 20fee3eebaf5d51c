package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/planner"
)

type planCommandOptions struct {
	planOptions
	format           string
	graph            string
	out              string
	detailedExitCode bool
	yes              bool
}

func (a *app) planCommand() *cobra.Command {
	var o planCommandOptions
	cmd := &cobra.Command{
		Use:   "plan [OPTIONS] [SERVICE...]",
		Short: "Show what 'up' would do, and why",
		Long: `Show what 'stack up' would do, and why, without changing anything.

--out saves the plan, with what it was made from. 'stack up --plan FILE'
carries it out later, and refuses to if the files, or what runs, have moved on
since. The file holds the services' environment: it is readable by its owner
only.

--graph draws the steps of the plan by service, and what each of them comes
after.

With --detailed-exitcode the exit code is 0 if there is nothing to do, 2 if
there is, and 1 after an error.`,
		Example: `  stack plan
  stack plan --scale web=3
  stack plan --out plan.json && stack up -d --plan plan.json
  stack plan --graph=svg > plan.svg
  stack plan --format json | jq .summary`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			o.note(cmd.Flags())
			if err := o.check(); err != nil {
				return err
			}
			return a.plan(cmd.Context(), o, services)
		},
	}
	o.register(cmd.Flags())
	completeFlag(cmd, "graph", render.GraphFormats()...)
	return cmd
}

func (o *planCommandOptions) register(f *pflag.FlagSet) {
	o.planOptions.register(f)
	f.StringVar(&o.format, "format", "text", "How to print it (text, json)")
	f.StringVar(&o.graph, "graph", "", "Draw its steps and what each comes after, in place of the text: --graph, or --graph=FORMAT (tree, dot, mermaid, svg)")
	f.Lookup("graph").NoOptDefVal = string(render.Tree)
	f.StringVar(&o.out, "out", "", "Save it to a file, for 'stack up --plan'")
	f.BoolVar(&o.detailedExitCode, "detailed-exitcode", false, "Exit with 2 if there is something to do")
	f.BoolVarP(&o.yes, "yes", "y", false, "Plan as if every question were answered with yes")
}

func (o *planCommandOptions) check() error {
	if err := checkFormat(o.format, "text", "json"); err != nil {
		return err
	}
	if o.graph != "" {
		if o.format != "text" {
			return fmt.Errorf("--graph cannot be combined with --format %s", o.format)
		}
		if _, err := render.ParseGraphFormat(o.graph); err != nil {
			return fmt.Errorf("--graph: %w", err)
		}
	}
	return o.planOptions.check()
}

func (a *app) plan(ctx context.Context, o planCommandOptions, services []string) error {
	o.preview = true
	g, err := a.goal(ctx, o.planOptions, services)
	if err != nil {
		return err
	}
	s, err := a.open(g.target)
	if err != nil {
		return err
	}
	defer s.close()
	c := &convergence{session: s, desired: g.desired, policy: g.policy, yes: o.yes, preview: true}
	planned, err := c.prepare(ctx)
	if err != nil {
		return err
	}
	if o.format == "json" {
		s.settings.mode = render.JSON
	}
	if err := o.show(s, planned.plan); err != nil {
		return err
	}
	if o.out != "" {
		saved, err := newSavedPlan(o.planOptions, services, c, planned)
		if err != nil {
			return err
		}
		if err := saved.write(a.path(o.out)); err != nil {
			return err
		}
	}
	if p := planned.plan; o.detailedExitCode && (!p.Empty() || len(p.Pending) > 0 || len(p.Consents) > 0) {
		return &exitError{code: 2}
	}
	return nil
}

// show prints the plan, or its graph.
func (o *planCommandOptions) show(s *session, plan planner.Plan) error {
	if o.graph == "" {
		return s.show(plan)
	}
	s.app.warn(append(slices.Clone(s.warnings), plan.Warnings...))
	return render.PlanGraph(s.app.process.Out, plan, render.GraphFormat(o.graph), s.planText().Color)
}

// path is a file that a flag names.
func (a *app) path(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(a.process.Dir, file)
}
