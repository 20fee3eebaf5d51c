package project_test

import (
	"context"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/project"
)

func contextWithCancel(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithCancel(t.Context())
}

// A service that two includes bring in, and that one of them overrides, is the
// same each time.
func TestDiamondOfIncludes(t *testing.T) {
	dir, err := filepath.Abs("testdata/diamond")
	assert.NilError(t, err)
	o := project.Options{Dir: dir}
	first, err := load(t, o).YAML()
	assert.NilError(t, err)
	for range 100 {
		again, err := load(t, o).YAML()
		assert.NilError(t, err)
		assert.Equal(t, string(again), string(first))
	}
	s := load(t, o).Model.Services["base"]
	assert.DeepEqual(t, []string(s.Command), []string{"overridden"})
	assert.Equal(t, len(s.Ports), 0, "!reset")
	assert.Equal(t, *s.Environment["FROM"], "left")
}

func TestCorpusLoads(t *testing.T) {
	dir, err := filepath.Abs("testdata/corpus")
	assert.NilError(t, err)
	for _, file := range composeFiles(t, dir) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			p := load(t, project.Options{Dir: dir, Files: []string{file}})
			desired, err := p.Desired(project.DesiredOptions{AllowMissingFiles: true})
			assert.NilError(t, err)
			assert.Equal(t, len(desired.Services), len(p.Model.Services))
			assertRoundTrip(t, p)
		})
	}
}

// assertRoundTrip loads what config prints, and compares the hashes.
func assertRoundTrip(t *testing.T, p *project.Project) {
	t.Helper()
	text, err := p.YAML()
	assert.NilError(t, err)
	want, err := p.Hashes()
	assert.NilError(t, err)
	again := textOptions(t, string(text))
	again.Name = ""
	q := load(t, again)
	assert.Equal(t, q.Name, p.Name)
	got, err := q.Hashes()
	assert.NilError(t, err)
	assert.DeepEqual(t, got, want)
}
