package e2e_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
	"github.com/stackctl/stack/e2e/registry"
)

// hub is a registry of one test: a real one, and what counts its requests.
type hub struct {
	*registry.Proxy
	p     *project
	t     *testing.T
	login string
}

// newHub serves a registry, which asks for that login (USER:PASSWORD) if there
// is one, and a project without services yet.
func newHub(t *testing.T, login string) *hub {
	t.Helper()
	h := &hub{t: t, login: login}
	t.Cleanup(h.remove) // after the project's containers
	h.p = newProject(t, "")
	r, err := registry.Start("..", t.TempDir(), login)
	assert.NilError(t, err)
	t.Cleanup(func() { r.Close() })
	h.Proxy, err = registry.Listen(r.Address)
	assert.NilError(t, err)
	t.Cleanup(func() { h.Close() })
	return h
}

// remove ends what the engine has of the registry's images.
func (h *hub) remove() {
	if h.Proxy != nil {
		exec.Command("sh", "-c", `for names in "$1/*" "$1/*/*"; do docker image ls -q "$names"; done | sort -u | xargs -r docker image rm -f`, "sh", h.Address).Run()
	}
}

// project is the project with a compose file, in which HUB is the registry.
func (h *hub) project(compose string) *project {
	h.t.Helper()
	h.p.write("compose.yaml", strings.ReplaceAll(compose, "HUB", h.Address))
	return h.p
}

// publish puts a new image under a name, without stack, and leaves none of it
// in the engine. It returns the image's digest.
func (h *hub) publish(name, version string) (digest string) {
	h.t.Helper()
	ref := h.Address + "/" + name
	config := h.t.TempDir()
	assert.NilError(h.t, os.WriteFile(filepath.Join(config, "config.json"), []byte(authsOf(h.Address, h.login)), 0o600))
	build := exec.Command("docker", "build", "-q", "-t", ref, "-")
	build.Stdin = strings.NewReader("FROM stack-e2e/dummy\nENV VERSION=" + version + "\n")
	for _, c := range []*exec.Cmd{build, exec.Command("docker", "push", "-q", ref)} {
		c.Env = append(os.Environ(), "DOCKER_CONFIG="+config, "DOCKER_BUILDKIT=0") // buildx may not be there
		out, err := c.CombinedOutput()
		assert.NilError(h.t, err, string(out))
	}
	digest = strings.TrimSpace(command(h.t, "docker", "image", "inspect", "--format", "{{index .RepoDigests 0}}", ref))
	command(h.t, "docker", "image", "rm", ref)
	return digest[strings.LastIndex(digest, "@")+1:]
}

// pulls are the requests for a manifest so far that began a pull.
func (h *hub) pulls(name string) int {
	return len(h.Requests("/v2/" + name + "/manifests/"))
}

// authsOf is a docker configuration file with a login.
func authsOf(address, login string) string {
	if login == "" {
		return "{}"
	}
	return fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, address, base64.StdEncoding.EncodeToString([]byte(login)))
}

// knows gives the project's commands a docker configuration file.
func (p *project) knows(config string) {
	p.t.Helper()
	p.write(".docker/config.json", config)
	p.env = append(p.env, "DOCKER_CONFIG="+filepath.Join(p.dir, ".docker"))
}

func (p *project) version(name string) string {
	p.t.Helper()
	return strings.TrimSpace(p.exec(name, "env", "VERSION"))
}

func TestImageThatSeveralServicesShareIsPulledOnce(t *testing.T) {
	h := newHub(t, "")
	h.publish("shared:1", "1")
	p := h.project(`{services: {a: {image: "HUB/shared:1"}, b: {image: "HUB/shared:1"}, c: {image: "HUB/shared:1", scale: 2}}}`)
	h.Forget()
	up := p.ok("--progress", "plain", "up", "-d")
	assert.DeepEqual(t, p.names(), []string{"a-1", "b-1", "c-1", "c-2"})
	assert.Equal(t, strings.Count(up.Stderr, "Pulling\n"), 1, up.Stderr)
	assert.Equal(t, len(h.Requests("HEAD /v2/shared/manifests/1")), 1, "%q", h.Requests(""))
	assert.Equal(t, p.version("a-1"), "1")
}

