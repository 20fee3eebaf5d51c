package docker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

type containers struct{ *daemon }

// payload is the body of a create call.
type payload struct {
	container.CreateRequest
	platform *ocispec.Platform
}

// CreateContainer creates a container and connects it to its networks: to all
// of them where [state.EngineInfo.CreatesWithAllNetworks], else to the first.
func (c containers) CreateContainer(ctx context.Context, spec state.ContainerSpec, progress func(state.Progress)) (string, error) {
	api, err := c.reach(ctx)
	if err != nil {
		return "", err
	}
	if spec.Config.Volumes, err = c.resolveFilesVolumes(ctx, api, spec.Config.Volumes); err != nil {
		return "", fmt.Errorf("create container %s: %w", spec.Name, err)
	}
	request, err := convert(spec, api.ClientVersion(), proxies(c.config, c.endpoint.host))
	if err != nil {
		return "", fmt.Errorf("create container %s: %w", spec.Name, err)
	}
	if err := c.fillLabels(ctx, api, spec, &request); err != nil {
		return "", err
	}
	if err := c.resolveShared(ctx, api, request.HostConfig); err != nil {
		return "", fmt.Errorf("create container %s: %w", spec.Name, err)
	}
	created, err := api.ContainerCreate(ctx, request.Config, request.HostConfig, request.NetworkingConfig, request.platform, spec.Name)
	if err != nil {
		return "", c.explainCreate(err, spec)
	}
	if progress != nil {
		for _, text := range created.Warnings {
			progress(state.Progress{Detail: text, Warning: true})
		}
	}
	return created.ID, nil
}

// convert makes the create call's body, as Docker Compose does.
func convert(spec state.ContainerSpec, apiVersion string, proxies map[string]*string) (payload, error) {
	host, err := hostConfig(spec, apiVersion)
	if err != nil {
		return payload{}, err
	}
	return payload{
		CreateRequest: container.CreateRequest{
			Config:           containerConfig(spec, apiVersion, proxies),
			HostConfig:       host,
			NetworkingConfig: networkingConfig(spec, apiVersion),
		},
		platform: parsePlatform(spec.Config.Platform),
	}, nil
}

func networkingConfig(spec state.ContainerSpec, apiVersion string) *network.NetworkingConfig {
	attachments := spec.Attachments
	if len(attachments) == 0 {
		return nil
	}
	if !(state.EngineInfo{APIVersion: apiVersion}).CreatesWithAllNetworks() {
		attachments = attachments[:1]
	}
	config := &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{}}
	for _, a := range attachments {
		config.EndpointsConfig[a.Network] = endpointSettings(a, apiVersion)
	}
	first := config.EndpointsConfig[attachments[0].Network]
	if first.MacAddress == "" && atLeast(apiVersion, apiEndpointMAC) {
		first.MacAddress = spec.Config.MacAddress
	}
	return config
}

// fillLabels writes the labels that only the engine knows: the ids of images,
// and a hash that the ids of other containers take part in.
func (c containers) fillLabels(ctx context.Context, api *client.Client, spec state.ContainerSpec, request *payload) error {
	imageID := func(reference string) (string, error) {
		image, err := api.ImageInspect(ctx, reference)
		return image.ID, err
	}
	request.Labels = maps.Clone(spec.Labels)
	if request.Labels[state.LabelImage] == "" {
		id, err := imageID(spec.Config.Image)
		if err != nil {
			return c.explainCreate(err, spec)
		}
		request.Labels[state.LabelImage] = id
	}
	mounted, err := state.MountedImages(spec.Config, imageID)
	if err != nil {
		return c.explainCreate(err, spec)
	}
	if mounted != "" {
		request.Labels[state.LabelStackImages] = mounted
	}
	if spec.HashSource == nil {
		return nil
	}
	hash, err := spec.HashSource.Hash(c.lookup(ctx, api))
	if err != nil {
		return fmt.Errorf("create container %s: %w", spec.Name, err)
	}
	request.Labels[state.LabelConfigHash] = hash
	return nil
}

// lookup finds the ids of containers by name, each once.
func (c containers) lookup(ctx context.Context, api *client.Client) func(name string) (string, error) {
	ids := map[string]string{}
	return func(name string) (string, error) {
		if known, ok := ids[name]; ok {
			return known, nil
		}
		found, err := api.ContainerInspect(ctx, name)
		if err != nil {
			return "", c.translate(err, "container %s", name)
		}
		ids[name] = found.ID
		return found.ID, nil
	}
}

// resolveShared puts ids in the place of the names of the containers that this
// one shares something with: a name may move to another container, and the
// engine looks some of them up again at every start.
func (c containers) resolveShared(ctx context.Context, api *client.Client, host *container.HostConfig) error {
	id := c.lookup(ctx, api)
	var errs []error
	share := func(mode string) string {
		name, ok := strings.CutPrefix(mode, "container:")
		if !ok {
			return mode
		}
		found, err := id(name)
		errs = append(errs, err)
		return "container:" + found
	}
	host.NetworkMode = container.NetworkMode(share(string(host.NetworkMode)))
	host.IpcMode = container.IpcMode(share(string(host.IpcMode)))
	host.PidMode = container.PidMode(share(string(host.PidMode)))
	for i, from := range host.VolumesFrom {
		found, err := id(from)
		errs = append(errs, err)
		host.VolumesFrom[i] = found
	}
	return errors.Join(errs...)
}

// explainCreate says what to do about a container that could not be created.
func (c containers) explainCreate(err error, spec state.ContainerSpec) error {
	failed := c.translate(err, "create container %s", spec.Name)
	text := err.Error()
	switch {
	case errors.Is(failed, engine.ErrConflict):
		return failed
	case strings.Contains(text, "bind source path does not exist"):
		return engine.AboutPart(hint(failed, "create that path, or set bind.create_host_path: true"), state.PartMount, refusedMount(text))
	case errors.Is(failed, engine.ErrNotFound) && strings.Contains(text, "No such image"):
		return engine.AboutPart(hint(failed, "pull or build %s first", spec.Config.Image), state.PartImage, "")
	case refusedMount(text) != "":
		return engine.AboutPart(failed, state.PartMount, refusedMount(text))
	default:
		return failed
	}
}

func parsePlatform(text string) *ocispec.Platform {
	if text == "" {
		return nil
	}
	parts := append(strings.Split(strings.ToLower(text), "/"), "", "")
	platform := &ocispec.Platform{OS: parts[0], Architecture: parts[1], Variant: parts[2]}
	switch {
	case parts[1] != "":
	case platform.OS != "linux" && platform.OS != "windows":
		platform.OS, platform.Architecture = "linux", parts[0]
	}
	switch platform.Architecture {
	case "x86_64", "x86-64":
		platform.Architecture = "amd64"
	case "aarch64":
		platform.Architecture = "arm64"
	}
	return platform
}
