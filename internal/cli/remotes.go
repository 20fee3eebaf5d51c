package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/stackctl/stack/engine/docker"
	"github.com/stackctl/stack/internal/remote"
	"github.com/stackctl/stack/project"
)

// remoteOptions say how compose files that are elsewhere are fetched, and
// projects published.
func (a *app) remoteOptions() remote.Options {
	return remote.Options{
		Getenv: a.process.getenv, Environ: a.process.Environ, Cache: a.cacheFolder(),
		Account: func(registry string) (user, secret string, err error) {
			return docker.Account(a.process.getenv, registry)
		},
		Insecure: a.global.insecure,
		Say:      a.sayFetching,
		Patience: func() (time.Duration, error) { return docker.Patience(a.process.getenv) },
	}
}

// sayFetching tells a person what is waited for. Scripts get the result.
func (a *app) sayFetching(text string) {
	if isTerminal(a.process.Err) {
		fmt.Fprintln(a.process.Err, text)
	}
}

// remotes fetch compose files that are elsewhere. They are the same for the
// whole run: nothing is asked for twice.
func (a *app) remotes() []project.Remote {
	if a.fetching == nil {
		a.fetching = remote.All(a.remoteOptions())
	}
	return a.fetching
}

// cachedOnly fetches nothing: a completion must not wait for a network.
func (a *app) cachedOnly() []project.Remote {
	options := a.remoteOptions()
	options.Offline = true
	return remote.All(options)
}

// cacheFolder is where stack keeps what it can get again: in the user's cache
// folder (XDG Base Directory Specification).
func (a *app) cacheFolder() string {
	dir := a.process.getenv("XDG_CACHE_HOME")
	if !filepath.IsAbs(dir) {
		home := a.process.getenv("HOME")
		if home == "" {
			return filepath.Join(os.TempDir(), fmt.Sprintf("stack-cache-%d", os.Getuid()))
		}
		dir = filepath.Join(home, ".cache")
	}
	return filepath.Join(dir, "stack")
}
