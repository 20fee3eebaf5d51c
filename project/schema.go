package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// schema reports every place where a document has not the shape of the Compose
// Specification. compose-go names one, the deepest.
func (in *inspection) schema(top map[string]any) {
	compiled, err := in.sources.compiled()
	if err != nil {
		return // what compose-go says is reported then
	}
	plain, err := plainJSON(top)
	if err != nil {
		return
	}
	var invalid *jsonschema.ValidationError
	if errors.As(compiled.Validate(plain), &invalid) {
		for _, cause := range leaves(invalid) {
			in.schemaError(cause)
		}
	}
}

func compileSchema() (*jsonschema.Schema, error) {
	const name = "compose-spec.json"
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(schema.Schema))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.RegisterFormat(&jsonschema.Format{Name: "duration", Validate: checkDuration})
	if err := compiler.AddResource(name, document); err != nil {
		return nil, err
	}
	return compiler.Compile(name)
}

func checkDuration(value any) error {
	text, ok := value.(string)
	if !ok {
		return errors.New("expected a string")
	}
	_, err := time.ParseDuration(text)
	return err
}

// plainJSON makes values of the types that the validator knows.
func plainJSON(value any) (any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
}

// leaves are the causes at the ends of a validation error. Of alternatives
// (oneOf) only those count that come nearest to what was written.
func leaves(err *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(err.Causes) == 0 {
		return []*jsonschema.ValidationError{err}
	}
	var all []*jsonschema.ValidationError
	for _, cause := range err.Causes {
		all = append(all, leaves(cause)...)
	}
	switch err.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		return alternatives(err, all)
	}
	return all
}

// alternatives leaves out the ones of another type than what was written,
// unless all are: then they are one error that wants any of the types.
func alternatives(err *jsonschema.ValidationError, all []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	var sameType []*jsonschema.ValidationError
	wanted := &kind.Type{}
	for _, leaf := range all {
		mismatch, ok := leaf.ErrorKind.(*kind.Type)
		if ok && len(leaf.InstanceLocation) == len(err.InstanceLocation) {
			wanted.Got = mismatch.Got
			wanted.Want = append(wanted.Want, mismatch.Want...)
			continue
		}
		sameType = append(sameType, leaf)
	}
	if len(sameType) > 0 || len(wanted.Want) == 0 {
		return sameType
	}
	return []*jsonschema.ValidationError{{SchemaURL: err.SchemaURL, InstanceLocation: err.InstanceLocation, ErrorKind: wanted}}
}

func (in *inspection) schemaError(leaf *jsonschema.ValidationError) {
	path := modelPath(leaf.InstanceLocation)
	found := descend(in.doc, path)
	switch k := leaf.ErrorKind.(type) {
	case *kind.FalseSchema:
		in.unknownKey(path)
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			in.unknownKey(append(slices.Clip(path), key))
		}
	case *kind.Type:
		in.add(found.entry.value, path, fmt.Sprintf("expected %s, found %s", typeNames(k.Want), kindOf(resolveAlias(found.entry.value))), typeHint(k))
	case *kind.Required:
		in.add(found.entry.key, path, "expected the key "+strings.Join(k.Missing, " and the key ")+", found none", "add it")
	case *kind.Enum:
		in.add(found.entry.value, path, fmt.Sprintf("expected one of %s, found %q", words(k.Want), fmt.Sprint(k.Got)), nearestWord(k))
	case *kind.Format:
		in.add(found.entry.value, path, fmt.Sprintf("expected a %s such as 30s or 1m30s, found %q", k.Want, fmt.Sprint(k.Got)), "")
	case *kind.Pattern:
		in.add(found.entry.value, path, fmt.Sprintf("expected %s, found %q", patternText(path, k.Want), k.Got), "")
	default:
		text := leaf.ErrorKind.LocalizedString(message.NewPrinter(language.English))
		in.add(found.entry.value, path, text, "")
	}
}

// unknownKey reports a key that the specification does not have. A key that it
// has is an after-effect of something else that is wrong beside it.
func (in *inspection) unknownKey(path modelPath) {
	known := knownKeys(path[:len(path)-1])
	key := path[len(path)-1]
	if slices.Contains(known, key) || slices.Contains(known, tree.PathMatchAll) && len(path) > 2 {
		return
	}
	otherwise := "remove it, or start its name with x- to keep it as an extension"
	if len(path) == 2 {
		otherwise = "names have letters, digits, dots, hyphens and underscores only"
	}
	in.add(descend(in.doc, path).entry.key, path, fmt.Sprintf("expected a key of the Compose Specification, found %q", key),
		didYouMean(key, known, otherwise))
}

// knownKeys are the keys that the specification has at a path.
func knownKeys(path modelPath) []string {
	var keys []string
	for _, attribute := range schema.AttributePaths() {
		parts := attribute.Parts()
		if len(parts) == len(path)+1 && matches(path, tree.NewPath(parts[:len(path)]...)) || len(path) == 0 && len(parts) == 1 {
			keys = append(keys, parts[len(parts)-1])
		}
	}
	return keys
}

func typeNames(types []string) string {
	names := map[string]string{"object": "a mapping", "array": "a list", "string": "a string", "integer": "a whole number",
		"number": "a number", "boolean": "true or false", "null": "nothing"}
	var all []string
	for _, t := range types {
		if name := names[t]; !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	if len(all) == 1 {
		return all[0]
	}
	return strings.Join(all[:len(all)-1], ", ") + " or " + all[len(all)-1]
}

func typeHint(k *kind.Type) string {
	switch {
	case k.Got == "null" && slices.Contains(k.Want, "object"):
		return "check the indentation of what belongs to it"
	case slices.Equal(k.Want, []string{"string"}) && (k.Got == "number" || k.Got == "integer" || k.Got == "boolean"):
		return "quote it"
	case slices.Contains(k.Want, "array") && k.Got != "object":
		return "write it as a list: [...]"
	}
	return ""
}

func words(values []any) string {
	var all []string
	for _, v := range values {
		all = append(all, fmt.Sprint(v))
	}
	return strings.Join(all, ", ")
}

func nearestWord(k *kind.Enum) string {
	var candidates []string
	for _, v := range k.Want {
		candidates = append(candidates, strings.Trim(strconv.Quote(fmt.Sprint(v)), `"`))
	}
	return didYouMean(fmt.Sprint(k.Got), candidates, "")
}
