package enginetest

import (
	"context"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

type containers struct {
	*Faults
	inner engine.Containers
}

func (c containers) CreateContainer(ctx context.Context, spec state.ContainerSpec, progress func(state.Progress)) (string, error) {
	return through(ctx, c.Faults, c.begin("CreateContainer", spec.Name, true), func() (string, error) {
		return c.inner.CreateContainer(ctx, spec, progress)
	})
}

func (c containers) WriteFiles(ctx context.Context, name string, files []state.File) error {
	return c.write(ctx, "WriteFiles", name, func() error { return c.inner.WriteFiles(ctx, name, files) })
}

func (c containers) StartContainer(ctx context.Context, name string) error {
	return c.write(ctx, "StartContainer", name, func() error { return c.inner.StartContainer(ctx, name) })
}

func (c containers) StopContainer(ctx context.Context, name string, options state.StopOptions) error {
	return c.write(ctx, "StopContainer", name, func() error { return c.inner.StopContainer(ctx, name, options) })
}

func (c containers) RemoveContainer(ctx context.Context, name string, options state.RemoveOptions) error {
	return c.write(ctx, "RemoveContainer", name, func() error { return c.inner.RemoveContainer(ctx, name, options) })
}

func (c containers) RenameContainer(ctx context.Context, from, to string) error {
	return c.write(ctx, "RenameContainer", from, func() error { return c.inner.RenameContainer(ctx, from, to) })
}

type signals struct {
	*Faults
	inner engine.Signals
}

func (s signals) KillContainer(ctx context.Context, name, signal string) error {
	return s.write(ctx, "KillContainer", name, func() error { return s.inner.KillContainer(ctx, name, signal) })
}

func (s signals) PauseContainer(ctx context.Context, name string) error {
	return s.write(ctx, "PauseContainer", name, func() error { return s.inner.PauseContainer(ctx, name) })
}

func (s signals) UnpauseContainer(ctx context.Context, name string) error {
	return s.write(ctx, "UnpauseContainer", name, func() error { return s.inner.UnpauseContainer(ctx, name) })
}

type networks struct {
	*Faults
	inner engine.Networks
}

func (n networks) CreateNetwork(ctx context.Context, spec state.NetworkSpec) error {
	return n.write(ctx, "CreateNetwork", spec.Config.Name, func() error { return n.inner.CreateNetwork(ctx, spec) })
}

func (n networks) RemoveNetwork(ctx context.Context, name string) error {
	return n.write(ctx, "RemoveNetwork", name, func() error { return n.inner.RemoveNetwork(ctx, name) })
}

func (n networks) ConnectNetwork(ctx context.Context, container string, attachment state.Attachment) error {
	return n.write(ctx, "ConnectNetwork", container, func() error { return n.inner.ConnectNetwork(ctx, container, attachment) })
}

func (n networks) DisconnectNetwork(ctx context.Context, container, name string) error {
	return n.write(ctx, "DisconnectNetwork", container, func() error { return n.inner.DisconnectNetwork(ctx, container, name) })
}

type volumes struct {
	*Faults
	inner engine.Volumes
}

func (v volumes) CreateVolume(ctx context.Context, spec state.VolumeSpec) error {
	return v.write(ctx, "CreateVolume", spec.Config.Name, func() error { return v.inner.CreateVolume(ctx, spec) })
}

func (v volumes) FillVolume(ctx context.Context, spec state.FilesVolume) error {
	return v.write(ctx, "FillVolume", spec.Volume.Config.Name, func() error { return v.inner.FillVolume(ctx, spec) })
}

func (v volumes) RemoveVolume(ctx context.Context, name string) error {
	return v.write(ctx, "RemoveVolume", name, func() error { return v.inner.RemoveVolume(ctx, name) })
}

type images struct {
	*Faults
	inner engine.Images
}

func (i images) PushImage(ctx context.Context, reference string, progress func(state.Progress)) error {
	return i.write(ctx, "PushImage", reference, func() error { return i.inner.PushImage(ctx, reference, progress) })
}

func (i images) ResolveDigest(ctx context.Context, reference string) (string, error) {
	return i.inner.ResolveDigest(ctx, reference)
}

func (i images) PullImage(ctx context.Context, reference, platform string, progress func(state.Progress)) error {
	return i.write(ctx, "PullImage", reference, func() error { return i.inner.PullImage(ctx, reference, platform, progress) })
}

func (i images) BuildImage(ctx context.Context, build state.BuildSpec, progress func(state.Progress)) error {
	return i.write(ctx, "BuildImage", build.Image, func() error { return i.inner.BuildImage(ctx, build, progress) })
}

func (i images) RemoveImage(ctx context.Context, reference string) error {
	return i.write(ctx, "RemoveImage", reference, func() error { return i.inner.RemoveImage(ctx, reference) })
}