func TestImageIsPinnedByItsDigest(t *testing.T) {
	h := newHub(t, "")
	first := h.publish("pinned:1", "first")
	h.publish("pinned:1", "second")
	p := h.project(`{services: {web: {image: "HUB/pinned@` + first + `"}, both: {image: "HUB/pinned:1@` + first + `"}}}`)
	p.ok("up", "-d")
	assert.Equal(t, p.version("web-1"), "first")
	assert.Equal(t, p.version("both-1"), "first")
	h.Forget()
	r := p.record()
	p.ok("up", "-d")
	assert.DeepEqual(t, r.Writes(), r.Writes()[:0])
	assert.Equal(t, len(h.Requests("")), 0)
}

func TestPrivateImageNeedsTheRightPassword(t *testing.T) {
	h := newHub(t, "ann:hush")
	h.publish("private:1", "1")
	image := h.Address + "/private:1"
	p := h.project(`{services: {web: {image: "HUB/private:1"}}}`)

	p.knows("{}")
	p.fails(1, []string{"up", "-d"}, "pull "+image, "no basic auth credentials", "if it is private, `docker login "+h.Address+"`")
	p.knows(authsOf(h.Address, "ann:guess"))
	wrong := p.fails(1, []string{"up", "-d"}, "pull "+image, "the registry refuses ann", "`docker login "+h.Address+"` again")
	assert.Assert(t, !strings.Contains(wrong.Stderr, "guess"))
	assert.Equal(t, len(p.containers()), 0)

	p.knows(authsOf(h.Address, "ann:hush"))
	p.ok("up", "-d")
	assert.Equal(t, p.version("web-1"), "1")
}

func TestCredentialHelperOnThePathIsAsked(t *testing.T) {
	h := newHub(t, "ann:hush")
	h.publish("helped:1", "1")
	p := h.project(`{services: {web: {image: "HUB/helped:1"}}}`)
	p.script("bin/docker-credential-ours", "cat > \"$0.asked\"\necho '{\"Username\":\"ann\",\"Secret\":\"hush\"}'\n")
	p.withPath("bin")
	p.knows(fmt.Sprintf(`{"credHelpers":{%q:"ours"}}`, h.Address))
	p.ok("up", "-d")
	asked, err := os.ReadFile(filepath.Join(p.dir, "bin/docker-credential-ours.asked"))
	assert.NilError(t, err)
	assert.Equal(t, strings.TrimSpace(string(asked)), h.Address)
}

func TestPullPolicySaysWhenTheRegistryIsAsked(t *testing.T) {
	h := newHub(t, "")
	for _, name := range []string{"always", "missing", "built"} {
		h.publish(name+":1", "first")
	}
	p := h.project(`
services:
  always: {image: "HUB/always:1", pull_policy: always}
  missing: {image: "HUB/missing:1", pull_policy: missing}
  built: {image: "HUB/built:1", pull_policy: build, build: {context: ., dockerfile_inline: "FROM stack-e2e/dummy\nENV VERSION=local\n"}}
`)
	h.Forget()
	p.ok("up", "-d")
	assert.Equal(t, p.version("always-1"), "first")
	assert.Equal(t, p.version("missing-1"), "first")
	assert.Equal(t, p.version("built-1"), "local")
	assert.Equal(t, h.pulls("built"), 0, "what is to be built is not pulled")

	always, missing := p.inspect("always-1").ID, p.inspect("missing-1").ID
	p.ok("up", "-d")
	assert.Equal(t, p.inspect("always-1").ID, always, "the image is the same")
	for _, name := range []string{"always", "missing"} {
		elsewhere(t, h, name+":1", "second")
	}
	h.Forget()
	p.ok("up", "-d")
	assert.Equal(t, p.version("always-1"), "second")
	assert.Assert(t, p.inspect("always-1").ID != always)
	assert.Equal(t, p.inspect("missing-1").ID, missing)
	assert.Equal(t, h.pulls("missing"), 0)
}

