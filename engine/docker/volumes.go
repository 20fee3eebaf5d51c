package docker

import (
	"context"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/state"
)

type volumes struct{ *daemon }

// CreateVolume creates a volume, or leaves the one of that name as it is.
func (v volumes) CreateVolume(ctx context.Context, spec state.VolumeSpec) error {
	api, err := v.reach(ctx)
	if err != nil {
		return err
	}
	_, err = v.create(ctx, api, spec)
	return err
}

func (v volumes) create(ctx context.Context, api *client.Client, spec state.VolumeSpec) (volume.Volume, error) {
	created, err := api.VolumeCreate(ctx, volume.CreateOptions{
		Name:       spec.Config.Name,
		Driver:     spec.Config.Driver,
		DriverOpts: spec.Config.DriverOpts,
		Labels:     spec.Labels,
	})
	return created, v.translate(err, "create volume %s", spec.Config.Name)
}

// RemoveVolume removes a volume that no container uses.
func (v volumes) RemoveVolume(ctx context.Context, name string) error {
	api, err := v.reach(ctx)
	if err != nil {
		return err
	}
	err = api.VolumeRemove(ctx, name, false)
	if errdefs.IsConflict(err) && v.removeFillers(ctx, api, name) {
		err = api.VolumeRemove(ctx, name, false)
	}
	if absent(err) {
		return nil
	}
	return v.translate(err, "remove volume %s", name)
}
