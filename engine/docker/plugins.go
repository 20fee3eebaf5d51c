package docker

import (
	"path/filepath"
	"runtime"
	"slices"

	"github.com/docker/cli/cli/config/configfile"
)

// PluginFolders are where the docker CLI looks for its plugins, in order: those
// of its configuration file, the user's, and the system's. Getenv looks up a
// variable.
func PluginFolders(getenv func(string) string) ([]string, error) {
	config, err := loadConfig(getenv)
	if err != nil {
		return nil, err
	}
	return pluginFolders(config, getenv), nil
}

func pluginFolders(config *configfile.ConfigFile, getenv func(string) string) []string {
	system := []string{
		"/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins",
		"/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins",
	}
	if runtime.GOOS == "windows" {
		system = []string{
			filepath.Join(getenv("ProgramData"), "Docker", "cli-plugins"),
			filepath.Join(getenv("ProgramFiles"), "Docker", "cli-plugins"),
		}
	}
	return slices.Concat(config.CLIPluginsExtraDirs, []string{filepath.Join(configDir(getenv), "cli-plugins")}, system)
}