func TestImageThatMayNotBePulledIsAskedForBeforeAnythingHappens(t *testing.T) {
	h := newHub(t, "")
	h.publish("never:1", "1")
	p := h.project(`{services: {web: {image: "HUB/never:1", pull_policy: never}, other: {image: stack-e2e/dummy}}}`)
	h.Forget()
	p.fails(1, []string{"up", "-d"}, "service web: No such image: "+h.Address+"/never:1: it is not here", "docker pull "+h.Address+"/never:1")
	assert.Equal(t, len(h.Requests("")), 0)
	assert.Equal(t, len(p.containers())+len(p.networks()), 0)
}

// elsewhere publishes an image as another machine would: what the engine has
// under the name stays.
func elsewhere(t *testing.T, h *hub, name, version string) {
	t.Helper()
	kept := strings.TrimSpace(command(t, "docker", "image", "inspect", "--format", "{{.Id}}", h.Address+"/"+name))
	h.publish(name, version)
	command(t, "docker", "tag", kept, h.Address+"/"+name)
}

func TestImageIsPulledWhereTheRegistryHasItAndBuiltElsewhere(t *testing.T) {
	h := newHub(t, "")
	h.publish("there:1", "pulled")
	p := h.project(`
services:
  there: {image: "HUB/there:1", build: &build {context: ., dockerfile_inline: "FROM stack-e2e/dummy\nENV VERSION=built\n"}}
  absent: {image: "HUB/absent:1", build: *build}
`)
	up := p.ok("--progress", "plain", "up", "-d")
	assert.Equal(t, p.version("there-1"), "pulled")
	assert.Equal(t, p.version("absent-1"), "built")
	assert.Assert(t, strings.Contains(up.Stderr, "is built, as it cannot be pulled"), up.Stderr)
}

func TestRegistryThatStumblesIsAskedAgain(t *testing.T) {
	h := newHub(t, "")
	h.publish("stumbles:1", "1")
	p := h.project(`{services: {web: {image: "HUB/stumbles:1"}}}`)
	var asked atomic.Int64
	h.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		// Engines ask twice for one pull, in one way and then in another.
		if !strings.Contains(r.URL.Path, "/manifests/") || asked.Add(1) > 4 {
			return false
		}
		w.WriteHeader(http.StatusInternalServerError)
		return true
	})
	up := p.ok("--progress", "plain", "up", "-d")
	assert.Assert(t, strings.Contains(up.Stderr, "retrying in 1s: "), up.Stderr)
	assert.Assert(t, strings.Contains(up.Stderr, "500 Internal Server Error"), up.Stderr)
	assert.Equal(t, p.version("web-1"), "1")
}

func TestRegistryThatNeverAnswersIsGivenUp(t *testing.T) {
	p := newProject(t, "")
	silent, err := registry.ListenSilently()
	assert.NilError(t, err)
	defer silent.Close()
	p.write("compose.yaml", fmt.Sprintf(`{services: {web: {image: "%s/web"}, other: {image: stack-e2e/dummy}}}`, silent.Address))
	p.env = append(p.env, "STACK_PULL_TIMEOUT=1s")
	p.fails(1, []string{"up", "-d"}, "pull "+silent.Address+"/web", "nothing came from the registry for 1s", "STACK_PULL_TIMEOUT")
	assert.DeepEqual(t, p.names(), []string{"other-1"})

	p.env = append(p.env, "STACK_PULL_TIMEOUT=1h")
	up := p.begin("--progress", "json", "up", "-d")
	driver.Eventually(t, "pulling", func() bool { return strings.Contains(up.stderr.String(), `"op":"PullImage"`) })
	up.signal(syscall.SIGINT)
	assert.Equal(t, up.end(), 130, up.stderr.String())
}

func TestRateLimitIsSaidInPlainWords(t *testing.T) {
	h := newHub(t, "")
	h.Instead(func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, `{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}`, http.StatusTooManyRequests)
		return true
	})
	p := h.project(`{services: {web: {image: "HUB/web"}}}`)
	limited := p.fails(1, []string{"--progress", "plain", "up", "-d"}, "the registry limits how often one may ask without a login: `docker login "+h.Address+"`, or try again later")
	assert.Assert(t, !strings.Contains(limited.Stderr, "retrying"), limited.Stderr)
}
