package docker

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/stackctl/stack/engine/docker/internal/buildkit"
	"github.com/stackctl/stack/state"
)

// buildx hands a build over to the buildx plugin: its builders are not the
// engine's. The image is loaded into the engine, or pushed.
func (i images) buildx(ctx context.Context, spec state.BuildSpec, progress func(state.Progress)) error {
	command, err := i.findBuildx(ctx)
	if err != nil {
		return err
	}
	env := append(os.Environ(), "DOCKER_CONFIG="+configDir(i.getenv))
	if i.endpoint.context != "" {
		env = append(env, "DOCKER_HOST=", "DOCKER_CONTEXT="+i.endpoint.context)
	} else {
		env = append(env, "DOCKER_HOST="+i.endpoint.host)
	}
	return buildkit.HandOver(ctx, command, env, i.buildRequest(spec, progress))
}

// findBuildx is the command that runs buildx: the plugin in one of the docker
// CLI's folders, or else the docker CLI itself.
func (i images) findBuildx(ctx context.Context) ([]string, error) {
	name := "docker-buildx"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	for _, folder := range pluginFolders(i.config, i.getenv) {
		path := filepath.Join(folder, name)
		if found, err := os.Stat(path); err == nil && !found.IsDir() {
			return []string{path}, nil
		}
	}
	docker, err := exec.LookPath("docker")
	if err != nil || exec.CommandContext(ctx, docker, "buildx", "version").Run() != nil {
		return nil, errors.New("--builder needs the buildx plugin of the docker CLI, and none is here: install it (docker-buildx-plugin, or Debian's docker-buildx), or build without --builder")
	}
	return []string{docker, "buildx"}, nil
}
