package project

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
)

// Remote brings compose files here that are somewhere else: in a registry, or
// in a repository.
type Remote interface {
	// Accepts is true for the addresses that this one is for. It asks nobody.
	Accepts(address string) bool
	// Fetch returns the absolute path of a local copy of the compose file. What
	// the file names by relative paths is beside the copy. One address is asked
	// for once in a load.
	Fetch(ctx context.Context, address string) (string, error)
}

// fetched is what became of an address.
type fetched struct {
	file string
	err  error
}

// elsewhere is true for what one of the remotes accepts.
func (w *workspace) elsewhere(address string) bool {
	return w.remote(address) != nil
}

func (w *workspace) remote(address string) Remote {
	for _, r := range w.options.Remotes {
		if r.Accepts(address) {
			return r
		}
	}
	return nil
}

// copyOf is the local copy of what is at an address that a remote accepts.
func (w *workspace) copyOf(ctx context.Context, address string) (string, error) {
	if known, asked := w.fetched[address]; asked {
		return known.file, known.err
	}
	file, err := w.remote(address).Fetch(ctx, address)
	if w.fetched == nil {
		w.fetched, w.copied = map[string]fetched{}, map[string]string{}
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", redacted(address), err)
	} else {
		w.copied[file] = redacted(address)
	}
	w.fetched[address] = fetched{file, err}
	return file, err
}

// fetch replaces the compose files that are elsewhere by local copies. A .env
// beside the first one says what nothing nearer to the user does.
func (w *workspace) fetch(ctx context.Context) error {
	for i, address := range w.files {
		if !w.elsewhere(address) {
			continue
		}
		file, err := w.copyOf(ctx, address)
		if err != nil {
			return fmt.Errorf("compose file %w", err)
		}
		w.files[i] = file
	}
	if len(w.fetched) == 0 {
		return nil
	}
	w.given = maps.Clone(w.env)
	if err := w.loadEnvFiles(); err != nil {
		return err
	}
	w.dir = w.projectDirectory()
	return nil
}

// fetchedFrom is the address that a place of the model comes from, or "" if it
// is written in a file of the user's own.
func (s *sources) fetchedFrom(path modelPath) string {
	found, ok := s.locate(path)
	if !ok {
		return ""
	}
	for _, doc := range s.docs {
		if doc.path != found.path {
			continue
		}
		for _, file := range append(slices.Clip(doc.via), doc.path) {
			if address, is := s.w.copied[file]; is {
				return address
			}
		}
	}
	return ""
}

// Remotes are the addresses among Options.Files, or in COMPOSE_FILE, that the
// project was loaded from, as they may be shown, with their local copies.
func (p *Project) Remotes() map[string]string {
	all := map[string]string{}
	for _, file := range p.Files {
		if address, is := p.workspace.copied[file]; is {
			all[address] = file
		}
	}
	return all
}

// Given is the value of a variable that the user's side sets for a project that
// was fetched: the process, or an env file that is not the project's own.
func (p *Project) Given(name string) (value string, is bool) {
	value, is = p.workspace.given[name]
	return value, is
}

// redacted is an address without its password.
func redacted(address string) string {
	if u, err := url.Parse(address); err == nil && u.User != nil {
		return u.Redacted()
	}
	return address
}

// remoteLoader is how compose-go asks for what `include` and `extends` name.
type remoteLoader struct{ w *workspace }

func (l remoteLoader) Accept(address string) bool { return l.w.elsewhere(address) }

func (l remoteLoader) Load(ctx context.Context, address string) (string, error) {
	return l.w.copyOf(ctx, address)
}

// Dir is where relative paths start from: of an address, of its local copy, or
// of a folder that is named beside it.
func (l remoteLoader) Dir(path string) string {
	if known, asked := l.w.fetched[path]; asked {
		return filepath.Dir(known.file)
	}
	if _, is := l.w.copied[path]; is {
		return filepath.Dir(path)
	}
	return path
}

// loaders are the remotes as compose-go takes them.
func (w *workspace) loaders() []loader.ResourceLoader {
	if len(w.options.Remotes) == 0 {
		return nil
	}
	return []loader.ResourceLoader{remoteLoader{w}}
}

// remoteHint says how a compose file that is elsewhere is named.
const remoteHint = "a compose file that is not here is named oci://REGISTRY/REPOSITORY:TAG or https://HOST/REPOSITORY.git#REF:PATH"

// isRemote is true for what looks like an address.
func isRemote(path string) bool {
	for _, scheme := range []string{"oci:/", "https:/", "http:/", "ssh:/", "git@", "git:/"} {
		if strings.Contains(path, scheme) {
			return true
		}
	}
	return false
}
