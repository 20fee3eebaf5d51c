package project

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// SourceFiles are the files that a project comes from, absolute and sorted: its
// compose files with what they include and extend, and env and label files. They
// are also those that would be read if they were there, as a .env or an override
// file. Of files that are wrong it is what can be told. Configs and secrets are
// no part of it.
func SourceFiles(ctx context.Context, o Options) []string {
	found := &sourceFiles{}
	w, err := newWorkspace(o)
	if err != nil { // an env file is wrong
		for _, f := range slices.Concat(o.Files, o.EnvFiles, []string{".env"}) {
			found.add((&workspace{options: o}).abs(f))
		}
		return found.sorted()
	}
	found.workspace(w)
	files, _ := w.read(ctx) // what cannot be read may be mended
	sources := w.sources(slices.DeleteFunc(files, func(f types.ConfigFile) bool { return f.Filename == "-" }))
	for _, doc := range sources.docs {
		found.document(sources, doc)
	}
	return found.sorted()
}

type sourceFiles struct {
	names map[string]bool
}

// add notes a file, and says whether it was not known before.
func (f *sourceFiles) add(name string) bool {
	if name == "-" || isRemote(name) || f.names[name] {
		return false
	}
	if f.names == nil {
		f.names = map[string]bool{}
	}
	f.names[name] = true
	return true
}

func (f *sourceFiles) sorted() []string { return sortedKeys(f.names) }

// workspace notes the files that are named or searched for.
func (f *sourceFiles) workspace(w *workspace) {
	for _, name := range w.files {
		f.add(name)
	}
	for _, name := range w.explicitEnvFiles() {
		f.add(w.abs(name))
	}
	if len(w.explicitEnvFiles()) == 0 {
		f.add(filepath.Join(w.options.Dir, ".env"))
		f.add(filepath.Join(w.dir, ".env"))
	}
	if len(w.options.Files) > 0 || w.env[envFile] != "" || len(w.files) == 0 {
		return
	}
	for _, name := range slices.Concat(cli.DefaultFileNames, cli.DefaultOverrideFileNames) {
		f.add(filepath.Join(filepath.Dir(w.files[0]), name))
	}
}

// document notes a compose file, and the files that its services name.
func (f *sourceFiles) document(s *sources, doc *source) {
	f.add(doc.path)
	for _, include := range doc.includes() {
		f.nodes(s, doc, slices.Concat(include.paths, include.envFiles))
	}
	if len(doc.via) > 0 {
		f.add(filepath.Join(doc.dir, ".env"))
	}
	for _, service := range entries(follow(doc.root, "services")) {
		for _, field := range []string{"env_file", "label_file"} {
			f.nodes(s, doc, fileNodes(follow(service.value, field)))
		}
	}
	for _, node := range doc.extendedFiles() {
		path := s.resolve(doc, s.w.substitute(node.Value))
		if !f.add(path) {
			continue
		}
		if extended := s.file(path, doc); extended != nil {
			f.document(s, extended)
		}
	}
}

// nodes notes the files that nodes name.
func (f *sourceFiles) nodes(s *sources, doc *source, nodes []*yaml.Node) {
	for _, node := range nodes {
		f.add(s.resolve(doc, s.w.substitute(node.Value)))
	}
}

// fileNodes are the paths of an env_file or label_file: one, or a list of them
// or of mappings with a path.
func fileNodes(node *yaml.Node) []*yaml.Node {
	all := scalars(node)
	if node == nil || node.Kind != yaml.SequenceNode {
		return all
	}
	for _, item := range node.Content {
		if path := follow(item, "path"); path != nil && path.Kind == yaml.ScalarNode {
			all = append(all, path)
		}
	}
	return all
}
