package docker

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/state"
)

// named are the networks that have that name. Old engines let two runs that
// create one at once have one each, and then find neither by its name.
func (d *daemon) named(ctx context.Context, api *client.Client, name string) ([]network.Inspect, error) {
	list, err := api.NetworkList(ctx, network.ListOptions{Filters: filters.NewArgs(filters.Arg("name", name))})
	return slices.DeleteFunc(list, func(n network.Inspect) bool { return n.Name != name }), err
}

// removeTwins leaves one of the project's networks of one name, the same
// whoever does it. It returns a conflict if that is not the one with the id.
func (n networks) removeTwins(ctx context.Context, api *client.Client, id string, spec state.NetworkSpec) error {
	project := spec.Labels[state.LabelProject]
	all, err := n.named(ctx, api, spec.Config.Name)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(n network.Inspect) bool { return n.Labels[state.LabelProject] != project })
	if len(all) < 2 {
		return nil
	}
	slices.SortFunc(all, func(a, b network.Inspect) int { return cmp.Compare(a.ID, b.ID) })
	for _, twin := range all[1:] {
		if err := api.NetworkRemove(ctx, twin.ID); err != nil && !absent(err) {
			return err
		}
	}
	if all[0].ID != id {
		return fmt.Errorf("another run has created it at the same time%w", quiet{errdefs.ErrConflict})
	}
	return nil
}
