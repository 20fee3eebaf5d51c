package project

import (
	"os"
	"path/filepath"
	"slices"
)

// layers are the documents so that each overrides those before it: the files in
// order, and below each what it includes. Of two includes the first one wins.
func (s *sources) layers() []*source {
	seen := map[*source]bool{}
	var all []*source // what overrides first
	var visit func(doc *source)
	visit = func(doc *source) {
		if seen[doc] {
			return
		}
		seen[doc] = true
		all = append(all, doc)
		for _, files := range doc.imports {
			for _, file := range slices.Backward(files) {
				for _, imported := range slices.Backward(s.docs) {
					if imported.path == file {
						visit(imported)
					}
				}
			}
		}
	}
	for _, doc := range slices.Backward(s.docs) {
		if len(doc.via) == 0 {
			visit(doc)
		}
	}
	slices.Reverse(all)
	return all
}

// file is the first document of a file that a service extends, parsed once, or
// nil if there is none.
func (s *sources) file(path string, from *source) *source {
	if known, is := s.extendedDocs[path]; is {
		return known
	}
	if s.extendedDocs == nil {
		s.extendedDocs = map[string]*source{}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	other := &sources{w: s.w, seen: map[string]bool{}}
	roots := other.parse(path, content)
	if len(roots) == 0 {
		return nil
	}
	doc := &source{path: path, dir: filepath.Dir(path), env: from.env, root: roots[0]}
	s.extendedDocs[path] = doc
	return doc
}
