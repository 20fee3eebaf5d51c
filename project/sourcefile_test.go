package project_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/project"
)

// sourceFiles loads a compose file with others beside it.
func sourceFiles(t *testing.T, compose string, others ...string) (string, []project.SourceFile) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, content string) {
		path := filepath.Join(dir, name)
		assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		assert.NilError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	write("compose.yaml", compose)
	for i := 0; i+1 < len(others); i += 2 {
		write(others[i], others[i+1])
	}
	files, err := load(t, project.Options{Dir: dir, NoEnvResolution: true}).SourceFiles()
	assert.NilError(t, err)
	return dir, files
}

const referring = `x-env: &env {env_file: 'quoted ''it''.env'}
services:
  web:
    image: web # not an env_file: web.env
    env_file: web.env
    label_file: ["a.labels", "b\u002elabels"]
    extends: {file: parts/base.yaml, service: base}
    environment: [PASSED, SET=1]
    pre_start: [{image: x, command: [y], env_file: hook.env}]
  other:
    <<: *env
    image: ütf8
    environment: {ASKED: , GIVEN: a}
  third: {image: c, env_file: [{path: "ü.env", required: false}, {path: "./${NAME:-x}.env"}]}
`

func TestReferencesAreFoundAndRenamed(t *testing.T) {
	dir, files := sourceFiles(t, referring, "parts/base.yaml", "services: {base: {env_file: base.env, extends: {file: ../root.yaml, service: root}}, other: {image: z}}",
		"root.yaml", "services: {root: {image: root, extends: {file: parts/base.yaml, service: other}}}\n")
	var found []string
	for _, f := range files {
		for _, r := range f.References {
			path, err := filepath.Rel(dir, r.File)
			assert.NilError(t, err)
			found = append(found, fmt.Sprintf("%s %s %s %s %t", filepath.Base(f.Path), strings.Join(r.Path, "."), r.Kind, filepath.ToSlash(path), r.Optional))
		}
	}
	assert.DeepEqual(t, found, []string{
		"compose.yaml services.web extends parts/base.yaml false",
		"compose.yaml services.web.env_file env_file web.env false",
		"compose.yaml services.web.label_file label_file a.labels false",
		"compose.yaml services.web.label_file label_file b.labels false",
		"compose.yaml services.web.pre_start.0.env_file env_file hook.env false",
		"compose.yaml services.other.env_file env_file quoted 'it'.env false",
		"compose.yaml services.third.env_file env_file ü.env true",
		"compose.yaml services.third.env_file env_file x.env false",
		"base.yaml services.base extends root.yaml false",
		"base.yaml services.base.env_file env_file parts/base.env false",
		"root.yaml services.root extends parts/base.yaml false",
	})
	assert.DeepEqual(t, files[0].Passed, []string{"PASSED", "ASKED"})

	n := 0
	renamed, err := files[0].Rewritten(func(project.Reference) (string, bool) { n++; return fmt.Sprintf("new%d", n), true })
	assert.NilError(t, err)
	want := strings.NewReplacer("'quoted ''it''.env'", "new6", "env_file: web.env\n    label", "env_file: new2\n    label", `"a.labels"`, "new3",
		`"b\u002elabels"`, "new4", "parts/base.yaml", "new1", "hook.env", "new5", `"ü.env"`, "new7", `"./${NAME:-x}.env"`, "new8").Replace(referring)
	assert.Equal(t, string(renamed), want)
}

func TestFileWithoutReferencesStaysAsItIs(t *testing.T) {
	const compose = "# a comment\r\nservices:   {web: {image:   'x'}}\r\n\r\n---\nname: x # y"
	_, files := sourceFiles(t, compose)
	content, err := files[0].Rewritten(func(project.Reference) (string, bool) { return "x", true })
	assert.NilError(t, err)
	assert.Equal(t, string(content), compose)
}

func TestPathThatCannotBeReplacedIsNamed(t *testing.T) {
	for _, written := range []string{"&a web.env", "!!str web.env", ">-\n      web.env", "\"web\\\n      .env\""} {
		_, files := sourceFiles(t, "services:\n  web:\n    image: x\n    env_file: "+written+"\n")
		_, err := files[0].Rewritten(func(project.Reference) (string, bool) { return "x", true })
		assert.ErrorContains(t, err, "compose.yaml:4:", written)
		assert.ErrorContains(t, err, "services.web.env_file: expected a path that another one can be put in the place of")
	}
}

// However paths are written, the file with other names says the same otherwise.
func TestRenamingChangesNothingElse(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-zA-Z0-9äß_./'"$ #:-]{1,12}`).Filter(func(s string) bool {
			return strings.TrimSpace(s) == s && !strings.Contains(s, "$")
		}).Draw(t, "name")
		written := rapid.SampledFrom([]string{
			"'" + strings.ReplaceAll(name, "'", "''") + "'",
			`"` + strings.ReplaceAll(name, `"`, `\"`) + `"`,
		}).Draw(t, "written")
		form := rapid.SampledFrom([]string{
			"services:\n  web:\n    env_file: %s # after\n    image: x\n",
			"services: {web: {env_file: [%s], image: x}}\n",
			"services:\n  web:\n    env_file:\n      - path: %s\n    image: x\n",
		}).Draw(t, "form")
		assert.NilError(t, os.WriteFile(filepath.Join(dir, "compose.yaml"), fmt.Appendf(nil, form, written), 0o644))
		p, err := project.Load(t.Context(), project.Options{Dir: dir, NoEnvResolution: true})
		assert.NilError(t, err)
		files, err := p.SourceFiles()
		assert.NilError(t, err)
		content, err := files[0].Rewritten(func(project.Reference) (string, bool) { return "renamed.env", true })
		assert.NilError(t, err)
		assert.Equal(t, string(content), fmt.Sprintf(form, "renamed.env"))
	})
}
