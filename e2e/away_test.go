package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/docker/docker/api/types/container"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// The network mode is left to each test: Engine 20.10 does not start any more when it
// was stopped while it wrote down that a network goes.
const dbAndWeb = `
services:
  db:
    image: stack-e2e/dummy
    environment: {READY_AFTER: 1s}
    healthcheck: {test: [CMD, /dummy, health], interval: 1s}
    volumes: ["data:/data"]
    ${MODE}
  web:
    image: stack-e2e/dummy
    scale: 2
    depends_on: {db: {condition: service_healthy}}
    ${MODE}
volumes: {data: {}}
`

func TestEngineIsRestartedDuringARun(t *testing.T) {
	t.Parallel()
	e := newSecondEngine(t)
	for _, at := range []string{"Container %s-db-1 Starting", "Container %s-db-1 Waiting", "Container %s-web-1 Starting"} {
		for name, signal := range signals {
			t.Run("up, "+name+" at "+fmt.Sprintf(at, "p"), func(t *testing.T) {
				p := e.project(t, "")
				e.restartedDuring(p, signal, at, "up", "-d", "--wait")
				p.ok("up", "-d", "--wait")
				e.hasAll(p)
				assert.Equal(t, p.run("plan", "--detailed-exitcode").Code, 0)
				p.ok("down", "-v")
			})
		}
	}
	for _, at := range []string{"Container %s-web-1 Stopping", "Container %s-db-1 Removing"} {
		for name, signal := range signals {
			t.Run("down, "+name+" at "+fmt.Sprintf(at, "p"), func(t *testing.T) {
				p := e.project(t, "network_mode: none")
				p.ok("up", "-d", "--wait")
				e.restartedDuring(p, signal, at, "down", "-v")
				p.ok("down", "-v")
				assert.Equal(t, len(e.containers(p)), 0)
			})
		}
	}
	t.Run("up, and it does not come back", func(t *testing.T) {
		p := e.project(t, "")
		p.env = append(p.env, "STACK_ENGINE_TIMEOUT=1s")
		up := p.begin("up", "-d", "--wait")
		up.says("Container " + p.name + "-db-1 Waiting")
		e.stop(t, syscall.SIGKILL)
		assert.Equal(t, up.end(), 1)
		assert.Equal(t, strings.Count(up.stderr.String(), "Error: engine unavailable"), 1, up.stderr.String())
		assert.Assert(t, strings.Contains(up.stderr.String(), e.host()+" went away and did not come back within 1s"), up.stderr.String())
		p.fails(1, []string{"up", "-d"}, "Cannot connect to the Docker daemon at "+e.host())
		e.start(t)
		p.ok("up", "-d", "--wait")
		e.hasAll(p)
		p.ok("down", "-v")
	})
}

// What runs the containers for the engine may keep a start that nobody knows of any
// more: Engine 20.10 answers every later one with "task ID: already exists".
func TestEngineEndsInTheMiddleOfAStart(t *testing.T) {
	t.Parallel()
	e := newSecondEngine(t)
	for name, signal := range signals {
		t.Run(name, func(t *testing.T) {
			p := e.project(t, "runtime: holding")
			hold, held := filepath.Join(e.dir, "hold"), filepath.Join(e.dir, "held")
			assert.NilError(t, os.WriteFile(hold, nil, 0o600))
			p.env = append(p.env, "STACK_ENGINE_TIMEOUT=2m") // it waits for the start before it ends
			up := p.begin("up", "-d", "--wait")
			driver.Eventually(t, "holding a start", func() bool {
				_, err := os.Stat(held)
				return err == nil
			})
			assert.NilError(t, os.Remove(held))
			e.stop(t, signal)
			e.start(t)
			assert.Equal(t, up.end(), 0, up.stderr.String())
			e.hasAll(p)
			assert.Equal(t, p.run("plan", "--detailed-exitcode").Code, 0)
			p.ok("down", "-v")
		})
	}
}

var signals = map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGKILL": syscall.SIGKILL}

// restartedDuring stops the engine when a command says something, and starts it
// again. The command ends well, or with one error that says why not.
func (e *secondEngine) restartedDuring(p *project, signal syscall.Signal, at string, args ...string) {
	p.t.Helper()
	run := p.begin(args...)
	run.says(fmt.Sprintf(at, p.name))
	e.stop(p.t, signal)
	ended := make(chan int, 1)
	go func() { ended <- run.end() }()
	driver.Eventually(p.t, "missing the engine", func() bool {
		return strings.Contains(run.stderr.String(), "the engine went away") || len(ended) > 0
	})
	e.start(p.t)
	code := <-ended
	said := run.stderr.String()
	assert.Assert(p.t, code >= 0, "it did not end: %s", said)
	assert.Assert(p.t, code == 0 || strings.Count(said, "Error: engine unavailable") == 1, said)
}

// says waits until the session has said all of the words on standard error.
func (s *session) says(words ...string) {
	s.p.t.Helper()
	for _, word := range words {
		driver.Eventually(s.p.t, "saying "+word, func() bool { return strings.Contains(s.stderr.String(), word) })
	}
}

// project is a project on this engine.
func (e *secondEngine) project(t *testing.T, mode string) *project {
	p := &project{t: t, name: fmt.Sprintf("e2e-%d-%d", os.Getpid(), count.Add(1)), dir: t.TempDir()}
	p.env = []string{"HOME=" + p.dir, "PATH=" + os.Getenv("PATH"), "DOCKER_HOST=" + e.host()}
	p.write("compose.yaml", strings.ReplaceAll(dbAndWeb, "${MODE}", mode))
	return p
}

// containers are what the engine has of a project.
func (e *secondEngine) containers(p *project) []container.Summary {
	p.t.Helper()
	list, err := e.ContainerList(p.t.Context(), container.ListOptions{All: true, Filters: p.labeled()})
	assert.NilError(p.t, err)
	return list
}

// hasAll checks that the containers of a project are there, once each, and run.
func (e *secondEngine) hasAll(p *project) {
	p.t.Helper()
	var names []string
	for _, c := range e.containers(p) {
		assert.Equal(p.t, c.State, container.StateRunning, c.Names[0])
		names = append(names, strings.TrimPrefix(c.Names[0], "/"+p.name+"-"))
	}
	slices.Sort(names)
	assert.DeepEqual(p.t, names, []string{"db-1", "web-1", "web-2"})
}
