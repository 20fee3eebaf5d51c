package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// plugin makes stack the docker CLI's plugin for a project: docker is called in
// place of stack, with a configuration of its own.
func (p *project) plugin() {
	p.t.Helper()
	folder := filepath.Join(p.dir, ".docker", "cli-plugins")
	assert.NilError(p.t, os.MkdirAll(folder, 0o755))
	assert.NilError(p.t, os.Symlink(binary, filepath.Join(folder, "docker-compose")))
	assert.NilError(p.t, os.WriteFile(filepath.Join(p.dir, ".docker", "config.json"), []byte("{}"), 0o600))
	p.env = append(p.env, "DOCKER_CONFIG="+filepath.Join(p.dir, ".docker"))
}

// docker is the docker CLI with the arguments, in the project's folder.
func (p *project) docker(args ...string) driver.Result {
	p.t.Helper()
	c := exec.Command("docker", args...)
	c.Dir, c.Env = p.dir, p.env
	return p.finish(c)
}

func (p *project) dockerOK(args ...string) string {
	p.t.Helper()
	r := p.docker(args...)
	assert.Equal(p.t, r.Code, 0, "docker %s: %s", strings.Join(args, " "), r.Stderr)
	return r.Stdout
}

func TestTheDockerCommandHasStackAsItsPlugin(t *testing.T) {
	p := newProject(t, "services:\n  web: {image: stack-e2e/dummy, scale: 2}\n  job: {image: stack-e2e/dummy, command: [exit, '3']}\n")
	p.plugin()
	assert.Assert(t, strings.Contains(p.dockerOK("info", "--format", "{{range .ClientInfo.Plugins}}{{.Name}} {{.Version}}\n{{end}}"), "compose v5.5.0"))
	p.dockerOK("compose", "-p", p.name, "up", "-d")
	assert.DeepEqual(t, p.names(), []string{"job-1", "web-1", "web-2"})
	assert.Equal(t, p.dockerOK("compose", "-p", p.name, "ps", "--services", "web"), "web\n")
	assert.Equal(t, p.dockerOK("compose", "ls", "-q", "--filter", "name="+p.name), p.name+"\n")
	assert.Equal(t, p.dockerOK("compose", "version", "--short"), "5.5.0\n")
	assert.Assert(t, strings.Contains(p.dockerOK("compose", "up", "--help"), "docker compose up [OPTIONS] [SERVICE...]"))
	assert.Assert(t, strings.Contains(p.dockerOK("help", "compose"), "docker compose [command]"))

	r := p.docker("compose", "-p", p.name, "up", "--exit-code-from", "job")
	assert.Equal(t, r.Code, 3, r.Stderr)
	r = p.docker("compose", "logs", "nobody")
	assert.Equal(t, r.Code, 1)
	assert.Assert(t, strings.Contains(r.Stderr, "no such service: nobody"), r.Stderr)
	p.dockerOK("compose", "-p", p.name, "down")
	assert.DeepEqual(t, p.names(), []string{})
}

func TestThePluginGoesWhereTheDockerCommandIsToldToGo(t *testing.T) {
	p := newProject(t, "services:\n  web: {image: stack-e2e/dummy}\n")
	p.plugin()
	elsewhere := "DOCKER_HOST=unix://" + filepath.Join(p.dir, "nobody.sock")
	host := strings.TrimPrefix(p.env[2], "DOCKER_HOST=")
	p.env[2] = elsewhere
	p.dockerOK("context", "create", "here", "--docker", "host="+host)
	p.dockerOK("--context", "here", "compose", "-p", p.name, "up", "-d")
	assert.DeepEqual(t, p.names(), []string{"web-1"})
	p.dockerOK("-H", host, "compose", "-p", p.name, "down")
	assert.DeepEqual(t, p.names(), []string{})
	r := p.docker("compose", "-p", p.name, "ps")
	assert.Equal(t, r.Code, 1)
	assert.Assert(t, strings.Contains(r.Stderr, "nobody.sock"), r.Stderr)
}

// TestCtrlCUnderTheDockerCommandIsOneInterrupt sends what a terminal sends: a
// signal to both. Newer docker commands tell their plugin a second time.
func TestCtrlCUnderTheDockerCommandIsOneInterrupt(t *testing.T) {
	p := newProject(t, "services:\n  web: {image: stack-e2e/dummy, environment: {STOP_AFTER: 1s}}\n")
	p.plugin()
	s := &session{p: p, process: exec.Command("docker", "compose", "-p", p.name, "up")}
	s.process.Dir, s.process.Env = p.dir, p.env
	s.process.Stdout, s.process.Stderr = &s.stdout, &s.stderr
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	assert.NilError(t, s.process.Start())
	t.Cleanup(func() { syscall.Kill(-s.process.Process.Pid, syscall.SIGKILL) })
	s.prints("web-1  | ready")
	assert.NilError(t, syscall.Kill(-s.process.Process.Pid, syscall.SIGINT))
	assert.Equal(t, s.end(), 130)
	assert.Equal(t, p.inspect("web-1").State.ExitCode, 0, "it was killed")
}
