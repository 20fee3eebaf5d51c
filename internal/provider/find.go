package provider

import (
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/stackctl/stack/engine"
)

// program finds the program of a provider: a plugin of the docker command, or
// else a program on PATH.
func (p *Providers) program(name string) (string, error) {
	if path, ok, err := p.plugin(name); ok || err != nil {
		return path, err
	}
	if path, ok := search(filepath.SplitList(p.getenv("PATH")), name); ok {
		return path, nil
	}
	return "", fmt.Errorf("provider %s: %w: there is neither a plugin docker-%s of the docker command nor a program %s on PATH: install it, or correct provider.type",
		name, engine.ErrNotFound, name, name)
}

// plugin finds a plugin of the docker command.
func (p *Providers) plugin(name string) (path string, ok bool, err error) {
	folders, err := p.options.PluginFolders()
	if err != nil {
		return "", false, err
	}
	path, ok = search(folders, "docker-"+name)
	return path, ok, nil
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
