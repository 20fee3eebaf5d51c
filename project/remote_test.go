package project_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/project"
)

// shelf is a remote of files: at://NAME is the file compose.yaml in the folder
// NAME.
type shelf struct {
	dir   string
	asked map[string]int
}

// newShelf writes files, by FOLDER/NAME.
func newShelf(t *testing.T, files map[string]string) *shelf {
	t.Helper()
	s := &shelf{t.TempDir(), map[string]int{}}
	for name, content := range files {
		path := filepath.Join(s.dir, name)
		assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		assert.NilError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	return s
}

func (s *shelf) Accepts(address string) bool { return strings.HasPrefix(address, "at://") }

func (s *shelf) Fetch(_ context.Context, address string) (string, error) {
	s.asked[address]++
	file := filepath.Join(s.dir, strings.TrimPrefix(address[strings.LastIndex(address, "/"):], "/"), "compose.yaml")
	if _, err := os.Stat(file); err != nil {
		return "", errors.New("nothing there")
	}
	return file, nil
}

func (s *shelf) options(t *testing.T, files ...string) project.Options {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "here")
	assert.NilError(t, os.Mkdir(dir, 0o755))
	return project.Options{Dir: dir, Files: files, Remotes: []project.Remote{s}}
}

func TestProjectThatIsElsewhereIsNamedAfterTheFolderHere(t *testing.T) {
	s := newShelf(t, map[string]string{
		"a/compose.yaml": "services: {web: {image: '${IMAGE}', build: ctx, env_file: web.env}}",
		"a/web.env":      "FROM=there", "a/.env": "IMAGE=theirs\nOTHER=theirs",
	})
	o := s.options(t, "at://a")
	p := load(t, o)
	assert.Equal(t, p.Name, "here")
	assert.Equal(t, p.WorkingDir, filepath.Join(s.dir, "a"))
	web := p.Model.Services["web"]
	assert.Equal(t, web.Image, "theirs")
	assert.Equal(t, web.Build.Context, filepath.Join(s.dir, "a/ctx"))
	assert.Equal(t, *web.Environment["FROM"], "there")
	assert.DeepEqual(t, p.Remotes(), map[string]string{"at://a": filepath.Join(s.dir, "a/compose.yaml")})

	assert.NilError(t, os.WriteFile(filepath.Join(o.Dir, ".env"), []byte("IMAGE=ours"), 0o644))
	p = load(t, o)
	assert.Equal(t, p.Model.Services["web"].Image, "ours")
	_, given := p.Given("OTHER")
	assert.Assert(t, !given, "it is the project's own")
	value, given := p.Given("IMAGE")
	assert.Assert(t, given)
	assert.Equal(t, value, "ours")
}

func TestFirstFileSaysWherePathsStart(t *testing.T) {
	s := newShelf(t, map[string]string{"a/compose.yaml": "services: {web: {image: a, build: ctx}}"})
	o := s.options(t, "own.yaml", "at://a")
	assert.NilError(t, os.WriteFile(filepath.Join(o.Dir, "own.yaml"), []byte("services: {web: {image: b}}"), 0o644))
	assert.Equal(t, load(t, o).Model.Services["web"].Build.Context, filepath.Join(o.Dir, "ctx"))
	o.Files = []string{"at://a", "own.yaml"}
	p := load(t, o)
	assert.Equal(t, p.Model.Services["web"].Build.Context, filepath.Join(s.dir, "a/ctx"))
	assert.Equal(t, p.Model.Services["web"].Image, "b")
	o.ProjectDirectory = "."
	assert.Equal(t, load(t, o).Model.Services["web"].Build.Context, filepath.Join(o.Dir, "ctx"))
}

func TestAddressIsFetchedOncePerLoad(t *testing.T) {
	s := newShelf(t, map[string]string{
		"a/compose.yaml": "services: {web: {image: a, build: ctx}}",
		"b/compose.yaml": "include: ['at://a']\nservices: {x: {extends: {file: 'at://a', service: web}}, y: {extends: {file: 'at://a', service: web}}}",
	})
	p := load(t, s.options(t, "at://b"))
	assert.DeepEqual(t, p.Services(), []string{"web", "x", "y"})
	for _, name := range p.Services() {
		assert.Equal(t, p.Model.Services[name].Build.Context, filepath.Join(s.dir, "a/ctx"), name)
	}
	assert.DeepEqual(t, s.asked, map[string]int{"at://a": 1, "at://b": 1})
}

func TestErrorsNameTheAddress(t *testing.T) {
	s := newShelf(t, map[string]string{
		"wrong/compose.yaml":    "services:\n  web: {imagine: x}",
		"includes/compose.yaml": "services: {}\ninclude:\n  - at://none",
		"extends/compose.yaml":  "services:\n  web:\n    extends: {file: 'at://ann:hush@x/none', service: web}",
	})
	for address, want := range map[string]string{
		"at://wrong":         "at://wrong:2:9: services.web.imagine: ",
		"at://includes":      "at://includes:3:5: at://none: nothing there",
		"at://extends":       "at://extends:3:21: at://ann:xxxxx@x/none: nothing there",
		"at://none":          "compose file at://none: nothing there",
		"at://ann:hush@none": "compose file at://ann:xxxxx@none: nothing there",
	} {
		_, err := project.Load(t.Context(), s.options(t, address))
		assert.ErrorContains(t, err, want)
		assert.Assert(t, !strings.Contains(err.Error(), "hush"), "%v", err)
	}
}

func TestAddressInTheVariableIsWhole(t *testing.T) {
	s := newShelf(t, map[string]string{"a/compose.yaml": "services: {web: {image: a}}", "b/compose.yaml": "services: {x: {image: b}}"})
	o := s.options(t)
	o.Environ = []string{"COMPOSE_FILE=at://a"}
	assert.DeepEqual(t, load(t, o).Services(), []string{"web"})
	o.Environ = []string{"COMPOSE_FILE=at://a,at://b", "COMPOSE_PATH_SEPARATOR=,"}
	assert.DeepEqual(t, load(t, o).Services(), []string{"web", "x"})
}
