package project

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// checkAliases reports anchors that are merged into themselves, on which the
// loader would go round in circles. Only files that merge are parsed for it.
func (w *workspace) checkAliases(files []types.ConfigFile) error {
	var errs Errors
	for _, f := range files {
		if !bytes.Contains(f.Content, []byte("<<")) {
			continue
		}
		decoder := yaml.NewDecoder(bytes.NewReader(f.Content))
		for {
			var node yaml.Node
			if decoder.Decode(&node) != nil {
				break // the end, or an error that loading reports
			}
			errs = append(errs, selfAliases(w.show(f.Filename), &node, nil)...)
		}
	}
	return errs.orNil()
}

// selfAliases are the aliases that stand for a node they are in.
func selfAliases(file string, node *yaml.Node, within []*yaml.Node) Errors {
	if node.Kind == yaml.AliasNode {
		if !slices.Contains(within, node.Alias) {
			return nil
		}
		return Errors{{File: file, Line: node.Line, Column: node.Column,
			Message: fmt.Sprintf("expected an anchor that does not contain itself, found *%s in &%s", node.Value, node.Value),
			Hint:    "name another anchor"}}
	}
	var errs Errors
	within = append(slices.Clip(within), node)
	for _, child := range node.Content {
		errs = append(errs, selfAliases(file, child, within)...)
	}
	return errs
}
