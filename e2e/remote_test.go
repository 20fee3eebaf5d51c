package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/registry"
)

// shop is a project that is built, and that has files beside it.
const shop = `
services:
  web:
    image: "HUB/app:1"
    build: {context: ., dockerfile_inline: "FROM stack-e2e/dummy\nENV VERSION=published\n"}
    env_file: web.env
    environment: {GREETING: "${GREETING:-hello}"}
  base: {extends: {file: base.yaml, service: base}}
`

// shopIn publishes the shop, and leaves none of its files here.
func shopIn(t *testing.T, h *hub, flags ...string) *project {
	t.Helper()
	p := h.project(shop)
	p.write("web.env", "FROM=file\n")
	p.write("base.yaml", "services: {base: {image: stack-e2e/dummy, env_file: web.env}}\n")
	p.knows(authsOf(h.Address, h.login))
	p.ok("build")
	p.ok(slices.Concat([]string{"publish", "--insecure-registry", "--with-env", "-y"}, flags, []string{h.Address + "/team/shop:1"})...)
	return p
}

// without takes files out of the project's folder.
func (p *project) without(names ...string) {
	p.t.Helper()
	for _, name := range names {
		assert.NilError(p.t, os.Remove(filepath.Join(p.dir, name)))
	}
}

// from are arguments for a project in the registry.
func (h *hub) from(args ...string) []string {
	return append([]string{"--insecure-registry", h.Address, "-f", "oci://" + h.Address + "/team/shop:1"}, args...)
}

func TestPublishedProjectRunsWhereItsFilesAreNot(t *testing.T) {
	h := newHub(t, "ann:hush")
	p := shopIn(t, h)
	here := p.ok("config", "--hash", "*").Stdout
	p.without("compose.yaml", "web.env", "base.yaml")
	h.forgets("app:1")

	assert.Equal(t, p.ok(h.from("config", "--hash", "*")...).Stdout, here, "the same project")
	p.ok(h.from("up", "-d", "--no-build")...)
	assert.DeepEqual(t, p.names(), []string{"base-1", "web-1"})
	assert.Equal(t, p.version("web-1"), "published", "its image was pushed before it")
	assert.Equal(t, strings.TrimSpace(p.exec("web-1", "env", "FROM")), "file")
	assert.Equal(t, strings.TrimSpace(p.exec("base-1", "env", "FROM")), "file")

	r := p.record()
	p.ok(h.from("up", "-d", "--no-build")...)
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])

	p.write("compose.yaml", fmt.Sprintf("include: ['oci://%s/team/shop:1']\nservices: {mine: {image: stack-e2e/dummy}}\n", h.Address))
	p.ok("--insecure-registry", h.Address, "up", "-d", "--no-build")
	assert.DeepEqual(t, p.names(), []string{"base-1", "mine-1", "web-1"})
	p.ok("down")
	assert.Equal(t, len(p.containers()), 0)
}

func TestProjectElsewhereIsGivenNoVariableWithoutConsent(t *testing.T) {
	h := newHub(t, "")
	p := shopIn(t, h)
	p.without("compose.yaml")
	p.env = append(p.env, "GREETING=from here")
	p.fails(1, h.from("up", "-d", "--no-build"), "GREETING=from here", "--yes")
	assert.Equal(t, len(p.containers())+len(p.networks()), 0)
	p.ok(h.from("up", "-d", "--no-build", "--yes")...)
	assert.Equal(t, strings.TrimSpace(p.exec("web-1", "env", "GREETING")), "from here")
}

func TestImagesArePublishedWithTheProject(t *testing.T) {
	h := newHub(t, "ann:hush")
	h.publish("other:1", "copied")
	p := h.project(`{services: {web: {image: "HUB/other:1"}}}`)
	p.knows(authsOf(h.Address, h.login))
	h.Forget()
	p.ok("publish", "--insecure-registry", "--app", h.Address+"/team/shop:1")
	image := strings.TrimSpace(p.ok(h.from("config", "--images")...).Stdout)
	of := regexp.MustCompile(`@sha256:[0-9a-f]{64}$`).FindString(image)
	assert.Assert(t, of != "", "%s is pinned", image)
	p.write("compose.yaml", fmt.Sprintf(`{services: {web: {image: "%s/team/shop%s"}}}`, h.Address, of))
	p.ok("up", "-d")
	assert.Equal(t, p.version("web-1"), "copied")
}

