package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// script puts a program into a folder of the project.
func (p *project) script(name, content string) {
	p.t.Helper()
	p.write(name, "#!/bin/sh\n"+content)
	assert.NilError(p.t, os.Chmod(filepath.Join(p.dir, name), 0o755))
}

// withPath puts a folder of the project before what is on PATH.
func (p *project) withPath(folder string) {
	p.env = append(p.env, "PATH="+filepath.Join(p.dir, folder)+":"+os.Getenv("PATH"))
}

const provided = `
services:
  database:
    provider: {type: stack-e2e-cloud, options: {size: small}}
  web:
    image: stack-e2e/dummy
    depends_on: {database: {condition: service_healthy}}
  beside:
    image: stack-e2e/dummy
`

const cloud = `
if [ "$2" = metadata ]; then exit 1; fi
echo "$@" >>log
case $3 in up)
  echo '{"type":"info","message":"creating"}'
  echo "{\"type\":\"setenv\",\"message\":\"URL=cloud://${SECRET:-hunter2}\"}"
esac
`

func TestAProvidersVariablesAreInTheContainersThatDependOnIt(t *testing.T) {
	p := newProject(t, provided)
	p.script("bin/stack-e2e-cloud", cloud)
	p.withPath("bin")
	r := p.ok("up", "-d")

	assert.Assert(t, !strings.Contains(r.Stdout+r.Stderr, "hunter2"))
	assert.DeepEqual(t, p.names(), []string{"beside-1", "web-1"})
	assert.Assert(t, slices.Contains(p.inspect("web-1").Config.Env, "DATABASE_URL=cloud://hunter2"))
	for _, variable := range p.inspect("beside-1").Config.Env {
		assert.Assert(t, !strings.HasPrefix(variable, "DATABASE_"), variable)
	}

	writes := p.record()
	p.ok("up", "-d")
	assert.DeepEqual(t, writes.Writes(), writes.Writes()[:0])

	p.env = append(p.env, "SECRET=hunter3")
	beside := p.inspect("beside-1")
	r = p.ok("--progress", "json", "up", "-d")
	assert.Assert(t, !strings.Contains(r.Stdout+r.Stderr, "hunter"))
	assert.Assert(t, slices.Contains(p.inspect("web-1").Config.Env, "DATABASE_URL=cloud://hunter3"))
	assert.Equal(t, p.inspect("beside-1").ID, beside.ID)

	p.ok("-f", "compose.yaml", "down") // with -p alone no file is read, and no provider known
	log, err := os.ReadFile(filepath.Join(p.dir, "log"))
	assert.NilError(t, err)
	up := "compose --project-name=" + p.name + " up --size=small database\n"
	assert.Equal(t, string(log), strings.Repeat(up, 3)+"compose --project-name="+p.name+" down --size=small database\n")
}

func TestAProviderThatFailsKeepsItsUsersFromStarting(t *testing.T) {
	p := newProject(t, provided)
	p.script("bin/stack-e2e-cloud", `if [ "$2" != metadata ]; then echo '{"type":"error","message":"no credit left"}'; fi`)
	p.withPath("bin")
	p.fails(1, []string{"up", "-d"}, "provider database: no credit left")
	assert.DeepEqual(t, p.names(), []string{"beside-1"})
}

func TestAModelsAddressIsInTheContainersThatUseIt(t *testing.T) {
	p := newProject(t, `
services:
  web: {image: stack-e2e/dummy, models: {my-llm: {}}}
models:
  my-llm: {model: ai/tiny}
`)
	p.env = append(p.env, "DOCKER_CONFIG="+filepath.Join(p.dir, "docker"))
	p.fails(1, []string{"up", "-d"}, "'models' support requires Docker Model plugin")

	p.script("docker/cli-plugins/docker-model", `
case $1 in
ls) echo '[]' ;;
pull) echo "$2" >pulled ;;
status) echo '{"endpoint":"http://models/v1"}' ;;
esac`)
	p.ok("up", "-d")
	env := p.inspect("web-1").Config.Env
	assert.Assert(t, slices.Contains(env, "MY_LLM_MODEL=ai/tiny"), env)
	assert.Assert(t, slices.Contains(env, "MY_LLM_URL=http://models/v1"), env)
	pulled, err := os.ReadFile(filepath.Join(p.dir, "pulled"))
	assert.NilError(t, err)
	assert.Equal(t, string(pulled), "ai/tiny\n")
}
