package buildkit

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/distribution/reference"
	"github.com/tonistiigi/fsutil"
)

// The names by which the Dockerfile frontend asks for a build's folders.
const (
	localContext    = "context"
	localDockerfile = "dockerfile"
)

// sources are what a build reads: folders of this machine, which the frontend
// asks for by name, and addresses, which the engine fetches.
type sources struct {
	local     map[string]fsutil.FS
	attrs     map[string]string
	sharedKey string // equal for builds of the same folder, so that only changes are sent
}

func openSources(config types.BuildConfig) (sources, error) {
	s := sources{local: map[string]fsutil.FS{}, attrs: map[string]string{}}
	if Remote(config.Context) {
		s.attrs["context"] = config.Context
	} else if err := s.addFolder(localContext, "build context", config.Context); err != nil {
		return sources{}, err
	}
	if err := s.addDockerfile(config); err != nil {
		return sources{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(config.AdditionalContexts)) {
		if err := s.addContext(name, config.AdditionalContexts[name]); err != nil {
			return sources{}, fmt.Errorf("build.additional_contexts: %s: %w", name, err)
		}
	}
	host, _ := os.Hostname() // a key without it is as good on one machine
	s.sharedKey = fmt.Sprintf("%x", sha256.Sum256([]byte(host+"\x00"+config.Context)))
	return s, nil
}

// Remote is true for a build context that the engine fetches itself.
func Remote(context string) bool {
	for _, prefix := range []string{"https://", "http://", "git://", "git@", "github.com/", "ssh://"} {
		if strings.HasPrefix(context, prefix) {
			return true
		}
	}
	return false
}

func (s *sources) addFolder(name, what, path string) error {
	found, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if !found.IsDir() {
		return fmt.Errorf("%s %s is not a directory", what, path)
	}
	folder, err := fsutil.NewFS(path)
	if err != nil {
		return fmt.Errorf("%s %s: %w", what, path, err)
	}
	s.local[name] = folder
	return nil
}

// addDockerfile gives the frontend the folder of the Dockerfile: beside it may
// be a .dockerignore of its own. One of a remote context is found there.
func (s *sources) addDockerfile(config types.BuildConfig) error {
	if config.DockerfileInline != "" {
		const name = "Dockerfile"
		s.local[localDockerfile] = fileOf(name, []byte(config.DockerfileInline))
		s.attrs["filename"] = name
		if Remote(config.Context) {
			s.attrs["dockerfilekey"] = localDockerfile
		}
		return nil
	}
	path := cmp.Or(config.Dockerfile, "Dockerfile")
	if Remote(config.Context) {
		s.attrs["filename"] = path
		return nil
	}
	path = inContext(config.Context, path)
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("dockerfile: %w", err)
	}
	if target, err := os.Readlink(path); err == nil && !filepath.IsLocal(target) {
		if path, err = filepath.EvalSymlinks(path); err != nil { // the frontend cannot follow it out of its folder
			return fmt.Errorf("dockerfile: %w", err)
		}
	}
	s.attrs["filename"] = filepath.Base(path)
	// The folder has a name of its own: BuildKit takes a file of the same name,
	// size and time under the same name for the one that it has.
	folder := filepath.Dir(path)
	name := fmt.Sprintf("%s-%.12x", localDockerfile, sha256.Sum256([]byte(folder)))
	s.attrs["dockerfilekey"] = name
	return s.addFolder(name, "dockerfile", folder)
}

// inContext is the path of a Dockerfile, which may be anywhere.
func inContext(context, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(context, path)
}

// addContext gives a build one of its additional_contexts.
func (s *sources) addContext(name, value string) error {
	key, err := contextName(name)
	if err != nil {
		return err
	}
	s.attrs["frontend.caps"] = capContexts + "+forward"
	switch {
	case strings.HasPrefix(value, "oci-layout://"):
		return fmt.Errorf("%s: a folder with an OCI layout is not supported: use a folder, docker-image://, a git or an http address", value)
	case Remote(value) || strings.Contains(value, "://"):
		s.attrs["context:"+key] = value
		return nil
	}
	local := "context-" + key // no other local name begins like this
	s.attrs["context:"+key] = "local:" + local
	return s.addFolder(local, "folder", value)
}

// contextName is the name as the frontend compares it with what FROM says.
func contextName(name string) (string, error) {
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(reference.FamiliarString(named), ":latest"), nil
}
