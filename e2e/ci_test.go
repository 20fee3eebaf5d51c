package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// TestAJobOfCIDoesNotNotice runs a script that was written for Docker Compose,
// with stack under each of its names.
func TestAJobOfCIDoesNotNotice(t *testing.T) {
	script, err := filepath.Abs("testdata/ci/run.sh")
	assert.NilError(t, err)
	for _, name := range []string{"docker compose", "docker-compose"} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, `
services:
  db:
    image: stack-e2e/dummy
    environment: {READY_AFTER: 300ms}
    healthcheck: {test: [CMD, /dummy, health], interval: 1s}
    volumes: ["data:/data"]
  web:
    build: .
    environment: {GREETING: hello}
    depends_on: {db: {condition: service_healthy}}
volumes: {data: {}}
`)
			p.write("compose.ci.yaml", `
services:
  tests:
    build: .
    command: [lines, "3"]
    depends_on: [web]
`)
			p.write("Dockerfile", "FROM stack-e2e/dummy\n")
			p.plugin()
			bin := filepath.Join(p.dir, "bin")
			assert.NilError(t, os.Mkdir(bin, 0o755))
			assert.NilError(t, os.Symlink(binary, filepath.Join(bin, "docker-compose")))
			job := exec.Command("sh", script, p.name)
			job.Dir, job.Env = p.dir, append(p.env, "PATH="+bin+":"+os.Getenv("PATH"), "COMPOSE="+name)
			r := p.finish(job)
			assert.Equal(t, r.Code, 0, r.Stderr)
			assert.Equal(t, r.Stdout, "db\nweb\nrunning\nhello\nonce\nexec gave 7\ntests gave 0\n3\n1\n")
			assert.Equal(t, len(p.containers())+len(p.networks())+len(p.volumes()), 0)
		})
	}
}
