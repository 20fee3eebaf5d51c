package e2e_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/docker/docker/api/types/image"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
	"github.com/stackctl/stack/e2e/recorder"
)

// dockerfileAPI is the API of the first engine, 23, whose Dockerfile frontend
// knows heredocs and additional contexts.
const dockerfileAPI = "1.42"

// image is an image of the project's, as the engine describes it.
func (p *project) image(name string) image.InspectResponse {
	p.t.Helper()
	found, err := docker.ImageInspect(p.t.Context(), p.name+"-"+name)
	assert.NilError(p.t, err)
	return found
}

func TestBuildHonoursStagesArgumentsLabelsTagsAndIgnoredFiles(t *testing.T) {
	p := newProject(t, `
services:
  web:
    build:
      context: ./web
      dockerfile: ../Dockerfile.web
      target: final
      args: {GREETING: hello, FROM_ENV: }
      labels: {team: shop}
      tags: ["${COMPOSE_PROJECT_NAME}-extra:1"]
      extra_hosts: ["db.test:10.1.2.3"]
`)
	p.env = append(p.env, "FROM_ENV=outside")
	p.write("Dockerfile.web", `FROM busybox AS tools
ARG GREETING
ARG FROM_ENV
COPY . /files/
RUN --mount=type=cache,target=/cache echo $GREETING $FROM_ENV >> /cache/said && tail -n1 /cache/said > /said
RUN cd /files && find . -type f | sort > /list && grep 10.1.2.3 /etc/hosts > /hosts
FROM stack-e2e/dummy AS final
COPY --from=tools /said /list /hosts /
FROM tools AS never
RUN exit 1
`)
	p.write("web/.dockerignore", "*.log\nsub\n!sub/kept\n")
	for _, name := range []string{"a.txt", "a.log", "sub/kept", "sub/dropped"} {
		p.write("web/"+name, name)
	}
	p.ok("up", "-d")
	assert.Equal(t, p.exec("web-1", "cat", "/said"), "hello outside\n")
	assert.Equal(t, p.exec("web-1", "cat", "/list"), "./.dockerignore\n./a.txt\n./sub/kept\n")
	assert.Assert(t, strings.Contains(p.exec("web-1", "cat", "/hosts"), "db.test"))
	built := p.image("web")
	assert.Equal(t, p.image("extra:1").ID, built.ID)
	assert.Equal(t, built.Config.Labels["team"], "shop")
	assert.Equal(t, built.Config.Labels[projectLabel], p.name)
	assert.Equal(t, built.Config.Labels[serviceLabel], "web")
}

func TestBuildSecretsAreMountedAndLeaveNoTrace(t *testing.T) {
	p := newProject(t, `
services:
  web:
    build:
      context: .
      secrets: [file, {source: variable, target: renamed}]
      dockerfile_inline: |
        FROM busybox AS tools
        RUN --mount=type=secret,id=file --mount=type=secret,id=renamed,target=/elsewhere cat /run/secrets/file /elsewhere | md5sum > /sum
        FROM stack-e2e/dummy
        COPY --from=tools /sum /sum
secrets:
  file: {file: ./secret.txt}
  variable: {environment: HUSH}
`)
	p.write("secret.txt", "first-s3cret")
	p.write(".dockerignore", "*")
	p.env = append(p.env, "HUSH=second-s3cret")
	plan := p.ok("plan", "--format", "json")
	up := p.ok("--progress", "json", "up", "-d")
	assert.Equal(t, p.exec("web-1", "cat", "/sum"), "93b799ef85f5bfdc6c6af10e21a13041  -\n")
	history, err := exec.Command("docker", "history", "--no-trunc", p.name+"-web").CombinedOutput()
	assert.NilError(t, err)
	inspected, err := json.Marshal([]any{p.inspect("web-1"), p.image("web")})
	assert.NilError(t, err)
	for _, text := range []string{plan.Stdout, plan.Stderr, up.Stdout, up.Stderr, string(history), string(inspected)} {
		assert.Assert(t, !strings.Contains(text, "s3cret"), text)
	}
}

