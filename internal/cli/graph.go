package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/graph"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

type graphOptions struct {
	format string
	output string
	live   bool
	with   []string

	form render.GraphFormat
	kind graph.With
}

func (a *app) graphCommand() *cobra.Command {
	var o graphOptions
	cmd := &cobra.Command{
		Use:   "graph [OPTIONS] [SERVICE...]",
		Short: "Draw what depends on what",
		Long: `Draw what the services, or the named ones, depend on, and what each waits for:
that it is healthy, has completed or has started. The tree is for a terminal,
dot for Graphviz, mermaid for Markdown, and svg is a picture that needs no
other program. With -o the file's name says which: .txt, .dot, .gv, .mmd or
.svg.

--live adds how each service is, as 'stack explain' sums it up, and colours it.
With -p NAME alone no compose file is needed: the containers' labels tell what
their services depend on.`,
		Example: `  stack graph
  stack graph --live web
  stack graph -o graph.svg --live --with networks,volumes
  stack -p shop graph --format mermaid`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return a.graph(cmd.Context(), o, services)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "", "How to draw it (tree, dot, mermaid, svg; default: what the file's name says, or tree)")
	f.StringVarP(&o.output, "output", "o", "", "Write it to a file")
	f.BoolVar(&o.live, "live", false, "Show how the services are now")
	f.StringSliceVar(&o.with, "with", nil, "Draw these too (networks, volumes)")
	completeFlag(cmd, "format", render.GraphFormats()...)
	completeFlag(cmd, "with", "networks", "volumes")
	return cmd
}

// check reads the flags.
func (o *graphOptions) check() error {
	var err error
	text := o.format
	if text == "" {
		if text, err = formatOfFile(o.output); err != nil {
			return err
		}
	}
	if o.form, err = render.ParseGraphFormat(text); err != nil {
		return err
	}
	for _, what := range o.with {
		switch what {
		case "networks":
			o.kind.Networks = true
		case "volumes":
			o.kind.Volumes = true
		default:
			return fmt.Errorf("unknown --with value %q: it is networks or volumes", what)
		}
	}
	return nil
}

// formatOfFile is the form that a file's name asks for.
func formatOfFile(file string) (string, error) {
	form := render.Tree
	switch ending := strings.ToLower(filepath.Ext(file)); {
	case file == "", ending == ".txt":
	case ending == ".svg":
		form = render.SVG
	case ending == ".dot", ending == ".gv":
		form = render.Dot
	case ending == ".mmd", ending == ".mermaid":
		form = render.Mermaid
	default:
		return "", fmt.Errorf("--output %s: expected a name that ends in .txt, .dot, .gv, .mmd or .svg, or --format with it", file)
	}
	return string(form), nil
}

func (a *app) graph(ctx context.Context, o graphOptions, services []string) error {
	t, err := a.named(ctx)
	if err != nil {
		return err
	}
	a.warn(t.warnings)
	found := graph.Found{Project: t.name}
	if t.project != nil {
		desired, err := t.project.Desired(project.DesiredOptions{AllowMissingFiles: true, Swarm: a.forSwarm(t)})
		if err != nil {
			return err
		}
		found.Desired = &desired
	}
	color := a.colors(a.process.Out)
	var observed state.Observed
	if o.live || found.Desired == nil {
		s, err := a.open(t)
		if err != nil {
			return err
		}
		defer s.close()
		if observed, err = s.observeGraph(ctx, found); err != nil {
			return err
		}
		found.Observed, color = &observed, s.settings.outColor
	}
	if err := t.checkServices(services, observed.Containers, observed.Cluster.Services...); err != nil {
		return err
	}
	g := graph.New(found, o.kind)
	if !o.live {
		g = g.Still()
	}
	return a.writeGraph(g.Of(services), o, color)
}

func (s *session) observeGraph(ctx context.Context, found graph.Found) (state.Observed, error) {
	scope := state.Scope{Project: found.Project}
	if found.Desired != nil {
		planned := planner.Scope(*found.Desired)
		scope.Networks, scope.Volumes = planned.Networks, planned.Volumes
	}
	return s.engine.Observe(ctx, scope)
}

// writeGraph prints a graph, or writes it to a file, which then is without
// colours.
func (a *app) writeGraph(g graph.Graph, o graphOptions, color bool) error {
	if o.output == "" {
		return render.Graph(a.process.Out, g, o.form, color)
	}
	var out bytes.Buffer
	if err := render.Graph(&out, g, o.form, false); err != nil {
		return err
	}
	if err := os.WriteFile(a.path(o.output), out.Bytes(), 0o644); err != nil { //nolint:gosec // a picture is for everybody
		return fmt.Errorf("graph of project %s: %w", g.Project, err)
	}
	return nil
}
