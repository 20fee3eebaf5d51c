package docker

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

const (
	// labelFills is on a container that is there to fill a volume, which it
	// names. It has no project's label: it is no service's container.
	labelFills = "dev.stack.fills"
	// fillPath is where such a container has the volume.
	fillPath = "/dev.stack.files"
	// fillCleanup is how long its removal may take after an interrupt.
	fillCleanup = 10 * time.Second
)

// FillVolume writes into a volume through a container that mounts it and is
// never started: no other call writes into a volume. The container is of the
// service's own image, as that is on the engine in any case.
func (v volumes) FillVolume(ctx context.Context, spec state.FilesVolume) error {
	name := spec.Volume.Config.Name
	api, err := v.reach(ctx)
	if err != nil {
		return err
	}
	held, err := v.create(ctx, api, spec.Volume)
	if err != nil {
		return err
	}
	if held.Labels[state.LabelStackFiles] == "" {
		return fmt.Errorf("volume %s is not one that was made for configs and secrets: remove it or give it another name: %w", name, engine.ErrConflict)
	}
	archive, err := archiveFiles(spec.Files)
	if err != nil {
		return fmt.Errorf("fill volume %s: %w", name, err)
	}
	filler, err := v.createFiller(ctx, api, spec)
	if err != nil {
		return v.translate(err, "fill volume %s", name)
	}
	err = api.CopyToContainer(ctx, filler, fillPath, archive, container.CopyToContainerOptions{})
	removed := removeFiller(ctx, api, filler)
	return v.translate(errors.Join(err, removed), "write %s into volume %s", fileNames(spec.Files), name)
}

// createFiller creates the container that fills a volume. One of that name was
// left by a run that was killed.
func (v volumes) createFiller(ctx context.Context, api *client.Client, spec state.FilesVolume) (id string, err error) {
	volume := spec.Volume.Config.Name
	config := &container.Config{
		Image: spec.Image, Entrypoint: []string{"/never-started"}, Labels: map[string]string{labelFills: volume},
	}
	host := &container.HostConfig{NetworkMode: "none", Mounts: []mount.Mount{{
		Type: mount.TypeVolume, Source: volume, Target: fillPath, VolumeOptions: &mount.VolumeOptions{NoCopy: true},
	}}}
	for range 2 {
		var created container.CreateResponse
		created, err = api.ContainerCreate(ctx, config, host, nil, parsePlatform(spec.Platform), volume+".fill")
		if !errdefs.IsConflict(err) || !v.removeFillers(ctx, api, volume) {
			return created.ID, err
		}
	}
	return "", err
}

// removeFillers removes the containers that fill a volume, and says whether
// there were any.
func (v volumes) removeFillers(ctx context.Context, api *client.Client, volume string) bool {
	list, err := api.ContainerList(ctx, container.ListOptions{
		All: true, Filters: filters.NewArgs(filters.Arg("label", labelFills+"="+volume)),
	})
	if err != nil {
		return false
	}
	removed := false
	for _, c := range list {
		removed = removeFiller(ctx, api, c.ID) == nil || removed
	}
	return removed
}

// removeFiller removes a container that fills a volume, and the anonymous
// volumes that its image gave it, even if ctx has ended.
func removeFiller(ctx context.Context, api *client.Client, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fillCleanup)
	defer cancel()
	err := api.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if absent(err) {
		return nil
	}
	return err
}

// resolveFilesVolumes gives an engine that cannot mount a part of a volume the
// place where it keeps the volume's files. It is done for volumes that are
// made for that alone: one that is in use in this way can be removed.
func (c containers) resolveFilesVolumes(ctx context.Context, api *client.Client, volumes []types.ServiceVolumeConfig) ([]types.ServiceVolumeConfig, error) {
	if atLeast(api.ClientVersion(), apiSubpath) {
		return volumes, nil
	}
	resolved := slices.Clone(volumes)
	for i, v := range volumes {
		if v.Type != types.VolumeTypeVolume || v.Volume == nil || v.Volume.Subpath == "" {
			continue
		}
		held, err := api.VolumeInspect(ctx, v.Source)
		if err != nil && !absent(err) {
			return nil, c.translate(err, "volume %s", v.Source)
		}
		if err == nil && held.Labels[state.LabelStackFiles] != "" {
			resolved[i] = types.ServiceVolumeConfig{
				Type: types.VolumeTypeBind, Source: path.Join(held.Mountpoint, v.Volume.Subpath), Target: v.Target,
				ReadOnly: v.ReadOnly, Bind: &types.ServiceVolumeBind{},
			}
		}
	}
	return resolved, nil
}
