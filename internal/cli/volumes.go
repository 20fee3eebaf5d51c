package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

type volumesOptions struct {
	format string
	quiet  bool
}

func (a *app) volumesCommand() *cobra.Command {
	var o volumesOptions
	cmd := &cobra.Command{
		Use:   "volumes [OPTIONS] [SERVICE...]",
		Short: "List the project's volumes",
		Long: `List the volumes that the engine holds of the project, or those of them that
the containers of the named services mount.

On a Swarm these are the volumes of the node that answers: a Swarm does not tell
of those of the others.

With -p NAME alone no compose file is needed. --format takes table, json (one
object a line), a Go template, or 'table' and a template.`,
		Example: `  stack volumes
  stack volumes -q db
  stack volumes --format '{{.Name}} {{.Mountpoint}}'`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			return a.volumes(cmd.Context(), o, services)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "table", "How to print them (table, json, TEMPLATE, table TEMPLATE)")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "Print the names alone")
	return cmd
}

func (a *app) volumes(ctx context.Context, o volumesOptions, services []string) error {
	v, err := a.view(ctx, state.Scope{}, services)
	if err != nil {
		return err
	}
	defer v.close()
	v.sayWhoseVolumes()
	mounted := map[string]bool{}
	for _, c := range v.listed(services) {
		for _, m := range c.Mounts {
			mounted[m.Name] = true
		}
	}
	listed := slices.DeleteFunc(v.observed.Volumes, func(volume state.ObservedVolume) bool {
		return len(services) > 0 && !mounted[volume.Name]
	})
	return render.Volumes(a.process.Out, listed, render.VolumeOptions{Format: o.format, Quiet: o.quiet})
}

// sayWhoseVolumes says of a Swarm of several nodes that volumes are a node's own.
func (v *view) sayWhoseVolumes() {
	if v.observed.Engine.Nodes < 2 {
		return
	}
	for _, n := range v.observed.Nodes {
		if n.Self {
			v.app.warn([]string{fmt.Sprintf("these are the volumes of %s: each other node has its own, which a Swarm does not tell of", n.Name)})
		}
	}
}
