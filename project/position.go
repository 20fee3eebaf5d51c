package project

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// modelPath is a place in the model: services, web, ports, 0.
type modelPath []string

func (p modelPath) String() string { return strings.Join(p, ".") }

// place is where a path, or the part of it that exists, is written.
type place struct {
	path  string
	depth int // how many elements of the path were found
	entry entry
}

// locate finds where a path is written, or else the nearest thing above it.
// Among several files the last one that has it counts, as it is the one that
// decides.
func (s *sources) locate(path modelPath) (place, bool) {
	var best place
	for _, doc := range slices.Backward(s.docs) {
		if found := s.locateIn(doc, path, 0); found.depth > best.depth || best.path == "" {
			best = found
		}
	}
	return best, best.path != ""
}

func (s *sources) locateIn(doc *source, path modelPath, hops int) place {
	found := descend(doc, path)
	const service = 2 // services.web
	if found.depth == len(path) || found.depth < service || path[0] != "services" || hops > 20 {
		return found
	}
	base, name := s.extended(doc, path[1])
	if base == nil {
		return found
	}
	inherited := slices.Concat(modelPath{"services", name}, path[service:])
	if further := s.locateIn(base, inherited, hops+1); further.depth > found.depth {
		return further
	}
	return found
}

func descend(doc *source, path modelPath) place {
	root := resolveAlias(doc.root)
	found := place{path: doc.path, entry: entry{root, root}}
	for _, element := range path {
		next, ok := step(found.entry.value, element)
		if !ok {
			break
		}
		found.entry, found.depth = next, found.depth+1
	}
	return found
}

// extended is the document and the service that a service extends.
func (s *sources) extended(doc *source, service string) (*source, string) {
	node := follow(doc.root, "services", service, "extends")
	if node == nil {
		return nil, ""
	}
	if node.Kind == yaml.ScalarNode {
		return doc, node.Value
	}
	name, file := follow(node, "service"), follow(node, "file")
	if name == nil {
		return nil, ""
	}
	if file == nil {
		return doc, name.Value
	}
	address := s.w.substitute(file.Value)
	path := s.resolve(doc, address)
	if known, is := s.w.fetched[address]; is {
		path = known.file
	}
	base := s.file(path, doc)
	if base == nil {
		return nil, ""
	}
	return base, name.Value
}

// errorAt makes an error at the key of a path.
func (s *sources) errorAt(path modelPath, message, hint string) *Error {
	return s.errorOn(path, message, hint, func(e entry) *yaml.Node { return e.key })
}

// errorAtValue makes an error at the value of a path.
func (s *sources) errorAtValue(path modelPath, message, hint string) *Error {
	return s.errorOn(path, message, hint, func(e entry) *yaml.Node { return e.value })
}

func (s *sources) errorOn(path modelPath, message, hint string, part func(entry) *yaml.Node) *Error {
	e := &Error{Path: path.String(), Message: message, Hint: hint}
	if found, ok := s.locate(path); ok {
		e.File = s.w.show(found.path)
		if node := part(found.entry); node != nil {
			e.Line, e.Column = node.Line, node.Column
		}
	}
	return e
}
