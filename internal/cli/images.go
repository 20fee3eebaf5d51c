package cli

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/state"
)

type imagesOptions struct {
	format string
	quiet  bool
}

func (a *app) imagesCommand() *cobra.Command {
	var o imagesOptions
	cmd := &cobra.Command{
		Use:   "images [OPTIONS] [SERVICE...]",
		Short: "List the images of the project's containers",
		Long: `List the images that the project's containers were created from, whether they
run or not. With -p NAME alone no compose file is needed.

On a Swarm they are those of the tasks that run or are to run, each once for
each service, with the digest by which all nodes pull the same. -q prints the
digests.

An image whose name has moved to another one since, by a build or a pull, is
listed as <none>.`,
		Example: `  stack images
  stack images -q web
  stack images --format json`,
		ValidArgsFunction: a.completeServices,
		RunE: func(cmd *cobra.Command, services []string) error {
			if err := checkFormat(o.format, "table", "json"); err != nil {
				return err
			}
			return a.images(cmd.Context(), o, services)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "table", "How to print them (table, json)")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "Print the ids alone, each once")
	completeFlag(cmd, "format", "table", "json")
	return cmd
}

func (a *app) images(ctx context.Context, o imagesOptions, services []string) error {
	v, err := a.view(ctx, state.Scope{ContainersOnly: true, ContainerImages: true}, services)
	if err != nil {
		return err
	}
	defer v.close()
	listed := slices.DeleteFunc(v.observed.Containers, func(c state.Container) bool {
		return len(services) > 0 && !slices.Contains(services, c.Service)
	})
	if v.observed.Engine.Swarm() {
		listed = slices.DeleteFunc(listed, func(c state.Container) bool { return !c.Live() && c.Status != state.StatusCreated })
		return render.TaskImages(a.process.Out, listed, render.ImageOptions{Format: o.format, Quiet: o.quiet})
	}
	return render.Images(a.process.Out, listed, v.observed.Images, render.ImageOptions{
		Format: o.format, Quiet: o.quiet, Now: time.Now(),
	})
}
