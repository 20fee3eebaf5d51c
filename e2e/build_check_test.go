package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// lintAPI is the API of the first engine, 27, whose Dockerfile frontend checks.
const lintAPI = "1.46"

func TestCheckTellsWhatIsWrongAndBuildsNothing(t *testing.T) {
	p := newProject(t, `{services: {web: {build: .}}}`)
	p.write("Dockerfile", "from stack-e2e/dummy AS one\nFROM one\nCMD echo hello\n")
	if !speaks(lintAPI) {
		p.fails(1, []string{"build", "--check"}, "build "+p.name+"-web: the Dockerfile frontend of Docker Engine", "cannot check: Docker Engine 27 or newer can")
		return
	}
	p.fails(1, []string{"build", "--check"}, "build "+p.name+"-web: check: ", "JSONArgsRecommended", "Dockerfile:3")
	p.write("Dockerfile", "FROM stack-e2e/dummy AS one\nFROM one\n")
	clean := p.ok("build", "--check")
	assert.Assert(t, strings.Contains(clean.Stderr, "check complete, no warnings found"), clean.Stderr)
	_, err := docker.ImageInspect(t.Context(), p.name+"-web")
	assert.ErrorContains(t, err, "No such image")
}

func TestClassicBuilderCannotCheck(t *testing.T) {
	p := newProject(t, `{services: {web: {build: .}}}`)
	p.write("Dockerfile", "FROM stack-e2e/dummy\n")
	p.env = append(p.env, "DOCKER_BUILDKIT=0")
	p.fails(1, []string{"build", "--check"}, "--check: the classic builder doesn't support --check, set DOCKER_BUILDKIT=1", "(DOCKER_BUILDKIT=0)")
}

const onABuilder = `{services: {web: {build: {context: ., dockerfile_inline: "FROM stack-e2e/dummy\n"}}}}`

func TestBuilderNeedsThePlugin(t *testing.T) {
	p := newProject(t, onABuilder)
	p.env = append(p.env, "PATH="+t.TempDir()) // without the docker CLI
	says := "--builder needs the buildx plugin of the docker CLI, and none is here: install it (docker-buildx-plugin"
	for _, folder := range []string{"/usr/lib*", "/usr/local/lib*"} {
		found, err := filepath.Glob(folder + "/docker/cli-plugins/docker-buildx")
		assert.NilError(t, err)
		if len(found) > 0 {
			says = `no builder "e2e-absent" found` // this machine's plugin says it
		}
	}
	p.fails(1, []string{"build", "--builder", "e2e-absent"}, "build "+p.name+"-web: ", says)
}

func TestBuilderThatIsNotThereIsNamed(t *testing.T) {
	p := newProject(t, onABuilder)
	p.knows("{}")
	// The plugin of the docker CLI's configuration comes before the machine's.
	p.write(".docker/cli-plugins/docker-buildx", "#!/bin/sh\necho \"$@\" > \"$0.asked\"\necho 'ERROR: no builder \"e2e-absent\" found' >&2\nexit 1\n")
	plugin := filepath.Join(p.dir, ".docker/cli-plugins/docker-buildx")
	assert.NilError(t, os.Chmod(plugin, 0o755))
	failed := p.fails(1, []string{"build", "--builder", "e2e-absent"}, "build "+p.name+`-web: no builder "e2e-absent" found`, "docker buildx ls")
	assert.Assert(t, !strings.Contains(failed.Stderr, "ERROR: "), failed.Stderr)
	asked, err := os.ReadFile(plugin + ".asked")
	assert.NilError(t, err)
	assert.Assert(t, strings.HasPrefix(string(asked), "build --builder e2e-absent "), string(asked))
}
