package logs_test

import (
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/logs"
	"github.com/stackctl/stack/state"
)

func read(t *testing.T, s *shop, options logs.Options) []string {
	t.Helper()
	options.Project = project
	told := &transcript{}
	assert.NilError(t, logs.Read(t.Context(), s.engine, options, told.add))
	lines := told.take() // in the order of their times, which may be any
	slices.SortStableFunc(lines, func(a, b string) int {
		return strings.Compare(a[:strings.Index(a, ":")], b[:strings.Index(b, ":")])
	})
	return lines
}

func TestReadGivesWhatEachContainerPrinted(t *testing.T) {
	s := newShop(t)
	s.run("web", 2, "echo two; sleep 1000")
	s.run("web", 1, "echo one; echo more; sleep 1000")
	s.run("db", 1, "echo ready; exit 3")
	s.create("job", 1, "echo never started")
	s.run("web", 1, "echo one-off", func(spec *state.ContainerSpec) {
		spec.Name, spec.Labels[state.LabelOneOff] = "shop-web-run-1", "True"
	})
	assert.DeepEqual(t, read(t, s, logs.Options{}), []string{"db-1: ready", "web-1: one", "web-1: more", "web-2: two"})
	assert.DeepEqual(t, read(t, s, logs.Options{Services: []string{"web"}}), []string{"web-1: one", "web-1: more", "web-2: two"})
	assert.DeepEqual(t, read(t, s, logs.Options{Services: []string{"web"}, Index: 2}), []string{"web-2: two"})
	assert.DeepEqual(t, read(t, s, logs.Options{Lines: state.LogOptions{Tail: "1"}}), []string{"db-1: ready", "web-1: more", "web-2: two"})
	// Follow is another function's business.
	assert.DeepEqual(t, read(t, s, logs.Options{Index: 2, Lines: state.LogOptions{Follow: true}}), []string{"web-2: two"})
}

func TestReadSaysWhatCannotBeRead(t *testing.T) {
	s := newShop(t)
	s.run("web", 1, "echo one")
	options := logs.Options{Project: project, Lines: state.LogOptions{Since: "yesterday"}}
	err := logs.Read(t.Context(), s.engine, options, func(logs.Record) {})
	assert.ErrorContains(t, err, "logs of shop-web-1: ")
	assert.ErrorContains(t, err, "yesterday")
}
