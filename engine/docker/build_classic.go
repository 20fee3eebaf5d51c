package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"

	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/engine/docker/internal/buildkit"
	"github.com/stackctl/stack/state"
)

// buildClassic builds with the classic builder. What that cannot do is an
// error: without it, the image would be another one.
func (i images) buildClassic(ctx context.Context, api *client.Client, spec state.BuildSpec, reason string, progress func(state.Progress)) error {
	if fields := beyondClassic(spec); len(fields) > 0 {
		return fmt.Errorf("%s: the classic builder doesn't support %s, set DOCKER_BUILDKIT=1 to use BuildKit, or remove them (%s)",
			strings.Join(fields, ", "), classicLacks(fields), reason)
	}
	options, err := i.classicOptions(spec)
	if err != nil {
		return err
	}
	body, err := classicContext(spec, &options)
	if err != nil {
		return err
	}
	defer body.Close()
	response, err := api.ImageBuild(ctx, body, options)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	output := classicOutput{steps: buildkit.NewSteps(progress), progress: progress}
	return output.steps.Explain(readStream(response.Body, output.take))
}

// classicLacks names the first of the fields in Docker Compose's words.
func classicLacks(fields []string) string {
	switch fields[0] {
	case "build.platforms":
		return "multi-arch build"
	case "build.privileged":
		return "privileged mode"
	case "build.ssh":
		return "SSH keys"
	}
	return strings.TrimPrefix(fields[0], "build.")
}

// beyondClassic are the fields of a build that only BuildKit honours.
func beyondClassic(spec state.BuildSpec) []string {
	c := spec.Config
	var fields []string
	for _, field := range []struct {
		name string
		set  bool
	}{
		{"build.additional_contexts", len(c.AdditionalContexts) > 0},
		{"build.cache_to", len(c.CacheTo) > 0},
		{"build.entitlements", len(c.Entitlements) > 0},
		{"build.no_cache_filter", len(c.NoCacheFilter) > 0},
		{"build.platforms", len(buildkit.Platforms(spec)) > 1},
		{"build.privileged", c.Privileged},
		{"build.provenance", buildkit.Attests(c.Provenance)},
		{"build.sbom", buildkit.Attests(c.SBOM)},
		{"build.secrets", len(spec.Secrets) > 0},
		{"build.ssh", len(c.SSH) > 0},
		{"--check", spec.Check},
	} {
		if field.set {
			fields = append(fields, field.name)
		}
	}
	return fields
}

func (i images) classicOptions(spec state.BuildSpec) (build.ImageBuildOptions, error) {
	c := spec.Config
	auth, err := i.allAuth()
	if err != nil {
		return build.ImageBuildOptions{}, err
	}
	labels := map[string]string{}
	maps.Copy(labels, c.Labels)
	maps.Copy(labels, spec.Labels)
	args := proxies(i.config, i.endpoint.host)
	maps.Copy(args, c.Args)
	return build.ImageBuildOptions{
		Version:     build.BuilderV1,
		Tags:        buildkit.Tags(spec),
		NoCache:     spec.NoCache || c.NoCache,
		PullParent:  spec.Pull || c.Pull,
		Remove:      true,
		ForceRemove: true,
		Isolation:   container.Isolation(c.Isolation),
		NetworkMode: c.Network,
		Memory:      spec.Memory,
		ShmSize:     int64(c.ShmSize),
		Ulimits:     ulimits(c.Ulimits),
		BuildArgs:   args,
		AuthConfigs: auth,
		Labels:      labels,
		CacheFrom:   c.CacheFrom,
		ExtraHosts:  extraHosts(c.ExtraHosts),
		Target:      c.Target,
		Platform:    strings.Join(buildkit.Platforms(spec), ","),
	}, nil
}

// classicContext is what is sent with a build: the folder as an archive, or
// nothing where the engine fetches the context.
func classicContext(spec state.BuildSpec, options *build.ImageBuildOptions) (io.ReadCloser, error) {
	if buildkit.Remote(spec.Config.Context) {
		if spec.Config.DockerfileInline != "" {
			return nil, errors.New("build.dockerfile_inline: the classic builder takes none beside a context that it fetches itself")
		}
		options.RemoteContext, options.Dockerfile = spec.Config.Context, spec.Config.Dockerfile
		return http.NoBody, nil
	}
	files, err := openContext(spec.Config)
	if err != nil {
		return nil, err
	}
	options.Dockerfile = files.dockerfile
	return files.stream(), nil
}

// classicOutput reads what the classic builder prints: "Step 1/2 : RUN x", then
// what the step prints.
type classicOutput struct {
	steps    *buildkit.Steps
	progress func(state.Progress)
	current  string
}

func (o *classicOutput) take(m message) error {
	line := strings.TrimSpace(m.Stream)
	switch {
	case m.Stream == "" && m.Status != "":
		o.progress(state.Progress{Detail: m.Status, Bytes: m.Progress.Current, Total: m.Progress.Total})
	case strings.HasPrefix(line, "Step "):
		o.current = line
		o.steps.Begin(line, line, "")
		o.steps.Reach(line)
	case m.Stream != "" && !strings.HasPrefix(line, "---> ") && !strings.HasPrefix(line, "Removing intermediate container"):
		o.steps.Write(o.current, []byte(m.Stream))
	}
	return nil
}
