package project

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stackctl/stack/state"
)

// trace follows one thing through the documents that say something of it, from
// the one that is overridden to the one that decides, as the loader merges
// them: mappings key by key, lists one after the other.
type trace struct {
	*whereabouts
	where map[string]state.Position
	lists map[string][]item // lists whose items are fields, by path
}

// item is an item of a list.
type item struct {
	doc  *source
	node *yaml.Node
}

func newTrace(w *whereabouts) *trace {
	return &trace{whereabouts: w, where: map[string]state.Position{}, lists: map[string][]item{}}
}

// service follows a service of a document, and first what it extends.
func (t *trace) service(doc *source, name string, hops int) {
	e, there := t.entries(doc, "services")[name]
	if !there || hops > 20 {
		return
	}
	if base, inherited := t.sources.extended(doc, name); base != nil {
		if _, here := t.entries(base, "services")[inherited]; !here {
			base = t.holder(inherited)
		}
		if base != nil {
			t.service(base, inherited, hops+1)
		}
	}
	t.entry(doc, "", e, 0)
}

// holder is the last document that has a service, or nil.
func (t *trace) holder(service string) *source {
	for _, doc := range slices.Backward(t.layers) {
		if _, there := t.entries(doc, "services")[service]; there {
			return doc
		}
	}
	return nil
}

func (t *trace) entry(doc *source, path string, e entry, depth int) {
	value := resolveAlias(e.value)
	if value == nil || depth > maxDepth {
		return
	}
	switch tagOf(e.value, value) {
	case "!reset":
		t.forget(path)
		return
	case "!override":
		t.forget(path)
	}
	t.where[path] = t.position(doc, e.key)
	switch value.Kind {
	case yaml.MappingNode:
		for _, inner := range effective(value, 0) {
			t.entry(doc, within(path, inner.key.Value), inner, depth+1)
		}
	case yaml.SequenceNode:
		t.sequence(doc, path, value)
	case yaml.ScalarNode:
		if path == "build" && value.Tag != "!!null" { // the rest of a build is merged
			t.where["build.context"] = t.where[path]
		}
	}
}

func within(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func tagOf(nodes ...*yaml.Node) string {
	for _, node := range nodes {
		if node.Tag == "!reset" || node.Tag == "!override" {
			return node.Tag
		}
	}
	return ""
}

// forget drops what earlier documents say of a path.
func (t *trace) forget(path string) {
	if path == "" {
		clear(t.where)
		clear(t.lists)
		return
	}
	below := func(p string) bool {
		rest, is := strings.CutPrefix(p, path)
		return is && (rest == "" || rest[0] == '.' || rest[0] == '[')
	}
	for p := range t.where {
		if below(p) {
			delete(t.where, p)
		}
	}
	for p := range t.lists {
		if below(p) {
			delete(t.lists, p)
		}
	}
}

// sequence follows a list: one that stands for a mapping (KEY=VALUE, or names)
// as that, others item by item if these are fields of their own.
func (t *trace) sequence(doc *source, path string, list *yaml.Node) {
	field := path[strings.LastIndexByte(path, '.')+1:]
	if separators, is := mappingLists[field]; is {
		for _, node := range list.Content {
			if scalar := resolveAlias(node); scalar.Kind == yaml.ScalarNode {
				t.where[within(path, keyOf(scalar.Value, separators))] = t.position(doc, node)
			}
		}
		return
	}
	plain := !shortForms[field]
	for _, node := range list.Content {
		plain = plain && resolveAlias(node).Kind == yaml.ScalarNode
	}
	if plain {
		return
	}
	for _, node := range list.Content {
		t.lists[path] = append(t.lists[path], item{doc, node})
	}
}

func keyOf(text, separators string) string {
	if i := strings.IndexAny(text, separators); i >= 0 {
		return text[:i]
	}
	return text
}

// mappingLists are the fields that are mappings and may be written as lists,
// with what ends a key there.
var mappingLists = map[string]string{
	"environment": "=", "labels": "=", "annotations": "=", "sysctls": "=", "args": "=", "additional_contexts": "=",
	"extra_hosts": "=:", "depends_on": "\x00", "networks": "\x00", "models": "\x00",
}

// shortForms are the lists of mappings whose items may be written as text.
var shortForms = map[string]bool{"ports": true, "volumes": true, "secrets": true, "configs": true, "devices": true}

// effective are the keys of a mapping with those that it merges in.
func effective(node *yaml.Node, depth int) []entry {
	node = resolveAlias(node)
	all := entries(node)
	if node == nil || node.Kind != yaml.MappingNode || depth > maxDepth || len(all)*2 == len(node.Content) {
		return all
	}
	seen := map[string]bool{}
	for _, e := range all {
		seen[e.key.Value] = true
	}
	for _, m := range merged(node) {
		for _, e := range effective(m, depth+1) {
			if !seen[e.key.Value] {
				seen[e.key.Value] = true
				all = append(all, e)
			}
		}
	}
	return all
}

func indexed(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
