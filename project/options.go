package project

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Options say which project to load. The zero value with Dir and Environ set
// is what `docker compose` without flags loads.
type Options struct {
	// Files are the compose files, relative to Dir; "-" is Stdin. None means
	// COMPOSE_FILE, and without it the default names in Dir and its parents.
	Files []string
	// ProjectDirectory replaces the first file's folder as the base of relative
	// paths. It is relative to Dir.
	ProjectDirectory string
	// Name is the project's name; empty means COMPOSE_PROJECT_NAME, the name in
	// the files, or the project directory's.
	Name string
	// Profiles are the active ones; none means COMPOSE_PROFILES.
	Profiles []string
	// EnvFiles are read in place of the project directory's .env.
	EnvFiles []string
	// Compatibility names images P_S in place of P-S.
	Compatibility bool
	// Dir is the working directory. It must be absolute.
	Dir string
	// Environ is the process's environment, KEY=VALUE.
	Environ []string
	// Stdin is read for the file "-".
	Stdin io.Reader
	// Remotes fetch compose files that are not here. The first one that accepts
	// an address is asked for it.
	Remotes []Remote

	// Services limits the model to these (shell patterns are allowed) and,
	// unless NoDeps is set, what they depend on. Their profiles become active.
	Services []string
	NoDeps   bool
	// AllResources keeps networks, volumes, configs, secrets and models that no
	// active service uses.
	AllResources bool

	NoInterpolate    bool // leave variables as they are written
	NoNormalize      bool // leave out defaults and implied dependencies
	NoConsistency    bool // skip the checks between parts of the project
	NoPathResolution bool // leave relative paths as they are written
	NoEnvResolution  bool // leave env_file and label_file unread
}

// Variables that steer loading.
const (
	envFile           = "COMPOSE_FILE"
	envPathSeparator  = "COMPOSE_PATH_SEPARATOR"
	envProjectName    = "COMPOSE_PROJECT_NAME"
	envProfiles       = "COMPOSE_PROFILES"
	envEnvFiles       = "COMPOSE_ENV_FILES"
	envDisableEnvFile = "COMPOSE_DISABLE_ENV_FILE"
	envWindowsPaths   = "COMPOSE_CONVERT_WINDOWS_PATHS"
	envCompatibility  = "COMPOSE_COMPATIBILITY"
	envPlatform       = "DOCKER_DEFAULT_PLATFORM"
)

// workspace is what Options come to once files and environment are found.
type workspace struct {
	options  Options
	dir      string   // the project directory, absolute
	home     string   // the folder that names the project: no local copy's
	files    []string // absolute, or "-"
	searched []string // folders without a compose file
	env      types.Mapping
	warnings []string
	unset    *unset             // nil where every variable that the files insist on has to be set
	given    types.Mapping      // env before a fetched project had its say
	fetched  map[string]fetched // by address
	copied   map[string]string  // the addresses of local copies
}

// newWorkspace finds the environment and the compose files.
//
// The order is Docker Compose's: the .env beside the -f file or in the working
// directory comes first, as it may say where the compose files are; then the
// .env of the project directory that was found so. What is set first wins.
func newWorkspace(o Options) (*workspace, error) {
	if !filepath.IsAbs(o.Dir) {
		return nil, fmt.Errorf("options: Dir must be an absolute path, found %q", o.Dir)
	}
	w := &workspace{options: o, env: environment(o.Environ)}
	if _, ok := w.env["PWD"]; !ok {
		w.env["PWD"] = o.Dir
	}
	for _, f := range o.Files {
		w.files = append(w.files, w.composeFile(f))
	}
	if err := w.loadEnvFiles(); err != nil {
		return nil, err
	}
	w.findFiles()
	if err := w.loadEnvFiles(); err != nil {
		return nil, err
	}
	w.dir = w.projectDirectory()
	w.home = w.dir
	return w, nil
}

// environment turns KEY=VALUE pairs into a map. Entries without = are left out.
func environment(environ []string) types.Mapping {
	env := types.Mapping{}
	for _, entry := range environ {
		if key, value, ok := strings.Cut(entry, "="); ok && key != "" {
			env[key] = value
		}
	}
	return env
}

func (w *workspace) abs(path string) string {
	if path == "-" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(w.options.Dir, path)
}

// composeFile is an absolute path, an address, or "-".
func (w *workspace) composeFile(name string) string {
	if w.elsewhere(name) {
		return name
	}
	return w.abs(name)
}

// projectDirectory is the first file's folder, unless Options say another one.
// What is elsewhere has none before it is fetched.
func (w *workspace) projectDirectory() string {
	if w.options.ProjectDirectory != "" {
		return w.abs(w.options.ProjectDirectory)
	}
	for _, f := range w.files {
		if w.elsewhere(f) {
			break
		}
		if f != "-" {
			return filepath.Dir(f)
		}
	}
	return w.options.Dir
}

// profiles are the active profiles, those of Options or of COMPOSE_PROFILES.
func (w *workspace) profiles() []string {
	if len(w.options.Profiles) > 0 {
		return w.options.Profiles
	}
	return splitList(w.env[envProfiles], ",")
}

// on is true if a variable says yes.
func (w *workspace) on(variable string) bool {
	on, err := strconv.ParseBool(strings.ToLower(w.env[variable]))
	return err == nil && on
}

// show is how a path is printed: relative to the working directory when it is
// inside.
func (w *workspace) show(path string) string {
	if path == "-" {
		return "stdin"
	}
	if address, is := w.copied[path]; is {
		return address
	}
	if rel, err := filepath.Rel(w.options.Dir, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

func splitList(list, separator string) []string {
	var all []string
	for entry := range strings.SplitSeq(list, separator) {
		if entry = strings.TrimSpace(entry); entry != "" {
			all = append(all, entry)
		}
	}
	return all
}

func sortedKeys[M ~map[string]V, V any](m M) []string {
	return slices.Sorted(maps.Keys(m))
}