func TestFailedStepIsShownOnceWithItsOutput(t *testing.T) {
	p := newProject(t, `{services: {web: {build: {context: ., dockerfile_inline: "FROM busybox\nRUN echo about to fail; exit 9\n"}}}}`)
	for _, args := range [][]string{{"--progress", "plain", "build"}, {"--progress", "quiet", "up", "-d"}} {
		failed := p.fails(1, args, `RUN echo about to fail; exit 9`, "exit code: 9")
		assert.Equal(t, strings.Count(failed.Stderr, "about to fail\n"), 1, failed.Stderr)
		assert.Equal(t, strings.Contains(failed.Stderr, "(Dockerfile:2)"), speaks(dockerfileAPI), failed.Stderr)
	}
}

func TestWhatAStepPrintsIsNotTakenForTheEnginesTrouble(t *testing.T) {
	p := newProject(t, `{services: {web: {build: {context: ., dockerfile_inline: "FROM busybox\nCOPY fetch /\nRUN sh /fetch\n"}}}}`)
	p.write("fetch", "echo connection refused; exit 1")
	failed := p.fails(1, []string{"up", "-d"}, "connection refused")
	assert.Assert(t, !strings.Contains(failed.Stderr, "cannot reach the registry"), failed.Stderr)
}

func TestBuildWithoutAnAgentSaysHowToStartOne(t *testing.T) {
	p := newProject(t, `{services: {web: {build: {context: ., ssh: [default], dockerfile_inline: "FROM busybox\nRUN --mount=type=ssh true\n"}}}}`)
	p.fails(1, []string{"up", "-d"}, "build.ssh: default: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set: start an agent")
	assert.Equal(t, len(p.containers()), 0)
}

func TestContextIsFetchedByTheEngine(t *testing.T) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for name, content := range map[string]string{"Dockerfile": "FROM stack-e2e/dummy\nCOPY file /file\n", "file": "fetched"} {
		assert.NilError(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}))
		_, err := w.Write([]byte(content))
		assert.NilError(t, err)
	}
	assert.NilError(t, w.Close())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(archive.Bytes()) }))
	t.Cleanup(server.Close)
	p := newProject(t, `{services: {web: {build: "`+server.URL+`/context.tar"}}}`)
	p.ok("up", "-d")
	assert.Equal(t, p.exec("web-1", "cat", "/file"), "fetched")
}

func TestHeredocsNeedAnEngineThatKnowsThem(t *testing.T) {
	p := newProject(t, `
services:
  web:
    build:
      context: .
      dockerfile_inline: |
        FROM busybox AS tools
        RUN <<END
        echo from a heredoc > /said
        END
        FROM stack-e2e/dummy
        COPY --from=tools /said /said
`)
	if !speaks(dockerfileAPI) {
		p.fails(1, []string{"up", "-d"}, "unknown instruction: ECHO", "the Dockerfile frontend of Docker Engine 20.10", "Docker Engine 23 or newer can", "# syntax=")
		return
	}
	p.ok("up", "-d")
	assert.Equal(t, p.exec("web-1", "cat", "/said"), "from a heredoc\n")
}

func TestImageIsBuiltOnAnotherServicesAndOnAFolder(t *testing.T) {
	p := newProject(t, `
services:
  web:
    build:
      context: .
      additional_contexts: {base: "service:base", more: ./more}
      dockerfile_inline: |
        FROM base
        COPY --from=more file /more
  base:
    profiles: [never]
    build: {context: ., dockerfile_inline: "FROM stack-e2e/dummy\nCOPY more/file /base\n"}
`)
	p.write("more/file", "content")
	if !speaks(dockerfileAPI) {
		p.fails(1, []string{"up", "-d"}, "build.additional_contexts: the Dockerfile frontend of Docker Engine 20.10", "Docker Engine 23 or newer can")
		return
	}
	p.ok("up", "-d")
	assert.DeepEqual(t, p.names(), []string{"web-1"})
	assert.Equal(t, p.exec("web-1", "cat", "/base"), "content")
	assert.Equal(t, p.exec("web-1", "cat", "/more"), "content")

	p.write("more/file", "changed")
	p.ok("up", "-d", "--build")
	assert.Equal(t, p.exec("web-1", "cat", "/base"), "changed")
}

