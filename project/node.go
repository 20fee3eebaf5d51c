package project

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// entry is a key of a mapping with its value.
type entry struct{ key, value *yaml.Node }

// resolveAlias is what a node stands for: a document's content, an alias's
// anchor, or itself.
func resolveAlias(node *yaml.Node) *yaml.Node {
	for range 100 { // an alias may not stand for itself, but a broken file may try
		switch {
		case node == nil:
			return nil
		case node.Kind == yaml.DocumentNode && len(node.Content) > 0:
			node = node.Content[0]
		case node.Kind == yaml.AliasNode && node.Alias != nil:
			node = node.Alias
		default:
			return node
		}
	}
	return node
}

// entries are the keys of a mapping in order, merge keys (<<) left out.
func entries(node *yaml.Node) []entry {
	node = resolveAlias(node)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	var all []entry
	for i := 0; i+1 < len(node.Content); i += 2 {
		if key := node.Content[i]; key.Value != "<<" {
			all = append(all, entry{key, node.Content[i+1]})
		}
	}
	return all
}

// merged are the mappings that a mapping merges in with <<, the winning one
// first.
func merged(node *yaml.Node) []*yaml.Node {
	var all []*yaml.Node
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value != "<<" {
			continue
		}
		value := resolveAlias(node.Content[i+1])
		if value.Kind == yaml.SequenceNode {
			all = append(all, value.Content...)
			continue
		}
		all = append(all, value)
	}
	return all
}

// step finds what a path's element names in a node: a key of a mapping, an
// index of a list, or an item of a list by what it is about (depends_on: [db],
// volumes: ["data:/data"], secrets: [{source: key}]).
func step(node *yaml.Node, element string) (entry, bool) {
	return stepIn(node, element, 0)
}

func stepIn(node *yaml.Node, element string, depth int) (entry, bool) {
	node = resolveAlias(node)
	if node == nil || depth > 50 {
		return entry{}, false
	}
	switch node.Kind {
	case yaml.MappingNode:
		for _, e := range entries(node) {
			if e.key.Value == element {
				return e, true
			}
		}
		for _, m := range merged(node) {
			if e, ok := stepIn(m, element, depth+1); ok {
				return e, true
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(element); err == nil && i >= 0 && i < len(node.Content) {
			return entry{node.Content[i], node.Content[i]}, true
		}
		for _, item := range node.Content {
			if isAbout(resolveAlias(item), element) {
				return entry{item, item}, true
			}
		}
	}
	return entry{}, false
}

// isAbout is true for a list's item that names element.
func isAbout(item *yaml.Node, element string) bool {
	if item.Kind == yaml.ScalarNode {
		return slices.Contains(strings.FieldsFunc(item.Value, func(r rune) bool { return r == ':' || r == '=' }), element)
	}
	return slices.ContainsFunc(entries(item), func(e entry) bool { return e.value.Value == element })
}

// follow is the value at a path, or nil.
func follow(node *yaml.Node, path ...string) *yaml.Node {
	for _, element := range path {
		e, ok := step(node, element)
		if !ok {
			return nil
		}
		node = e.value
	}
	return resolveAlias(node)
}