func TestArtifactThatCannotBeHadChangesNothing(t *testing.T) {
	h := newHub(t, "ann:hush")
	p := shopIn(t, h)
	p.without("compose.yaml")
	up := h.from("up", "-d")
	artifact := "compose file oci://" + h.Address + "/team/shop:1: "

	p.knows("{}")
	p.fails(1, up, artifact, "`docker login "+h.Address+"` first")
	p.knows(authsOf(h.Address, "ann:guess"))
	wrong := p.fails(1, up, artifact, "the registry refuses ann")
	assert.Assert(t, !strings.Contains(wrong.Stderr, "guess"))
	p.knows(authsOf(h.Address, "ann:hush"))
	p.fails(1, []string{"--insecure-registry", h.Address, "-f", "oci://" + h.Address + "/team/shop:2", "up", "-d"}, "no such artifact")
	p.fails(1, []string{"--insecure-registry", h.Address, "-f", "oci://" + h.Address + "/app:1", "up", "-d"}, "not a compose project, but an image")

	h.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/blobs/") {
			return false
		}
		w.Write([]byte("services: {evil: {image: stack-e2e/dummy}}"))
		return true
	})
	p.fails(1, up, artifact, "something else than its digest says")
	kept, err := filepath.Glob(filepath.Join(p.dir, ".cache/stack/oci/*"))
	assert.NilError(t, err)
	assert.Equal(t, len(kept), 0, "%v", kept)

	silent, err := registry.ListenSilently()
	assert.NilError(t, err)
	defer silent.Close()
	p.env = append(p.env, "STACK_PULL_TIMEOUT=1s")
	p.fails(1, []string{"--insecure-registry", silent.Address, "-f", "oci://" + silent.Address + "/shop", "up", "-d"}, "nothing came for 1s", "STACK_PULL_TIMEOUT")
	assert.Equal(t, len(p.containers())+len(p.networks()), 0)
}

func TestProjectInARepositoryIsBuiltAndRun(t *testing.T) {
	p := newProject(t, "")
	p.without("compose.yaml")
	commit := p.repository()
	p.write("repo.git/deploy/compose.yaml", `
services:
  web:
    build: ./app
    volumes: ["./data:/data:ro"]
    env_file: web.env
`)
	p.write("repo.git/deploy/app/Dockerfile", "FROM stack-e2e/dummy\nENV VERSION=first\n")
	p.write("repo.git/deploy/data/file", "from the repository")
	p.write("repo.git/deploy/web.env", "FROM=first\n")
	commit()
	up := []string{"-f", "https://git.example/repo.git#main:deploy", "up", "-d", "--build"}
	p.ok(up...)
	assert.Equal(t, p.version("web-1"), "first")
	assert.Equal(t, p.exec("web-1", "cat", "/data/file"), "from the repository")
	assert.Equal(t, strings.TrimSpace(p.exec("web-1", "env", "FROM")), "first")
	first := p.inspect("web-1").ID
	p.ok(up...)
	assert.Equal(t, p.inspect("web-1").ID, first)

	p.write("repo.git/deploy/app/Dockerfile", "FROM stack-e2e/dummy\nENV VERSION=second\n")
	p.write("repo.git/deploy/web.env", "FROM=second\n")
	commit()
	p.ok(up...)
	assert.Equal(t, p.version("web-1"), "second")
	assert.Equal(t, strings.TrimSpace(p.exec("web-1", "env", "FROM")), "second")
	p.fails(1, []string{"-f", "https://git.example/repo.git#gone:deploy", "up", "-d"}, "no branch or tag gone")
	assert.Equal(t, len(p.containers()), 1)
}

// repository makes the folder repo.git what https://git.example/repo.git is to
// the project's commands. It returns what commits all that is in it.
func (p *project) repository() (commit func()) {
	p.t.Helper()
	git := func(args ...string) {
		p.t.Helper()
		c := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
		c.Dir, c.Env = filepath.Join(p.dir, "repo.git"), p.env
		out, err := c.CombinedOutput()
		assert.NilError(p.t, err, string(out))
	}
	p.write("repo.git/README", "")
	git("init", "--quiet", "--initial-branch=main")
	p.env = append(p.env, "GIT_ALLOW_PROTOCOL=file", "GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=url.file://"+p.dir+"/.insteadOf", "GIT_CONFIG_VALUE_0=https://git.example/")
	return func() {
		git("add", "-A")
		git("commit", "--quiet", "-m", "x")
	}
}
