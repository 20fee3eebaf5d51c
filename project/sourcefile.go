package project

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// SourceFile is a compose file as somebody wrote it.
type SourceFile struct {
	// Path is absolute, or "-". Name is the file as people know it.
	Path, Name string
	Content    []byte
	// Base is true for a file that services of others extend.
	Base bool
	// References are the files that it names, Values the texts in it.
	References []Reference
	Values     []Value
	// Passed are the variables that containers get as they are here.
	Passed []string
}

// ReferenceKind is what a compose file names another file for.
type ReferenceKind string

// The kinds are the fields' names.
const (
	EnvFile   ReferenceKind = "env_file"
	LabelFile ReferenceKind = "label_file"
	Extends   ReferenceKind = "extends"
	Include   ReferenceKind = "include"
)

// Reference is a place where a compose file names another file.
type Reference struct {
	Kind ReferenceKind
	// Path is the place in the model, such as services.web.env_file.
	Path []string
	// File is an absolute path, or an address.
	File string
	// Elsewhere is true for an address, Optional for a file that need not be
	// there.
	Elsewhere, Optional bool

	node *yaml.Node
}

// Value is a text in a compose file, before variables are replaced, and its
// place in the model. What an alias stands for is where the alias is.
type Value struct {
	Path []string
	Text string
	Line int
}

// SourceFiles are the project's compose files in their order, then those here
// that services of others extend. What files include is not among them.
func (p *Project) SourceFiles() ([]SourceFile, error) {
	s := &sources{w: p.workspace, seen: map[string]bool{}}
	var all []SourceFile
	var bases []string
	for _, f := range p.configFiles {
		file := s.sourceFile(f, p.WorkingDir)
		all = append(all, file)
		bases = append(bases, file.bases()...)
	}
	for i := 0; i < len(bases); i++ { // it grows
		if slices.ContainsFunc(all, func(f SourceFile) bool { return f.Base && f.Path == bases[i] }) {
			continue
		}
		content, err := os.ReadFile(bases[i])
		if err != nil {
			return nil, p.workspace.unreadable(bases[i], err)
		}
		file := s.sourceFile(types.ConfigFile{Filename: bases[i], Content: content}, filepath.Dir(bases[i]))
		file.Base = true
		all = append(all, file)
		bases = append(bases, file.bases()...)
	}
	return all, s.broken.orNil()
}

// bases are the files here that services of this one extend.
func (f SourceFile) bases() []string {
	var all []string
	for _, r := range f.References {
		if r.Kind == Extends && !r.Elsewhere {
			all = append(all, r.File)
		}
	}
	return all
}

func (s *sources) sourceFile(f types.ConfigFile, dir string) SourceFile {
	file := SourceFile{Path: f.Filename, Name: s.w.show(f.Filename), Content: f.Content}
	for _, root := range s.parse(f.Filename, f.Content) {
		doc := &source{path: f.Filename, dir: dir, env: s.w.env, root: root}
		r := &references{sources: s, doc: doc}
		r.all()
		file.References = append(file.References, r.found...)
		file.Passed = append(file.Passed, r.passed...)
		file.Values = append(file.Values, values(root, nil, 0)...)
	}
	return file
}

// values are the texts below a node. Keys are no texts.
func values(node *yaml.Node, path []string, depth int) []Value {
	node = resolveAlias(node)
	if node == nil || depth > maxDepth {
		return nil
	}
	var all []Value
	switch node.Kind {
	case yaml.ScalarNode:
		if node.ShortTag() != "!!null" {
			all = append(all, Value{Path: path, Text: node.Value, Line: node.Line})
		}
	case yaml.SequenceNode:
		for i, item := range node.Content {
			all = append(all, values(item, append(slices.Clip(path), itoa(i)), depth+1)...)
		}
	case yaml.MappingNode:
		for _, e := range effective(node, 0) {
			all = append(all, values(e.value, append(slices.Clip(path), e.key.Value), depth+1)...)
		}
	}
	return all
}

// references finds where a document names other files.
type references struct {
	sources *sources
	doc     *source
	found   []Reference
	passed  []string
}

func (r *references) all() {
	for _, include := range r.doc.includes() {
		for _, node := range include.paths {
			r.add(Include, []string{"include"}, node)
		}
		for _, node := range include.envFiles {
			r.add(EnvFile, []string{"include"}, node)
		}
	}
	for _, section := range []string{"services", "jobs"} {
		for _, e := range effective(follow(r.doc.root, section), 0) {
			r.service([]string{section, e.key.Value}, e.value)
		}
	}
}

func (r *references) service(path []string, service *yaml.Node) {
	if file := follow(service, "extends", "file"); file != nil && file.Kind == yaml.ScalarNode {
		r.add(Extends, path, file)
	}
	r.container(path, service)
	if hooks := follow(service, "pre_start"); hooks != nil && hooks.Kind == yaml.SequenceNode {
		for i, hook := range hooks.Content {
			r.container(append(slices.Clip(path), "pre_start", itoa(i)), hook)
		}
	}
}

// container finds the files of what a container is made from.
func (r *references) container(path []string, container *yaml.Node) {
	env := follow(container, "env_file")
	for _, node := range scalars(env) {
		r.add(EnvFile, path, node)
	}
	if env != nil && env.Kind == yaml.SequenceNode {
		for _, item := range env.Content {
			if file := follow(item, "path"); file != nil {
				required := follow(item, "required")
				r.add(EnvFile, path, file).Optional = required != nil && required.Value == "false"
			}
		}
	}
	for _, node := range scalars(follow(container, "label_file")) {
		r.add(LabelFile, path, node)
	}
	environment := follow(container, "environment")
	for _, e := range effective(environment, 0) {
		if value := resolveAlias(e.value); value.Kind == yaml.ScalarNode && value.ShortTag() == "!!null" {
			r.passed = append(r.passed, e.key.Value)
		}
	}
	for _, item := range scalars(environment) {
		if !strings.Contains(item.Value, "=") && item.ShortTag() != "!!null" {
			r.passed = append(r.passed, item.Value)
		}
	}
}

func (r *references) add(kind ReferenceKind, path []string, node *yaml.Node) *Reference {
	address := r.sources.w.substitute(node.Value)
	found := Reference{Kind: kind, Path: path, File: address, node: node}
	if found.Elsewhere = r.sources.w.elsewhere(address); !found.Elsewhere {
		found.File = r.sources.resolve(r.doc, address)
	}
	if kind != Include && kind != Extends {
		found.Path = append(slices.Clip(path), string(kind))
	}
	r.found = append(r.found, found)
	return &r.found[len(r.found)-1]
}
