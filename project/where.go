package project

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/stackctl/stack/state"
)

// whereabouts says where the documents have what a project wants. Documents are
// read once for all of it.
type whereabouts struct {
	sources  *sources
	layers   []*source
	sections map[section]map[string]entry
	names    map[string]string         // of files, as people know them
	lines    map[string]map[string]int // of the variables in env files, by path
}

// section is a top-level key of a document.
type section struct {
	doc *source
	key string
}

func (s *sources) whereabouts() *whereabouts {
	return &whereabouts{
		sources: s, layers: s.layers(), sections: map[section]map[string]entry{},
		names: map[string]string{}, lines: map[string]map[string]int{},
	}
}

// service says where a service's fields are written. The env files are those
// that its environment is read from.
func (w *whereabouts) service(s types.ServiceConfig, envFiles []types.EnvFile) map[string]state.Position {
	t := newTrace(w)
	for _, doc := range w.layers {
		t.service(doc, s.Name, 0)
	}
	t.items(s)
	if _, written := t.where[""]; !written {
		return nil
	}
	var files []string
	for _, f := range envFiles {
		files = append(files, f.Path)
	}
	variables(t, "environment.", s.Environment, files)
	variables(t, "labels.", s.Labels, s.LabelFiles)
	if _, named := t.where["image"]; !named {
		if build, built := t.where["build"]; built {
			t.where["image"] = build
		}
	}
	return t.where
}

// whereInputs notes where a service's inputs are defined.
func (p *Project) whereInputs(service *state.Service) {
	for name := range service.Inputs {
		kind, key, _ := strings.Cut(name, "/")
		if at, found := p.where().at(kind+"s", key); found && service.Where != nil {
			service.Where[name] = at
		}
	}
}

// resource says where the fields of a network or volume are written.
func (w *whereabouts) resource(key, name string) map[string]state.Position {
	t := newTrace(w)
	for _, doc := range w.layers {
		if e, there := w.entries(doc, key)[name]; there {
			t.entry(doc, "", e, 0)
		}
	}
	t.items(types.ServiceConfig{})
	if len(t.where) == 0 {
		return nil
	}
	return t.where
}

// at is where a thing of a section is written.
func (w *whereabouts) at(key, name string) (state.Position, bool) {
	for _, doc := range slices.Backward(w.layers) {
		if e, there := w.entries(doc, key)[name]; there {
			return w.position(doc, e.key), true
		}
	}
	return state.Position{}, false
}

// entries are what a section of a document has, by name.
func (w *whereabouts) entries(doc *source, key string) map[string]entry {
	at := section{doc, key}
	if known, is := w.sections[at]; is {
		return known
	}
	byName := map[string]entry{}
	for _, e := range effective(follow(doc.root, key), 0) {
		byName[e.key.Value] = e
	}
	w.sections[at] = byName
	return byName
}

func (w *whereabouts) position(doc *source, node *yaml.Node) state.Position {
	return state.Position{File: w.name(doc.path), Line: node.Line}
}

func (w *whereabouts) name(path string) string {
	name, known := w.names[path]
	if !known {
		name = w.sources.w.show(path)
		w.names[path] = name
	}
	return name
}

// variables notes those variables that files set and no document does. Of
// several files the last one counts.
func variables[V any](t *trace, prefix string, all map[string]V, files []string) {
	if len(files) == 0 {
		return
	}
	for name := range all {
		if _, written := t.where[prefix+name]; written {
			continue
		}
		for _, file := range slices.Backward(files) {
			if line := t.fileLines(file)[name]; line > 0 {
				t.where[prefix+name] = state.Position{File: t.name(file), Line: line}
				break
			}
		}
	}
}