func TestLimitsOfABuildHoldOrAreNamed(t *testing.T) {
	p := newProject(t, `
services:
  web:
    build:
      context: .
      shm_size: 32m
      ulimits: {nofile: {soft: 1000, hard: 2000}}
      dockerfile_inline: |
        FROM busybox AS tools
        RUN (df -k /dev/shm | awk 'NR == 2 {print $$2}'; ulimit -Sn; ulimit -Hn) > /limits
        FROM stack-e2e/dummy
        COPY --from=tools /limits /limits
`)
	up := p.ok("up", "-d")
	known := speaks(dockerfileAPI)
	assert.Equal(t, p.exec("web-1", "cat", "/limits") == "32768\n1000\n2000\n", known)
	for _, field := range []string{"shm_size", "ulimits"} {
		assert.Equal(t, strings.Contains(up.Stderr, "services.web.build."+field+": left out: needs Docker Engine 23.0 (API 1.42)"), !known, up.Stderr)
	}
}

func TestClassicBuilderBuildsAndNamesWhatItCannotHonour(t *testing.T) {
	p := newProject(t, `
services:
  web: {build: {context: ./web, target: final, args: {GREETING: hello}}}
  locked: {profiles: [locked], build: {context: ./web, secrets: [token], ssh: [default], cache_to: [type=inline]}}
secrets: {token: {file: ./token}}
`)
	p.write("token", "")
	p.write("web/Dockerfile", "FROM stack-e2e/dummy AS final\nARG GREETING\nENV GREETING=$GREETING\nFROM final\n")
	p.env = append(p.env, "DOCKER_BUILDKIT=0")
	built := p.ok("up", "-d")
	assert.Assert(t, strings.Contains(built.Stdout, "Step 1/"), built.Stdout)
	assert.Equal(t, p.exec("web-1", "env", "GREETING"), "hello\n")
	p.fails(1, []string{"up", "-d", "locked"}, "build.cache_to, build.secrets, build.ssh: the classic builder doesn't support cache_to")
	assert.DeepEqual(t, p.names(), []string{"web-1"})
}

func TestBuildsThatDifferInNothingRunOnce(t *testing.T) {
	p := newProject(t, `
x-build: &build {context: ., dockerfile_inline: "FROM stack-e2e/dummy\nCOPY file /file\n"}
services:
  a: {build: *build}
  b: {build: *build}
`)
	p.write("file", "content")
	r := p.record()
	p.ok("up", "-d")
	solves := slices.DeleteFunc(r.Calls(), func(c recorder.Call) bool { return c.Path != "/session" })
	assert.Equal(t, len(solves), 1)
	assert.Equal(t, p.image("a").ID, p.image("b").ID)
}

func TestInterruptEndsABuildAtOnce(t *testing.T) {
	p := newProject(t, `{services: {web: {build: {context: ., dockerfile_inline: "FROM busybox\nRUN echo begun; sleep 600\n"}}}}`)
	s := p.begin("up", "-d")
	driver.Eventually(t, "the step has begun", func() bool { return strings.Contains(s.stdout.String(), " begun\n") })
	s.signal(syscall.SIGINT)
	assert.Equal(t, s.end(), 130, s.stderr.String())
}

// A Dockerfile may start from the image of another service of the project, which
// no registry has.
func TestBuildsStartFromEachOther(t *testing.T) {
	p := newProject(t, `
services:
  app: {build: {context: ., dockerfile_inline: "ARG ON\nFROM $${ON}\n", args: {ON: "${COMPOSE_PROJECT_NAME}-base:latest"}}}
  base: {build: {context: ., dockerfile_inline: "FROM stack-e2e/dummy\nLABEL made=by-${DOCKER_BUILDKIT}\n"}}
`)
	env := p.env
	for _, buildKit := range []string{"1", "0"} {
		p.env = append(env, "DOCKER_BUILDKIT="+buildKit)
		p.ok("build")
		assert.Equal(t, p.image("app").Config.Labels["made"], "by-"+buildKit)
	}
}
