package e2e_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/containerd/errdefs"
	"gotest.tools/v3/assert"
)

// pushed is a project of one service that is built for the registry, with
// another tag, and of one whose image is not built.
const pushed = `
services:
  web:
    image: "HUB/pushed:1"
    build: {context: ., tags: ["HUB/pushed:latest"], dockerfile_inline: "FROM stack-e2e/dummy\nENV VERSION=${VERSION:-first}\n"}
  local: {build: {context: ., dockerfile_inline: "FROM stack-e2e/dummy\n"}}
  db: {image: stack-e2e/dummy}
`

// forgets removes images from the engine.
func (h *hub) forgets(names ...string) {
	h.t.Helper()
	for _, name := range names {
		ref := h.Address + "/" + name
		command(h.t, "docker", "image", "rm", "-f", ref)
		_, err := docker.ImageInspect(h.t.Context(), ref)
		assert.Assert(h.t, errdefs.IsNotFound(err), "%s: %v", ref, err)
	}
}

// uploads are the requests so far that gave a manifest a name.
func (h *hub) uploads() []string {
	return slices.DeleteFunc(h.Requests("/manifests/"), func(r string) bool { return !strings.HasPrefix(r, http.MethodPut) })
}

func TestWhatWasBuiltIsPushedAndPulledWhereItIsNot(t *testing.T) {
	h := newHub(t, "ann:hush")
	p := h.project(pushed)
	p.knows(authsOf(h.Address, "ann:hush"))
	p.ok("build")
	push := p.ok("--progress", "plain", "push")
	for _, word := range []string{" Image " + h.Address + "/pushed:1 Pushed\n", " Image " + h.Address + "/pushed:latest Pushed\n", " Image stack-e2e/dummy Skipped"} {
		assert.Assert(t, strings.Contains(push.Stderr, word), "stderr lacks %q:\n%s", word, push.Stderr)
	}
	built, err := docker.ImageInspect(t.Context(), h.Address+"/pushed:1")
	assert.NilError(t, err)

	h.forgets("pushed:1", "pushed:latest")
	p.ok("pull", "web")
	pulled, err := docker.ImageInspect(t.Context(), h.Address+"/pushed:1")
	assert.NilError(t, err)
	assert.Equal(t, pulled.ID, built.ID)
	p.ok("up", "-d", "--no-build", "web")
	assert.Equal(t, p.version("web-1"), "first")
	assert.Equal(t, p.inspect("web-1").Image, built.ID)
}

func TestPushNeedsTheRightPassword(t *testing.T) {
	h := newHub(t, "ann:hush")
	p := h.project(pushed)
	p.ok("build", "web")
	image := h.Address + "/pushed:1"
	p.knows("{}")
	p.fails(1, []string{"push"}, "push "+image, "no basic auth credentials", "`docker login "+h.Address+"`")
	p.knows(authsOf(h.Address, "ann:guess"))
	wrong := p.fails(1, []string{"push"}, "push "+image, "the registry refuses ann", "`docker login "+h.Address+"` again")
	assert.Assert(t, !strings.Contains(wrong.Stderr, "guess"))
	assert.Equal(t, len(h.uploads()), 0)
	ignored := p.ok("push", "--ignore-push-failures")
	assert.Assert(t, strings.Contains(ignored.Stderr, " Image "+image+" Warning"), ignored.Stderr)
	assert.Equal(t, len(h.uploads()), 0)
}

func TestPushGoesOnAfterAFailure(t *testing.T) {
	h := newHub(t, "")
	p := h.project(`
services:
  refused: {image: "HUB/refused:1", build: &build {context: ., dockerfile_inline: "FROM stack-e2e/dummy\nENV VERSION=1\n"}}
  taken: {image: "HUB/taken:1", build: *build}
`)
	h.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !strings.HasPrefix(r.URL.Path, "/v2/refused/manifests/") {
			return false
		}
		http.Error(w, `{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}`, http.StatusForbidden)
		return true
	})
	p.ok("build")
	refused := p.fails(1, []string{"push"}, "push "+h.Address+"/refused:1", "docker login")
	assert.Assert(t, strings.Contains(refused.Stderr, "denied") || strings.Contains(refused.Stderr, "403 Forbidden"), // in the store's words
		refused.Stderr)
	assert.Assert(t, slices.Contains(h.uploads(), "PUT /v2/taken/manifests/1"), h.uploads())
	h.Forget()
	ignored := p.ok("push", "--ignore-push-failures")
	assert.Assert(t, strings.Contains(ignored.Stderr, " Image "+h.Address+"/refused:1 Warning"), ignored.Stderr)
	h.forgets("taken:1")
	p.ok("pull", "taken")
	p.ok("up", "-d", "--no-build", "taken")
	assert.Equal(t, p.version("taken-1"), "1")
}

func TestBuildPushesWhatItBuilds(t *testing.T) {
	h := newHub(t, "ann:hush")
	p := h.project(pushed)
	p.knows(authsOf(h.Address, "ann:guess"))
	p.fails(1, []string{"build", "--push"}, "push "+h.Address+"/pushed:1", "the registry refuses ann")
	p.knows(authsOf(h.Address, "ann:hush"))
	p.ok("build", "--push")

	h.forgets("pushed:1", "pushed:latest")
	p.ok("pull", "web")
	p.ok("up", "-d", "--no-build", "web")
	assert.Equal(t, p.version("web-1"), "first")

	p.env = append(p.env, "VERSION=second")
	p.ok("build", "--push", "web")
	h.forgets("pushed:1", "pushed:latest")
	p.ok("pull", "web")
	p.ok("up", "-d", "--no-build", "web")
	assert.Equal(t, p.version("web-1"), "second")
}

func TestPullTellsWhatItCannotPull(t *testing.T) {
	h := newHub(t, "")
	h.publish("there:1", "1")
	p := h.project(`
services:
  there: {image: "HUB/there:1"}
  absent: {image: "HUB/absent:1"}
  built: {image: "HUB/built:1", build: {context: ., dockerfile_inline: "FROM stack-e2e/dummy\n"}}
`)
	failed := p.fails(1, []string{"pull"}, "pull "+h.Address+"/absent:1", "pull "+h.Address+"/built:1", "stack build built")
	assert.Assert(t, !strings.Contains(failed.Stderr, "stack build absent"), failed.Stderr)
	_, err := docker.ImageInspect(t.Context(), h.Address+"/there:1")
	assert.NilError(t, err, "a pull that failed ended another")
	p.ok("pull", "--ignore-buildable", "there", "built")
	ignored := p.ok("pull", "--ignore-pull-failures")
	assert.Assert(t, strings.Contains(ignored.Stderr, " Image "+h.Address+"/absent:1 Warning"), ignored.Stderr)
	h.Forget()
	p.ok("pull", "--policy", "missing", "there")
	assert.Equal(t, h.pulls("there"), 0)
}

func TestPullBringsTheImagesOfHooks(t *testing.T) {
	h := newHub(t, "")
	h.publish("migrate:1", "1")
	h.publish("never:1", "1")
	p := h.project(`
services:
  web:
    image: stack-e2e/dummy
    pull_policy: never
    pre_start:
      - {image: "HUB/migrate:1", pull_policy: always, command: [serve, --help]}
      - {image: "HUB/never:1"}
`)
	h.Forget()
	p.ok("pull")
	_, err := docker.ImageInspect(t.Context(), h.Address+"/migrate:1")
	assert.NilError(t, err)
	assert.Equal(t, h.pulls("never"), 0)
}
