package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

const greeter = `
services:
  web:
    build: {context: ., tags: ["${COMPOSE_PROJECT_NAME}-web:extra"]}
    stop_grace_period: 1s
  db:
    image: stack-e2e/dummy
    stop_grace_period: 1s
`

func dockerfile(greeting string) string {
	return "FROM stack-e2e/dummy\nLABEL org.example.greeting=" + greeting + "\n"
}

func TestImagesARebuiltImageRecreatesAndAnUnchangedOneDoesNot(t *testing.T) {
	p := newProject(t, greeter)
	p.write("Dockerfile", dockerfile("hello"))

	r := p.ok("build")
	assert.Assert(t, strings.Contains(r.Stderr, " Image "+p.name+"-web Built\n"), r.Stderr)
	image, err := docker.ImageInspect(t.Context(), p.name+"-web:extra")
	assert.NilError(t, err)
	assert.Equal(t, image.Config.Labels["org.example.greeting"], "hello")

	p.ok("create")
	assert.DeepEqual(t, p.names(), []string{"db-1", "web-1"})
	created := p.inspect("web-1")
	assert.Equal(t, created.State.Status, "created")
	assert.Equal(t, created.Image, image.ID)
	assert.Equal(t, p.ok("create").Stderr, "")

	p.ok("up", "-d", "--build")
	assert.Equal(t, p.inspect("web-1").ID, created.ID)
	db := p.inspect("db-1").ID
	p.ok("up", "-d", "--build")
	assert.Equal(t, p.inspect("web-1").ID, created.ID, "an unchanged build made the container anew")

	p.write("Dockerfile", dockerfile("goodbye"))
	p.ok("up", "-d", "--no-build")
	assert.Equal(t, p.inspect("web-1").ID, created.ID)
	p.ok("build", "--quiet", "web")
	p.ok("up", "-d")
	replaced := p.inspect("web-1")
	assert.Assert(t, replaced.ID != created.ID && replaced.State.Running)
	assert.Equal(t, p.inspect("db-1").ID, db)
}

func TestImagesAreListedFromTheLabelsAlone(t *testing.T) {
	p := newProject(t, greeter)
	p.write("Dockerfile", dockerfile("hello"))
	p.ok("create")
	p.dir = t.TempDir() // without a file
	image, err := docker.ImageInspect(t.Context(), p.name+"-web")
	assert.NilError(t, err)

	var listed []struct {
		ID, ContainerName, Repository, Tag, Platform string
		Size                                         int64
	}
	assert.NilError(t, json.Unmarshal([]byte(p.ok("images", "--format", "json").Stdout), &listed))
	assert.Equal(t, len(listed), 2)
	web := listed[1]
	assert.Equal(t, web.ContainerName, p.name+"-web-1")
	assert.Equal(t, web.ID, image.ID)
	assert.Equal(t, web.Repository+":"+web.Tag, p.name+"-web:latest")
	assert.Equal(t, web.Platform, image.Os+"/"+image.Architecture)
	assert.Equal(t, web.Size, image.Size)
	assert.Equal(t, p.ok("images", "-q", "web").Stdout, strings.TrimPrefix(image.ID, "sha256:")+"\n")
	assert.Assert(t, strings.HasPrefix(p.ok("images").Stdout, "CONTAINER "))
}

func TestImagesADryRunAsksForNothing(t *testing.T) {
	p := newProject(t, greeter)
	p.write("Dockerfile", dockerfile("hello"))
	calls := p.record()
	for _, args := range [][]string{{"build", "--push"}, {"pull"}, {"push"}, {"create", "--build"}} {
		p.ok(append([]string{"--dry-run"}, args...)...)
	}
	p.ok("build", "--print")
	assert.Equal(t, len(calls.Writes()), 0, "%v", calls.Writes())
}

func TestImagesWhatCannotBePushedIsAWarningIfThatIsWanted(t *testing.T) {
	p := newProject(t, `{services: {web: {build: ., image: "commands.invalid/absent:1"}, db: {image: stack-e2e/dummy}}}`)
	p.write("Dockerfile", dockerfile("hello"))
	p.fails(1, []string{"push"}, " Image stack-e2e/dummy Skipped", "commands.invalid/absent:1")
	r := p.ok("push", "--ignore-push-failures")
	assert.Assert(t, strings.Contains(r.Stderr, " Image commands.invalid/absent:1 Warning"), r.Stderr)
}
