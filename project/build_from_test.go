package project_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/project"
)

// A build that names another one's image in its Dockerfile comes after it.
func TestBuildsFollowTheImagesOfTheirDockerfiles(t *testing.T) {
	for _, c := range []struct{ name, dockerfile, want string }{
		{"FROM", "FROM base", "base"},
		{"with a tag and a registry", "FROM docker.io/library/base:latest", "base"},
		{"another tag", "FROM base:2", ""},
		{"on a platform", "FROM --platform=linux/amd64 base AS x", "base"},
		{"a later stage", "FROM scratch AS one\nFROM base", "base"},
		{"COPY", "FROM scratch\nCOPY --from=base /x /x", "base"},
		{"an argument", "ARG ON=base\nFROM ${ON}", "base"},
		{"an argument's default", "ARG ON\nFROM ${ON:-base}", "base"},
		{"an argument that is given", "ARG TAG=9\nFROM base:$TAG", "base"},
		{"an argument of another name", "ARG TAG2=9\nFROM base:$TAG2", ""},
		{"a stage of that name", "FROM scratch AS base\nFROM base\nCOPY --from=base /x /x", ""},
		{"itself", "FROM app", ""},
		{"each other", "FROM round", ""},
		{"no Dockerfile", "FROM", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := textOptions(t, `name: x
services:
  app: {image: app, build: {context: ., args: {TAG: latest}}}
  base: {image: base, build: {context: base}}
  round: {image: round, build: {context: ., dockerfile_inline: FROM app}}
  remote: {image: remote, build: {context: "https://example.com/x.git"}}
`)
			assert.NilError(t, os.WriteFile(filepath.Join(o.Dir, "Dockerfile"), []byte(c.dockerfile), 0o600))
			d := desired(t, load(t, o), project.DesiredOptions{})
			assert.Check(t, is.Equal(strings.Join(byName(d)["app"].Build.From, " "), c.want))
			round := "app"
			if c.name == "each other" {
				round = ""
			}
			assert.Check(t, is.Equal(strings.Join(byName(d)["round"].Build.From, " "), round))
		})
	}
}
