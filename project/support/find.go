package support

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Found is a field that a model sets and that not every engine honours.
type Found struct {
	Field Field
	// At is where the model has it: services, web, volumes, 0, type.
	At []string
	// Value is what it is set to, where the row is about that value.
	Value string
}

// Find returns what a model sets that not every engine of a kind does as it is
// written, in the order of its paths. A field below one that is found already is not looked at. The
// model is what a JSON document decodes to.
func Find(model map[string]any, kind Engine) ([]Found, error) {
	groups, err := Table()
	if err != nil {
		return nil, err
	}
	s := search{root: newNode(groups), kind: kind}
	s.visit(s.root, nil, model)
	return s.found, nil
}

// node is a path of the table.
type node struct {
	rows     []Field
	children map[string]*node
}

func newNode(groups []Group) *node {
	root := &node{}
	for _, group := range groups {
		for _, field := range group.Fields {
			at := root
			for _, element := range strings.Split(strings.ReplaceAll(field.Path, "[]", ".[]"), ".") {
				at = at.child(element)
			}
			at.rows = append(at.rows, field)
		}
	}
	return root
}

func (n *node) child(element string) *node {
	if n.children == nil {
		n.children = map[string]*node{}
	}
	if n.children[element] == nil {
		n.children[element] = &node{}
	}
	return n.children[element]
}

// search walks a model beside the table.
type search struct {
	root  *node
	kind  Engine
	found []Found
}

func (s *search) visit(n *node, at []string, value any) {
	if empty(value) || n == nil {
		return
	}
	if row := n.row(value, s.kind); row != nil {
		found := Found{Field: *row, At: slices.Clone(at)}
		if row.Value != "" {
			found.Value = fmt.Sprint(value)
		}
		s.found = append(s.found, found)
		return
	}
	at = slices.Clip(at)
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			s.visit(s.below(n, key), append(at, key), v[key])
		}
	case []any:
		for i, item := range v {
			below := n.children["[]"]
			if below == nil {
				below = &node{rows: n.rows} // plain words: a row of the list is about each
			}
			s.visit(below, append(at, strconv.Itoa(i)), item)
		}
	}
}

// row is the row for a value, nil if every engine does what it says. A row that
// is about the value comes before the one for all that have none. Where a list has
// rows for values, each entry has its own.
func (n *node) row(value any, kind Engine) *Field {
	_, isMap := value.(map[string]any)
	_, isList := value.([]any)
	var found *Field
	for i, row := range n.rows {
		switch {
		case row.Value == "":
			if found == nil {
				found = &n.rows[i]
			}
		case isList:
			return nil
		case !isMap && row.covers(fmt.Sprint(value)):
			found = &n.rows[i]
		}
	}
	if found == nil || found.unconditional(kind) {
		return nil
	}
	return found
}

// below is the row of a key: its own, the one for any name, or the one that
// services have.
func (s *search) below(n *node, key string) *node {
	for _, name := range []string{key, "*"} {
		if child := n.children[name]; child != nil {
			return child
		}
	}
	if n.children["<container_spec>"] != nil {
		return s.root.children["services"].children["*"].children[key]
	}
	return nil
}

// empty is true for what is as good as not there.
func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case map[string]any:
		for _, each := range v {
			if !empty(each) {
				return false
			}
		}
		return true
	case []any:
		return len(v) == 0
	case string:
		return v == ""
	}
	return false
}
