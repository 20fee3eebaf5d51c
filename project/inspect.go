package project

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	interp "github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// inspection reads one document as loading does, but goes on after an error.
// It runs only after loading has failed.
type inspection struct {
	sources *sources
	doc     *source
	casts   map[tree.Path]interp.Cast
	errs    Errors
	steps   int
}

// What aliases that are nested, or in themselves, can blow up to is bounded.
const (
	maxSteps = 1_000_000
	maxDepth = 100
)

// inspect returns what is wrong with a document by itself: its variables, its
// values and its shape.
func (s *sources) inspect(doc *source) Errors {
	details := types.ConfigDetails{}
	in := &inspection{sources: s, doc: doc, casts: loader.ToOptions(&details, nil).Interpolate.TypeCastMapping}
	value, _ := in.value(doc.root, nil)
	top, ok := value.(map[string]any)
	if !ok {
		in.add(doc.root, nil, "expected a mapping with keys such as services, found "+kindOf(resolveAlias(doc.root)), "start the file with services:")
		return in.errs
	}
	in.schema(top)
	in.objects(top)
	return in.errs
}

func (in *inspection) add(node *yaml.Node, path modelPath, message, hint string) {
	in.errs = append(in.errs, in.errorAt(node, path, message, hint))
}

func (in *inspection) addCause(node *yaml.Node, path modelPath, message, hint string, cause error) {
	e := in.errorAt(node, path, message, hint)
	e.cause = cause
	in.errs = append(in.errs, e)
}

func (in *inspection) errorAt(node *yaml.Node, path modelPath, message, hint string) *Error {
	node = contentOf(node)
	return &Error{File: in.sources.w.show(in.doc.path), Line: node.Line, Column: node.Column,
		Path: path.String(), Message: message, Hint: hint}
}

func contentOf(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.DocumentNode && len(node.Content) > 0 {
		return node.Content[0]
	}
	return node
}

// value is what a node decodes to, with variables replaced and casts applied.
// It is false for what is not there: a value that failed, or !reset.
func (in *inspection) value(node *yaml.Node, path modelPath) (any, bool) {
	if in.steps++; in.steps > maxSteps || len(path) > maxDepth {
		return nil, false
	}
	node = resolveAlias(node)
	if node == nil || node.Tag == "!reset" {
		return nil, false
	}
	switch node.Kind {
	case yaml.MappingNode:
		return in.mapping(node, path), true
	case yaml.SequenceNode:
		list := make([]any, 0, len(node.Content))
		for i, item := range node.Content {
			if v, ok := in.value(item, append(slices.Clip(path), strconv.Itoa(i))); ok {
				list = append(list, v)
			}
		}
		return list, true
	case yaml.ScalarNode:
		return in.scalar(node, path)
	}
	return nil, false
}

func (in *inspection) mapping(node *yaml.Node, path modelPath) map[string]any {
	result := map[string]any{}
	for _, m := range slices.Backward(merged(node)) {
		if base, ok := in.value(m, path); ok {
			if fields, ok := base.(map[string]any); ok {
				for k, v := range fields {
					result[k] = v
				}
			}
		}
	}
	for _, e := range entries(node) {
		inner := append(slices.Clip(path), e.key.Value)
		if tag := e.key.ShortTag(); tag != "!!str" && e.key.Kind == yaml.ScalarNode {
			in.add(e.key, inner, fmt.Sprintf("expected a name here, found the %s %s", tagName(tag), e.key.Value), "quote it")
		}
		if v, ok := in.value(e.value, inner); ok {
			result[e.key.Value] = v
		}
	}
	return result
}

func (in *inspection) scalar(node *yaml.Node, path modelPath) (any, bool) {
	var v any
	if err := node.Decode(&v); err != nil {
		in.addCause(node, path, "expected a value of the type "+node.Tag+", found "+strconv.Quote(node.Value), "", err)
		return nil, false
	}
	text, ok := v.(string)
	if !ok {
		return v, true
	}
	if !in.sources.w.options.NoInterpolate {
		replaced, err := template.SubstituteWithOptions(text, in.doc.env.Resolve, template.WithoutLogging)
		if err != nil {
			in.variable(node, path, err)
			return nil, false
		}
		text = replaced
		for pattern, cast := range in.casts {
			if matches(path, pattern) {
				return in.cast(node, path, text, cast)
			}
		}
	}
	if message, hint := checkFormat(path, text); message != "" {
		in.add(node, path, message, hint)
		return nil, false
	}
	return text, true
}

// variable reports a variable that has no value or is not written as one.
func (in *inspection) variable(node *yaml.Node, path modelPath, err error) {
	var missing *template.MissingRequiredError
	if errors.As(err, &missing) {
		in.addCause(node, path, err.Error(),
			fmt.Sprintf("set %s in the environment, in .env or with --env-file", missing.Variable), err)
		return
	}
	in.addCause(node, path, fmt.Sprintf("expected a variable such as ${NAME} or ${NAME:-default}, found %q", node.Value),
		"write $$ for a dollar sign", err)
}

func (in *inspection) cast(node *yaml.Node, path modelPath, text string, cast interp.Cast) (any, bool) {
	v, err := cast(text)
	if err != nil {
		wanted := "a number"
		if strings.Contains(err.Error(), "boolean") {
			wanted = "true or false"
		}
		in.addCause(node, path, fmt.Sprintf("expected %s, found %q", wanted, text), "", err)
		return nil, false
	}
	return v, true
}

// matches is true for a path that a pattern with * and [] stands for.
func matches(path modelPath, pattern tree.Path) bool {
	parts := pattern.Parts()
	if len(parts) != len(path) {
		return false
	}
	for i, part := range parts {
		if part == path[i] || part == tree.PathMatchAll {
			continue
		}
		if _, err := strconv.Atoi(path[i]); err != nil || part != tree.PathMatchList {
			return false
		}
	}
	return true
}

func kindOf(node *yaml.Node) string {
	switch {
	case node == nil || node.Kind == yaml.DocumentNode:
		return "nothing"
	case node.Kind == yaml.MappingNode:
		return "a mapping"
	case node.Kind == yaml.SequenceNode:
		return "a list"
	}
	if node.ShortTag() == "!!null" {
		return "nothing"
	}
	return fmt.Sprintf("the %s %q", tagName(node.ShortTag()), node.Value)
}

func tagName(tag string) string {
	switch tag {
	case "!!int", "!!float":
		return "number"
	case "!!bool":
		return "boolean"
	case "!!null":
		return "null"
	case "!!timestamp":
		return "date"
	}
	return "string"
}
