package project

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// Name is the project's name by Options and environment alone: the files are
// looked for, as they decide the folder, but need not be there. It is for
// commands that go on after [ErrNoFile].
func Name(o Options) (string, error) {
	w, err := newWorkspace(o)
	if err != nil {
		return "", err
	}
	return w.name(nil)
}

// name applies the precedence: Options, COMPOSE_PROJECT_NAME, the files, the
// folder.
func (w *workspace) name(files []types.ConfigFile) (string, error) {
	if name := w.options.Name; name != "" {
		return name, validName(name, "-p")
	}
	if name := w.env[envProjectName]; name != "" {
		return name, validName(name, envProjectName)
	}
	name := w.fileName(files)
	if name != "" {
		return name, nil
	}
	if name = loader.NormalizeProjectName(filepath.Base(w.home)); name == "" {
		return "", fmt.Errorf("project name must not be empty: the folder %s gives none; set one with -p or %s", w.home, envProjectName)
	}
	return name, nil
}

func validName(name, origin string) error {
	normal := loader.NormalizeProjectName(name)
	if normal == name {
		return nil
	}
	hint := ""
	if normal != "" {
		hint = fmt.Sprintf("; %q would do", normal)
	}
	return fmt.Errorf("invalid project name %q from %s: must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number%s",
		name, origin, hint)
}

// nameKey is a key `name`, as it must be written somewhere in a file that has
// one at its top.
var nameKey = regexp.MustCompile(`(?m)(^|[^\w-])name["']?\s*:`)

// fileName is the last name that the files give, interpolated, or "".
func (w *workspace) fileName(files []types.ConfigFile) string {
	var name string
	for _, f := range files {
		if !nameKey.Match(f.Content) {
			continue // parsing twice is what a large project notices
		}
		decoder := yaml.NewDecoder(bytes.NewReader(f.Content))
		for {
			var top struct {
				Name string `yaml:"name"`
			}
			if decoder.Decode(&top) != nil {
				break // the end, or an error that loading reports
			}
			if top.Name != "" {
				name = top.Name
			}
		}
	}
	name, err := template.Substitute(name, w.env.Resolve)
	if err != nil {
		return "" // reported, with its place, by loading
	}
	return loader.NormalizeProjectName(name)
}
