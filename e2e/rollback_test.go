package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestRollbackRunsTheImageOfThen(t *testing.T) {
	var first string
	t.Cleanup(func() { exec.Command("docker", "image", "rm", first).Run() }) // when the project is gone
	p := newProject(t, `{services: {web: {build: ./web, init: true}}}`)
	p.write("web/Dockerfile", "FROM stack-e2e/dummy\nCOPY file /file\n")
	p.write("web/file", "one")
	r := p.record() // the history is that of the engine as it is reached
	p.ok("up", "-d")
	first = p.inspect("web-1").Image
	p.write("web/file", "two")
	p.ok("up", "-d", "--build")
	assert.Assert(t, p.inspect("web-1").Image != first)

	shown := p.run("rollback")
	assert.Equal(t, shown.Code, 1)
	assert.Assert(t, strings.Contains(shown.Stdout, "image "+p.name+"-web: "), shown.Stdout)
	assert.Assert(t, strings.Contains(shown.Stderr, "run again with --yes"), shown.Stderr)
	assert.Equal(t, p.exec("web-1", "cat", "/file"), "two")

	p.ok("rollback", "--yes")
	web := p.inspect("web-1")
	assert.Equal(t, web.Image, first)
	assert.Equal(t, web.Config.Labels["com.docker.compose.image"], first)
	assert.Equal(t, p.exec("web-1", "cat", "/file"), "one")

	writes := len(r.Writes())
	p.ok("rollback", "1", "--yes")
	assert.Equal(t, len(r.Writes()), writes)
	assert.Equal(t, p.inspect("web-1").ID, web.ID)
}

func TestRollbackOfAChangedEnvironmentAndScaleKeepsTheData(t *testing.T) {
	compose := `
services:
  web: {image: stack-e2e/dummy, init: true, scale: %d, environment: {LEVEL: %s}, volumes: ["data:/data"]}
  other: {image: stack-e2e/dummy, init: true, environment: {LEVEL: %[2]s}}
volumes: {data: {}}
`
	p := newProject(t, fmt.Sprintf(compose, 1, "info"))
	p.ok("up", "-d")
	p.exec("web-1", "touch", "/data/file")
	p.write("compose.yaml", fmt.Sprintf(compose, 3, "debug"))
	p.ok("up", "-d")
	assert.DeepEqual(t, p.names(), []string{"other-1", "web-1", "web-2", "web-3"})
	other := p.inspect("other-1").ID

	p.ok("rollback", "1", "web", "--yes", "--wait")
	assert.DeepEqual(t, p.names(), []string{"other-1", "web-1"})
	assert.Equal(t, p.exec("web-1", "env", "LEVEL"), "info\n")
	p.exec("web-1", "cat", "/data/file")
	assert.Equal(t, p.inspect("other-1").ID, other)

	p.ok("rollback", "1", "--yes")
	assert.Equal(t, p.exec("other-1", "env", "LEVEL"), "info\n")
	p.ok("rollback", "2", "--yes")
	assert.DeepEqual(t, p.names(), []string{"other-1", "web-1", "web-2", "web-3"})
	p.exec("web-3", "cat", "/data/file")
	r := p.record()
	p.ok("up", "-d")
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
}

func TestRollbackNeedsTheSecretsOfThen(t *testing.T) {
	compose := `
services:
  web: {image: stack-e2e/dummy, init: true, environment: {LEVEL: %s, DB_PASSWORD: "${DB_PASSWORD}"}, secrets: [file]}
secrets: {file: {file: ./file.txt}}
`
	p := newProject(t, fmt.Sprintf(compose, "info"))
	p.env = append(p.env, "DB_PASSWORD="+hush)
	p.write("file.txt", hush+"-file")
	p.ok("up", "-d")
	p.write("compose.yaml", fmt.Sprintf(compose, "debug"))
	p.ok("up", "-d")
	p.write("file.txt", "another")
	p.fails(1, []string{"rollback", "1", "--yes"}, "service web: secret/file is not what it was in revision 1", "--with-current")
	assert.Equal(t, p.exec("web-1", "env", "LEVEL"), "debug\n")

	p.write("file.txt", hush+"-file")
	p.ok("rollback", "1", "--yes")
	assert.Equal(t, p.exec("web-1", "env", "LEVEL"), "info\n")
	assert.Equal(t, p.exec("web-1", "env", "DB_PASSWORD"), hush+"\n")
	assert.Equal(t, p.exec("web-1", "cat", "/run/secrets/file"), hush+"-file")

	files, err := filepath.Glob(filepath.Join(p.dir, ".local", "state", "stack", "history", "*", "*.json"))
	assert.NilError(t, err)
	assert.Equal(t, len(files), 3)
	for _, file := range files {
		text, err := os.ReadFile(file)
		assert.NilError(t, err)
		assert.Assert(t, !strings.Contains(string(text), hush), file)
	}
}

func TestHistoryTellsOfARunThatFailed(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy, init: true}}}`)
	p.ok("up", "-d")
	p.write("compose.yaml", `{services: {web: {image: stack-e2e/dummy, entrypoint: [/no/such/program]}}}`)
	p.fails(1, []string{"up", "-d"}, "/no/such/program")
	shown := p.ok("history", "2").Stdout
	assert.Assert(t, strings.Contains(shown, "failed, with stack"), shown)
	assert.Assert(t, strings.Contains(shown, "/no/such/program"), shown)
	p.ok("rollback", "--yes")
	assert.Assert(t, p.inspect("web-1").State.Running)
	p.ok("down")
	shown = p.ok("history", "--format", "json").Stdout
	assert.Assert(t, strings.Contains(shown, `"command": "down"`), shown)
}
