package project

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

// source is one YAML document of a compose file, with the places of what is
// in it.
type source struct {
	path string // absolute, or "-"
	dir  string // what its relative paths start from
	env  types.Mapping
	root *yaml.Node
	via  []string // the files that included it, outermost first
	// imports are the files of each of its includes.
	imports [][]string
}

// sources are the documents of a project: those of its files in order, each
// followed by what it includes. They are only parsed once there is an error to
// report.
type sources struct {
	w    *workspace
	docs []*source
	// broken are the files that cannot be read or parsed.
	broken Errors
	seen   map[string]bool
	// extendedDocs are the documents of files that services extend, by path.
	extendedDocs map[string]*source
	// compiled is the schema of the Compose Specification.
	compiled func() (*jsonschema.Schema, error)
}

func (w *workspace) sources(files []types.ConfigFile) *sources {
	s := &sources{w: w, seen: map[string]bool{}, compiled: sync.OnceValues(compileSchema)}
	for _, f := range files {
		s.add(source{path: f.Filename, dir: w.dir, env: w.env}, f.Content)
	}
	return s
}

// add parses a file and what it includes.
func (s *sources) add(file source, content []byte) {
	if s.seen[file.path] {
		return
	}
	s.seen[file.path] = true
	for _, root := range s.parse(file.path, content) {
		doc := &source{path: file.path, dir: file.dir, env: file.env, root: root, via: file.via}
		s.docs = append(s.docs, doc)
		for _, include := range doc.includes() {
			s.addReference(doc, include)
		}
		for _, file := range doc.extendedFiles() {
			s.checkFile(doc, file, "check the path of extends.file")
		}
	}
}

func (s *sources) parse(path string, content []byte) []*yaml.Node {
	var roots []*yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var node yaml.Node
		err := decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			return roots
		}
		if err != nil {
			s.broken = append(s.broken, syntaxErrors(s.w.show(path), err)...)
			return roots
		}
		s.broken = append(s.broken, duplicateKeys(s.w.show(path), &node, "")...)
		roots = append(roots, &node)
	}
}

// addReference parses the file that an include names. One that is not there is
// an error at the place that names it.
func (s *sources) addReference(from *source, include include) {
	dir := include.projectDirectory
	var files []string
	for i, node := range include.paths {
		path, ok := s.checkFile(from, node, "check the path of include")
		if !ok {
			continue
		}
		if i == 0 && dir == "" {
			dir = filepath.Dir(path)
		}
		via := append(slices.Clip(from.via), from.path)
		if i == 0 && slices.Contains(via, path) {
			s.includeCycle(from, node, append(via, path))
			continue
		}
		if content, err := os.ReadFile(path); err == nil {
			files = append(files, path)
			base := s.resolve(from, dir)
			s.add(source{path: path, dir: base, env: s.includedEnv(from, base, include), via: via}, content)
		}
	}
	from.imports = append(from.imports, files)
}

func (s *sources) includeCycle(from *source, node *yaml.Node, path []string) {
	for i, file := range path {
		path[i] = s.w.show(file)
	}
	s.broken = append(s.broken, &Error{File: s.w.show(from.path), Line: node.Line, Column: node.Column, Path: "include",
		Message: "include cycle detected: " + strings.Join(path, " -> "), Hint: "remove one of these includes"})
}

// includedEnv is the environment of an included file: that of the file that
// includes it, then the env files of the include.
func (s *sources) includedEnv(from *source, dir string, include include) types.Mapping {
	files := []string{filepath.Join(dir, ".env")}
	if len(include.envFiles) > 0 {
		files = nil
	}
	for _, node := range include.envFiles {
		if path, ok := s.checkFile(from, node, "check the path of env_file"); ok {
			files = append(files, path)
		}
	}
	files = slices.DeleteFunc(files, func(f string) bool { return isDir(f) || !exists(f) })
	values, err := dotenv.GetEnvFromFile(from.env, files)
	if err != nil {
		s.broken = append(s.broken, &Error{File: s.w.show(from.path), Path: "include", Message: err.Error(),
			Hint: "expected lines of the form KEY=VALUE", cause: err})
	}
	return from.env.Clone().Merge(values)
}

// checkFile resolves the path in a node, and reports a file that is not there.
func (s *sources) checkFile(from *source, node *yaml.Node, hint string) (string, bool) {
	address := s.w.substitute(node.Value)
	if s.w.elsewhere(address) {
		return s.checkCopy(from, node, address)
	}
	path := s.resolve(from, address)
	if _, err := os.Stat(path); err != nil {
		message := "file " + path + " not found"
		if isRemote(path) {
			message, hint = "expected a file, found an address that cannot be fetched", remoteHint
		}
		s.broken = append(s.broken, &Error{File: s.w.show(from.path), Line: node.Line, Column: node.Column,
			Message: message, Hint: hint, cause: err})
		return path, false
	}
	return path, true
}

// checkCopy is the local copy of what a node names, and reports one that could
// not be had. What loading did not come to is not asked for here.
func (s *sources) checkCopy(from *source, node *yaml.Node, address string) (string, bool) {
	known, asked := s.w.fetched[address]
	if asked && known.err != nil {
		s.broken = append(s.broken, &Error{File: s.w.show(from.path), Line: node.Line, Column: node.Column,
			Message: known.err.Error(), cause: known.err})
	}
	return known.file, asked && known.err == nil
}

func (s *sources) resolve(from *source, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(from.dir, path)
}

// substitute interpolates a path as well as it can be.
func (w *workspace) substitute(text string) string {
	if result, err := template.SubstituteWithOptions(text, w.env.Resolve, template.WithoutLogging); err == nil {
		return result
	}
	return text
}

// include is one entry of a file's include list.
type include struct {
	paths            []*yaml.Node
	envFiles         []*yaml.Node
	projectDirectory string
}

func (d *source) includes() []include {
	list := follow(d.root, "include")
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	var all []include
	for _, item := range list.Content {
		item = resolveAlias(item)
		entry := include{paths: scalars(item)}
		if item.Kind == yaml.MappingNode {
			entry.paths, entry.envFiles = scalars(follow(item, "path")), scalars(follow(item, "env_file"))
			if dir := follow(item, "project_directory"); dir != nil {
				entry.projectDirectory = dir.Value
			}
		}
		all = append(all, entry)
	}
	return all
}

// extendedFiles are the extends.file values of the document's services.
func (d *source) extendedFiles() []*yaml.Node {
	var all []*yaml.Node
	services := follow(d.root, "services")
	for _, entry := range entries(services) {
		if file := follow(entry.value, "extends", "file"); file != nil && file.Kind == yaml.ScalarNode {
			all = append(all, file)
		}
	}
	return all
}

// scalars is the node if it is a scalar, or the scalars in it if it is a list.
func scalars(node *yaml.Node) []*yaml.Node {
	switch {
	case node == nil:
		return nil
	case node.Kind == yaml.ScalarNode:
		return []*yaml.Node{node}
	case node.Kind != yaml.SequenceNode:
		return nil
	}
	var all []*yaml.Node
	for _, item := range node.Content {
		if item = resolveAlias(item); item.Kind == yaml.ScalarNode {
			all = append(all, item)
		}
	}
	return all
}
