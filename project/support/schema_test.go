package support_test

import (
	"encoding/json"
	"path"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/project/support"
)

// TestEveryPathOfTheSchemaHasOneRow fails on a path that the table lacks, and
// on a row that the schema lacks.
func TestEveryPathOfTheSchemaHasOneRow(t *testing.T) {
	wanted := schemaPaths(t)
	has := map[string]int{}
	values := map[string]bool{}
	for _, field := range fields(t) {
		if field.Value != "" {
			values[field.Path] = true
			continue
		}
		has[field.Path]++
		assert.Check(t, has[field.Path] == 1, "two rows for %s", field.Path)
		assert.Check(t, wanted[field.Path], "the schema has no %s", field.Path)
	}
	for each := range wanted {
		assert.Check(t, has[each] == 1, "no row for %s", each)
	}
	for each := range values {
		assert.Check(t, wanted[each], "the schema has no %s", each)
	}
	t.Logf("%d paths", len(wanted))
}

func TestEveryRefusalSaysWhy(t *testing.T) {
	last := support.Field{}
	for _, field := range fields(t) {
		below := last.Path != "" && strings.HasPrefix(field.Path, last.Path)
		switch {
		case field.Status == support.Honoured:
			assert.Check(t, field.Since != "" || field.Otherwise == support.Silent, "%s: nothing is left out", field.Name())
		case below:
			assert.Check(t, field.Status == last.Status, "%s is %s, and %s above it %s", field.Name(), field.Status, last.Name(), last.Status)
		case field.Status == support.Refused, field.Otherwise == support.Error:
			assert.Check(t, field.Note != "", "%s: why?", field.Name())
		}
		if field.Status != support.Honoured && !below && field.Value == "" {
			last = field
		}
		_, err := path.Match(field.Value, "")
		assert.Check(t, err, field.Name())
	}
}

func fields(t *testing.T) []support.Field {
	t.Helper()
	groups, err := support.Table()
	assert.NilError(t, err)
	var all []support.Field
	for _, group := range groups {
		all = append(all, group.Fields...)
	}
	return all
}

// schemaPaths are all paths of the specification's schema.
func schemaPaths(t *testing.T) map[string]bool {
	t.Helper()
	var document map[string]any
	assert.NilError(t, json.Unmarshal([]byte(schema.Schema), &document))
	w := walk{t: t, defs: object(document["$defs"]), paths: map[string]bool{}}
	w.node("", document)
	return w.paths
}

type walk struct {
	t     *testing.T
	defs  map[string]any
	paths map[string]bool
}

// shared are the definitions that services spell out, and others refer to.
var shared = map[string]bool{"container_spec": true, "workload_spec": true}

func (w *walk) node(at string, n map[string]any) {
	for keyword, value := range n {
		switch keyword {
		case "$ref":
			w.reference(at, value.(string))
		case "oneOf", "anyOf", "allOf":
			for _, branch := range value.([]any) {
				w.node(at, object(branch))
			}
		case "properties":
			for key, child := range object(value) {
				w.path(strings.TrimPrefix(at+"."+key, "."), child)
			}
		case "patternProperties":
			for pattern, child := range object(value) {
				if pattern != "^x-" {
					w.path(at+".*", child)
				}
			}
		case "items":
			w.node(at+"[]", object(value))
		case "additionalProperties", "unevaluatedProperties":
			assert.Equal(w.t, value, false, "%s: %s", at, keyword)
		case "then", "else", "not", "dependentSchemas", "prefixItems":
			w.t.Fatalf("%s: this walk does not know %s", at, keyword)
		}
	}
}

func (w *walk) path(at string, child any) {
	w.paths[at] = true
	w.node(at, object(child))
}

func (w *walk) reference(at, to string) {
	name := path.Base(to)
	if shared[name] && at != "services.*" {
		w.paths[at+".<"+name+">"] = true
		return
	}
	definition := object(w.defs[name])
	assert.Assert(w.t, definition != nil, "%s: no definition %s", at, to)
	w.node(at, definition)
}

// object is nil for what is none: true, as in patternProperties.
func object(value any) map[string]any {
	m, _ := value.(map[string]any)
	return m
}
