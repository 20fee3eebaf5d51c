package project_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/fs"

	"github.com/stackctl/stack/project"
)

// load loads a project that must be all right.
func load(t *testing.T, o project.Options) *project.Project {
	t.Helper()
	p, err := project.Load(t.Context(), o)
	assert.NilError(t, err)
	return p
}

// loadText loads one compose file.
func loadText(t *testing.T, text string) *project.Project {
	t.Helper()
	return load(t, textOptions(t, text))
}

func textOptions(t *testing.T, text string) project.Options {
	t.Helper()
	return project.Options{Dir: t.TempDir(), Files: []string{"-"}, Stdin: strings.NewReader(text), Name: "p"}
}

func composeFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.y*ml"))
	assert.NilError(t, err)
	assert.Assert(t, len(files) > 0)
	return files
}

func asErrors(err error, errs *project.Errors) bool { return errors.As(err, errs) }

const web = "services: {web: {image: nginx}}\n"

func TestDefaultFilesAreFoundInParents(t *testing.T) {
	dir := fs.NewDir(t, "shop",
		fs.WithFile("compose.yaml", web),
		fs.WithFile("compose.override.yaml", "services: {web: {image: caddy}}\n"),
		fs.WithFile(".env", "COLOUR=blue\n"),
		fs.WithDir("deep", fs.WithDir("down", fs.WithFile(".env", "COLOUR=red\nSIZE=1\n"))))
	p := load(t, project.Options{Dir: dir.Join("deep", "down")})
	assert.DeepEqual(t, p.Files, []string{dir.Join("compose.yaml"), dir.Join("compose.override.yaml")})
	assert.Equal(t, p.WorkingDir, dir.Path())
	assert.Equal(t, p.Model.Services["web"].Image, "caddy")
	assert.Equal(t, p.Model.Environment["COLOUR"], "red", "what is set first wins")
	assert.Equal(t, p.Model.Environment["SIZE"], "1")
}

func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	_, err := project.Load(t.Context(), project.Options{Dir: dir})
	assert.ErrorIs(t, err, project.ErrNoFile)
	assert.ErrorContains(t, err, "no configuration file provided: not found")
	assert.ErrorContains(t, err, "compose.yaml")
	assert.ErrorContains(t, err, dir)
	assert.ErrorContains(t, err, "-f")
}

