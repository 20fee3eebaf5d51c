package project_test

import (
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/fs"

	"github.com/stackctl/stack/project"
)

const sourcesOfAll = `
name: shop
include:
  - ${PARTS}/part.yaml
  - {path: other/other.yaml, env_file: other/vars}
services:
  web:
    extends: {file: base.yaml, service: web}
    env_file: [one.env, {path: two.env, required: false}]
    label_file: labels
  broken: {image: [}
`

func TestSourceFilesAreAllThatAProjectComesFrom(t *testing.T) {
	d := fs.NewDir(t, "sources",
		fs.WithFile("compose.yaml", sourcesOfAll[:len(sourcesOfAll)-len("  broken: {image: [}\n")]),
		fs.WithFile("base.yaml", "services: {web: {extends: {file: deep.yaml, service: web}, env_file: base.env}}"),
		fs.WithFile("deep.yaml", "services: {web: {image: web}}"),
		fs.WithFile(".env", "PARTS=parts"),
		fs.WithDir("parts", fs.WithFile("part.yaml", "services: {db: {image: db, env_file: db.env}}")),
		fs.WithDir("other", fs.WithFile("other.yaml", "services: {mq: {image: mq}}")),
	)
	var names []string
	for _, name := range project.SourceFiles(t.Context(), project.Options{Dir: d.Path()}) {
		inside, err := filepath.Rel(d.Path(), name)
		assert.NilError(t, err)
		names = append(names, filepath.ToSlash(inside))
	}
	assert.DeepEqual(t, names, []string{
		".env", "base.env", "base.yaml", "compose.override.yaml", "compose.override.yml", "compose.yaml", "compose.yml", "deep.yaml",
		"docker-compose.override.yaml", "docker-compose.override.yml", "docker-compose.yaml", "docker-compose.yml",
		"labels", "one.env", "other/.env", "other/other.yaml", "other/vars", "parts/.env", "parts/db.env", "parts/part.yaml", "two.env",
	})
}

func TestSourceFilesOfAProjectThatIsBrokenAreThoseThatCanBeTold(t *testing.T) {
	d := fs.NewDir(t, "sources", fs.WithFile("mine.yaml", sourcesOfAll), fs.WithFile("vars", "'"))
	o := project.Options{Dir: d.Path(), Files: []string{"mine.yaml"}}
	assert.DeepEqual(t, project.SourceFiles(t.Context(), o), []string{d.Join(".env"), d.Join("mine.yaml")})
	o.EnvFiles = []string{"vars"}
	assert.DeepEqual(t, project.SourceFiles(t.Context(), o), []string{d.Join(".env"), d.Join("mine.yaml"), d.Join("vars")})
	o.EnvFiles, o.Files = nil, []string{"-"}
	assert.DeepEqual(t, project.SourceFiles(t.Context(), o), []string{d.Join(".env")})
}
