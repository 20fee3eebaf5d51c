package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stackctl/stack/engine"
)

// systemPlugins are the folders in which the docker command looks for plugins
// after those of the user.
const systemPlugins = "/usr/local/lib/docker/cli-plugins /usr/local/libexec/docker/cli-plugins /usr/lib/docker/cli-plugins /usr/libexec/docker/cli-plugins"

// program finds the program of a provider: a plugin of the docker command, or
// else a program on PATH.
func (p *Providers) program(name string) (string, error) {
	if path, ok := p.plugin(name); ok {
		return path, nil
	}
	if path, ok := search(filepath.SplitList(p.getenv("PATH")), name); ok {
		return path, nil
	}
	return "", fmt.Errorf("provider %s: %w: there is neither a plugin docker-%s of the docker command nor a program %s on PATH: install it, or correct provider.type",
		name, engine.ErrNotFound, name, name)
}

// plugin finds a plugin of the docker command.
func (p *Providers) plugin(name string) (string, bool) {
	dir := p.getenv("DOCKER_CONFIG")
	if dir == "" {
		dir = filepath.Join(p.getenv("HOME"), ".docker")
	}
	var config struct {
		ExtraDirs []string `json:"cliPluginsExtraDirs"`
	}
	if text, err := os.ReadFile(filepath.Join(dir, "config.json")); err == nil {
		_ = json.Unmarshal(text, &config) // the engine's client complains of a broken one
	}
	folders := append(config.ExtraDirs, filepath.Join(dir, "cli-plugins"))
	return search(append(folders, strings.Fields(systemPlugins)...), "docker-"+name)
}

func search(folders []string, name string) (string, bool) {
	for _, folder := range folders {
		if !filepath.IsAbs(folder) {
			continue
		}
		if path, err := exec.LookPath(filepath.Join(folder, name)); err == nil {
			return path, true
		}
	}
	return "", false
}
