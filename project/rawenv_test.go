package project_test

import (
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/fs"

	"github.com/stackctl/stack/project"
)

func TestRawEnvFilesAreTakenAsTheyAre(t *testing.T) {
	dir := fs.NewDir(t, "raw", fs.WithFile("raw.env", "A=\"$HOME\" # x\nB\nC=\n"), fs.WithFile("compose.yaml",
		"services: {web: {image: x, env_file: [{path: raw.env, format: raw}]}}\n"))
	p := load(t, project.Options{Dir: dir.Path(), Environ: []string{"B=from outside"}})
	environment := p.Model.Services["web"].Environment
	assert.Equal(t, *environment["A"], `"$HOME" # x`)
	assert.Equal(t, *environment["B"], "from outside")
	assert.Equal(t, *environment["C"], "")
}
