package project_test

import (
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/project"
)

// Each broken project gives one report of all that is wrong with it.
func TestBrokenProjects(t *testing.T) {
	dir, err := filepath.Abs("testdata/broken")
	assert.NilError(t, err)
	for _, file := range composeFiles(t, dir) {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			_, err := project.Load(t.Context(), project.Options{Dir: dir, Files: []string{filepath.Base(file)}})
			var errs project.Errors
			assert.Assert(t, err != nil)
			assert.Check(t, asErrors(err, &errs), "%T: %v", err, err)
			for _, e := range errs {
				assert.Check(t, e.File != "" && e.Line > 0 && e.Column > 0 || name == "empty", "no place: %v", e)
			}
			golden.Assert(t, strings.ReplaceAll(err.Error(), dir, "DIR")+"\n", "broken/"+name+".golden")
		})
	}
}
