package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// BuildImage builds an image with the engine's builder: BuildKit, or the
// classic one where DOCKER_BUILDKIT=0 or the engine's system has no other.
func (i images) BuildImage(ctx context.Context, spec state.BuildSpec, progress func(state.Progress)) error {
	api, err := i.reach(ctx)
	if err != nil {
		return err
	}
	options, err := i.buildOptions(spec)
	if err != nil {
		return fmt.Errorf("build %s: %w", spec.Image, err)
	}
	builder, err := i.builder(ctx)
	if err != nil {
		return err
	}
	options.Version = builder
	err = i.buildWithBases(ctx, api, spec, options, progress)
	if builder == build.BuilderBuildKit && needsSession(err) {
		options.Version = build.BuilderV1 // it is given the credentials in the call
		err = i.build(ctx, api, spec, options, progress)
	}
	failed := i.translate(err, "build %s", spec.Image)
	if err != nil && unreachable(err.Error()) {
		return explainPull(failed, err)
	}
	return failed
}

// buildWithBases builds, and pulls the base images that the builder may not
// pull: BuildKit would ask the client for the credentials.
func (i images) buildWithBases(ctx context.Context, api *client.Client, spec state.BuildSpec, options build.ImageBuildOptions, progress func(state.Progress)) error {
	pulled := map[string]bool{}
	for {
		err := i.build(ctx, api, spec, options, progress)
		base := missingBase(err)
		if base == "" || pulled[base] {
			return err
		}
		pulled[base] = true
		if err := i.PullImage(ctx, base, options.Platform, progress); err != nil {
			return err
		}
	}
}

// missingBase is the image whose registry asks for credentials, if that is why
// a build failed.
func missingBase(err error) string {
	var failed *engine.BuildError
	if !needsSession(err) || !errors.As(err, &failed) {
		return ""
	}
	base, _ := strings.CutPrefix(failed.Step, "[internal] load metadata for ")
	if base == failed.Step {
		return ""
	}
	return base
}

func needsSession(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "no active session") || strings.Contains(err.Error(), "no session available"))
}

func (i images) builder(ctx context.Context) (build.BuilderVersion, error) {
	found, err := i.info(ctx)
	if err != nil {
		return "", err
	}
	if found.OS == "windows" || slices.Contains([]string{"0", "false"}, strings.ToLower(i.getenv("DOCKER_BUILDKIT"))) {
		return build.BuilderV1, nil
	}
	return build.BuilderBuildKit, nil
}

func (i images) build(ctx context.Context, api *client.Client, spec state.BuildSpec, options build.ImageBuildOptions, progress func(state.Progress)) error {
	var body io.ReadCloser = http.NoBody
	if remote(spec.Config.Context) {
		options.RemoteContext = spec.Config.Context
		options.Dockerfile = spec.Config.Dockerfile
	} else {
		files, err := openContext(spec.Config)
		if err != nil {
			return err
		}
		options.Dockerfile = files.dockerfile
		body = files.stream()
	}
	defer body.Close()
	response, err := api.ImageBuild(ctx, body, options)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	output := newBuildOutput(progress)
	return output.explain(readStream(response.Body, output.take))
}

func remote(context string) bool {
	for _, prefix := range []string{"https://", "http://", "git://", "git@", "github.com/", "ssh://"} {
		if strings.HasPrefix(context, prefix) {
			return true
		}
	}
	return false
}

func (i images) buildOptions(spec state.BuildSpec) (build.ImageBuildOptions, error) {
	c := spec.Config
	if len(c.Secrets) > 0 || len(c.SSH) > 0 {
		return build.ImageBuildOptions{}, errors.New("build.secrets and build.ssh are not supported yet")
	}
	auth, err := i.allAuth()
	if err != nil {
		return build.ImageBuildOptions{}, err
	}
	labels := map[string]string{}
	maps.Copy(labels, c.Labels)
	maps.Copy(labels, spec.Labels)
	return build.ImageBuildOptions{
		Tags:        append([]string{spec.Image}, c.Tags...),
		NoCache:     spec.NoCache || c.NoCache,
		PullParent:  spec.Pull || c.Pull,
		Remove:      true,
		ForceRemove: true,
		Isolation:   container.Isolation(c.Isolation),
		NetworkMode: c.Network,
		ShmSize:     int64(c.ShmSize),
		Ulimits:     ulimits(c.Ulimits),
		BuildArgs:   i.buildArgs(c.Args),
		AuthConfigs: auth,
		Labels:      labels,
		CacheFrom:   c.CacheFrom,
		ExtraHosts:  extraHosts(c.ExtraHosts),
		Target:      c.Target,
		Platform:    buildPlatform(spec),
	}, nil
}

func buildPlatform(spec state.BuildSpec) string {
	if spec.Platform == "" && len(spec.Config.Platforms) == 1 {
		return spec.Config.Platforms[0]
	}
	return spec.Platform
}

// buildArgs are the service's, over the proxies that the docker CLI's
// configuration file gives to every build.
func (i images) buildArgs(args types.MappingWithEquals) map[string]*string {
	all := proxies(i.config, i.endpoint.host)
	maps.Copy(all, args)
	return all
}
