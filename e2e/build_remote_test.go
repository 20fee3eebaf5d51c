package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// serveGit serves a repository with one file beside its Dockerfile, the way that
// any web server can, and returns its address.
func serveGit(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "file"), []byte("committed"), 0o644))
	assert.NilError(t, os.MkdirAll(filepath.Join(dir, "sub"), 0o755))
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "sub/Dockerfile"), []byte("FROM stack-e2e/dummy\nENV FROM=sub\n"), 0o644))
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("FROM stack-e2e/dummy\nCOPY file /file\n"), 0o644))
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"},
		{"add", "."},
		{"-c", "user.name=e2e", "-c", "user.email=e2e@example.org", "commit", "-q", "-m", "all"},
		{"update-server-info"},
	} {
		command(t, "git", append([]string{"-C", dir}, args...)...)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(server.Close)
	return server.URL + "/.git"
}

// withoutGit is what stack says of an engine whose machine lacks git.
const withoutGit = "install git on the engine's machine"

// builtFromGit is true for a run that built. The machine of an engine may lack
// git, which the run has to say then.
func (p *project) builtFromGit(r driver.Result) bool {
	p.t.Helper()
	if r.Code == 0 {
		return true
	}
	assert.Assert(p.t, strings.Contains(r.Stderr, withoutGit), r.Stderr)
	assert.Equal(p.t, len(p.containers()), 0)
	return false
}

func TestGitContextIsFetchedByTheEngine(t *testing.T) {
	address := serveGit(t)
	p := newProject(t, `
services:
  web: {build: "`+address+`#main"}
  sub: {build: "`+address+`#main:sub", profiles: [sub]}
`)
	if !p.builtFromGit(p.run("up", "-d")) {
		return
	}
	assert.Equal(t, p.exec("web-1", "cat", "/file"), "committed")
	if !speaks(dockerfileAPI) {
		p.fails(1, []string{"build", "sub"}, "subdir not supported yet", "builds no folder of a git context: Docker Engine 23 or newer can")
		return
	}
	p.ok("up", "-d", "sub")
	assert.Equal(t, strings.TrimSpace(p.exec("sub-1", "env", "FROM")), "sub")
}

func TestGitContextWithoutTheBranchIsNamed(t *testing.T) {
	address := serveGit(t)
	p := newProject(t, `{services: {web: {build: "`+address+`#absent"}}}`)
	r := p.run("up", "-d")
	assert.Equal(t, r.Code, 1)
	if strings.Contains(r.Stderr, withoutGit) {
		return
	}
	for _, word := range []string{address + "#absent", "repository does not contain ref absent"} {
		assert.Assert(t, strings.Contains(r.Stderr, word), "stderr lacks %q:\n%s", word, r.Stderr)
	}
}

// agent starts an ssh-agent that has one key, and returns its socket.
func agent(t *testing.T) (socket string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "agent") // a socket's path is short
	assert.NilError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket = filepath.Join(dir, "agent.sock")
	c := exec.Command("ssh-agent", "-D", "-a", socket)
	assert.NilError(t, c.Start())
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	driver.Eventually(t, "the agent listens", func() bool { _, err := os.Stat(socket); return err == nil })
	key := filepath.Join(dir, "key")
	command(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "e2e", "-f", key)
	add := exec.Command("ssh-add", "-q", key)
	add.Env = append(os.Environ(), "SSH_AUTH_SOCK="+socket)
	out, err := add.CombinedOutput()
	assert.NilError(t, err, string(out))
	return socket
}

func TestBuildSpeaksToTheAgentThatRuns(t *testing.T) {
	socket := agent(t)
	p := newProject(t, `
services:
  web:
    build:
      context: .
      ssh: [default, "other=${OTHER}"]
      dockerfile_inline: |
        FROM busybox AS tools
        RUN --mount=type=ssh test -S "$$SSH_AUTH_SOCK" && echo default > /said
        RUN --mount=type=ssh,id=other,target=/other.sock test -S /other.sock && echo other >> /said
        RUN test -z "$$SSH_AUTH_SOCK" && echo none >> /said
        FROM stack-e2e/dummy
        COPY --from=tools /said /said
`)
	p.env = append(p.env, "SSH_AUTH_SOCK="+socket, "OTHER="+socket)
	p.ok("up", "-d")
	assert.Equal(t, p.exec("web-1", "cat", "/said"), "default\nother\nnone\n")
}