func TestNamedFileThatIsMissing(t *testing.T) {
	_, err := project.Load(t.Context(), project.Options{Dir: t.TempDir(), Files: []string{"a.yaml", "b.yaml"}})
	assert.ErrorContains(t, err, "a.yaml: no such file or directory: expected a compose file, found nothing")
	assert.ErrorContains(t, err, "b.yaml: no such file or directory: expected a compose file, found nothing")
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestSeveralFilesMergeInOrder(t *testing.T) {
	dir := fs.NewDir(t, "several",
		fs.WithFile("a.yaml", "services: {web: {image: one, environment: {A: a}}}\n"),
		fs.WithDir("b", fs.WithFile("b.yaml", "services: {web: {image: two, volumes: ['./x:/x']}}\n")))
	for name, o := range map[string]project.Options{
		"-f":           {Files: []string{"a.yaml", "-", "b/b.yaml"}},
		"COMPOSE_FILE": {Environ: []string{"COMPOSE_FILE=a.yaml|-|b/b.yaml", "COMPOSE_PATH_SEPARATOR=|"}},
	} {
		t.Run(name, func(t *testing.T) {
			o.Dir, o.Stdin = dir.Path(), strings.NewReader("services: {web: {environment: {B: b}}}\n")
			s := load(t, o).Model.Services["web"]
			assert.Equal(t, s.Image, "two")
			assert.Equal(t, len(s.Environment), 2)
			assert.Equal(t, s.Volumes[0].Source, dir.Join("x"), "relative to the first file's folder")
		})
	}
}

func TestProjectDirectory(t *testing.T) {
	dir := fs.NewDir(t, "pd", fs.WithFile("compose.yaml", "services: {web: {image: '${TAG}', volumes: ['./x:/x']}}\n"),
		fs.WithDir("elsewhere", fs.WithFile(".env", "TAG=nginx\n")))
	p := load(t, project.Options{Dir: dir.Path(), Files: []string{"compose.yaml"}, ProjectDirectory: "elsewhere"})
	assert.Equal(t, p.Name, "elsewhere")
	assert.Equal(t, p.Model.Services["web"].Image, "nginx")
	assert.Equal(t, p.Model.Services["web"].Volumes[0].Source, dir.Join("elsewhere", "x"))
}

func TestEnvironmentPrecedence(t *testing.T) {
	dir := fs.NewDir(t, "env", fs.WithFile("compose.yaml", "services: {web: {image: '${A}-${B}-${C-none}'}}\n"),
		fs.WithFile(".env", "A=dotenv\nB=dotenv\n"), fs.WithFile("one.env", "A=one\nC=one\n"), fs.WithFile("two.env", "A=two\nB=$A$C\n"))
	for _, c := range []struct {
		name, want string
		options    project.Options
	}{
		{"the process wins", "shell-dotenv-none", project.Options{Environ: []string{"A=shell"}}},
		{"--env-file replaces .env", "two-twoone-one", project.Options{EnvFiles: []string{"one.env", "two.env"}}},
		{"COMPOSE_ENV_FILES", "two-twoone-one", project.Options{Environ: []string{"COMPOSE_ENV_FILES=one.env,two.env"}}},
		{"COMPOSE_DISABLE_ENV_FILE", "x--none", project.Options{Environ: []string{"COMPOSE_DISABLE_ENV_FILE=1", "A=x"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.options.Dir = dir.Path()
			p := load(t, c.options)
			assert.Equal(t, p.Model.Services["web"].Image, c.want)
		})
	}
	_, err := project.Load(t.Context(), project.Options{Dir: dir.Path(), EnvFiles: []string{"none.env"}})
	assert.ErrorContains(t, err, "env file "+dir.Join("none.env")+" not found")
	_, err = project.Load(t.Context(), project.Options{Dir: dir.Path(), Environ: []string{"COMPOSE_DISABLE_ENV_FILE=perhaps"}})
	assert.ErrorContains(t, err, `COMPOSE_DISABLE_ENV_FILE: expected true or false, found "perhaps"`)
}

func TestBrokenDotEnv(t *testing.T) {
	dir := fs.NewDir(t, "dotenv", fs.WithFile("compose.yaml", web), fs.WithFile(".env", "A=1\nB C=2\n"))
	_, err := project.Load(t.Context(), project.Options{Dir: dir.Path()})
	assert.Error(t, err, ".env:2:1: key cannot contain a space; expected lines of the form KEY=VALUE")
}

func TestNamePrecedence(t *testing.T) {
	dir := fs.NewDir(t, "name", fs.WithDir("My.Shop", fs.WithFile("compose.yaml", web),
		fs.WithFile("named.yaml", "name: ${WHO:-In} File\n"+web)))
	shop := dir.Join("My.Shop")
	for _, c := range []struct {
		want    string
		options project.Options
	}{
		{"flag", project.Options{Name: "flag", Files: []string{"named.yaml"}, Environ: []string{"COMPOSE_PROJECT_NAME=env"}}},
		{"env", project.Options{Files: []string{"named.yaml"}, Environ: []string{"COMPOSE_PROJECT_NAME=env"}}},
		{"infile", project.Options{Files: []string{"named.yaml"}}},
		{"myfile", project.Options{Files: []string{"named.yaml"}, Environ: []string{"WHO=my"}}},
		{"myshop", project.Options{}},
	} {
		c.options.Dir = shop
		assert.Equal(t, load(t, c.options).Name, c.want)
	}
	for _, o := range []project.Options{{Name: "My Shop"}, {Environ: []string{"COMPOSE_PROJECT_NAME=My Shop"}}} {
		o.Dir = shop
		_, err := project.Load(t.Context(), o)
		assert.ErrorContains(t, err, `invalid project name "My Shop"`)
		assert.ErrorContains(t, err, `"myshop" would do`)
	}
}

func TestNameWithoutFiles(t *testing.T) {
	dir := fs.NewDir(t, "name", fs.WithDir("Shop"))
	name, err := project.Name(project.Options{Dir: dir.Join("Shop")})
	assert.NilError(t, err)
	assert.Equal(t, name, "shop")
	name, err = project.Name(project.Options{Dir: dir.Join("Shop"), Name: "other"})
	assert.NilError(t, err)
	assert.Equal(t, name, "other")
	_, err = project.Name(project.Options{Dir: "/"})
	assert.ErrorContains(t, err, "project name must not be empty")
}

func TestWarningsAreReturnedOnce(t *testing.T) {
	p := loadText(t, "services: {web: {image: '${NOPE}x', command: '${NOPE}'}}\n")
	assert.DeepEqual(t, p.Warnings, []string{
		`The "NOPE" variable is not set. Defaulting to a blank string.`,
	})
}

func TestWindowsPaths(t *testing.T) {
	o := textOptions(t, "services: {web: {image: nginx, volumes: [{type: bind, source: 'c:\\data', target: /data}]}}\n")
	o.Environ = []string{"COMPOSE_CONVERT_WINDOWS_PATHS=1"}
	assert.Check(t, cmp.Contains(load(t, o).Model.Services["web"].Volumes[0].Source, "data"))
}

func TestCanceledLoad(t *testing.T) {
	ctx, cancel := contextWithCancel(t)
	cancel()
	_, err := project.Load(ctx, textOptions(t, web))
	assert.ErrorContains(t, err, "canceled")
}

func TestSeveralDefaultFiles(t *testing.T) {
	dir := fs.NewDir(t, "many", fs.WithFile("compose.yaml", web), fs.WithFile("docker-compose.yml", web))
	p := load(t, project.Options{Dir: dir.Path()})
	assert.DeepEqual(t, p.Files, []string{dir.Join("compose.yaml")})
	assert.Equal(t, len(p.Warnings), 1)
	assert.Check(t, cmp.Contains(p.Warnings[0], "Using "+dir.Join("compose.yaml")))
}
