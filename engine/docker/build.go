package docker

import (
	"context"
	"fmt"
	"slices"
	"strings"

	clitypes "github.com/docker/cli/cli/config/types"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/docker/internal/buildkit"
	"github.com/stackctl/stack/state"
)

// BuildImage builds an image with the engine's BuildKit, or with the builder
// that the build names, or with the classic builder where DOCKER_BUILDKIT=0 or
// the engine has no BuildKit.
func (i images) BuildImage(ctx context.Context, spec state.BuildSpec, progress func(state.Progress)) error {
	if progress == nil {
		progress = func(state.Progress) {}
	}
	api, err := i.reach(ctx)
	if err != nil {
		return err
	}
	found, err := i.info(ctx)
	if err != nil {
		return err
	}
	handedOver, reason := spec.Builder != "", i.noBuildKit(found)
	if spec.Memory > 0 && (handedOver || reason == "") {
		progress(state.Progress{Detail: "the memory limit of the build is ignored: the classic builder alone has one (DOCKER_BUILDKIT=0)", Warning: true})
	}
	switch {
	case handedOver:
		err = i.buildx(ctx, spec, progress)
	case reason != "":
		err = i.buildClassic(ctx, api, spec, reason, progress)
	default:
		err = i.buildKit(ctx, api, found, spec, progress)
	}
	failed := i.translate(err, "build %s", spec.Image)
	if err != nil && unreachable(engine.WithoutOutput(err).Error()) { // what a step prints is not about the engine
		return explainPull(failed, err)
	}
	return failed
}

// noBuildKit says why the classic builder has to do, and is empty where it has
// not.
func (i images) noBuildKit(found state.EngineInfo) string {
	switch {
	case found.OS == "windows":
		return "an engine on Windows has no BuildKit"
	case slices.Contains([]string{"0", "false"}, strings.ToLower(i.getenv("DOCKER_BUILDKIT"))):
		return "DOCKER_BUILDKIT=" + i.getenv("DOCKER_BUILDKIT")
	}
	return ""
}

func (i images) buildKit(ctx context.Context, api *client.Client, found state.EngineInfo, spec state.BuildSpec, progress func(state.Progress)) error {
	snapshots, err := hasSnapshots(ctx, api)
	if err != nil {
		return err
	}
	builder := buildkit.Engine{EngineInfo: found, Snapshots: snapshots, Dial: api.DialHijack}
	request := i.buildRequest(spec, progress)
	if request.Bases, err = ownBases(ctx, api, spec); err != nil {
		return err
	}
	return buildkit.Build(ctx, builder, request)
}

func (i images) buildRequest(spec state.BuildSpec, progress func(state.Progress)) buildkit.Request {
	return buildkit.Request{
		Spec: spec,
		Args: proxies(i.config, i.endpoint.host),
		Credentials: func(host string) (clitypes.AuthConfig, error) {
			i.detectStore()
			return i.config.GetAuthConfig(host)
		},
		Getenv:   i.getenv,
		Progress: progress,
	}
}

// hasSnapshots is true for an engine that keeps its images in the containerd
// image store.
func hasSnapshots(ctx context.Context, api *client.Client) (bool, error) {
	found, err := api.Info(ctx)
	if err != nil {
		return false, fmt.Errorf("engine info: %w", err)
	}
	return slices.Contains(found.DriverStatus, [2]string{"driver-type", "io.containerd.snapshotter.v1"}), nil
}
