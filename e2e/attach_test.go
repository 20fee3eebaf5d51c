package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// output is what a running process has printed so far.
type output struct {
	mu      sync.Mutex
	printed bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.printed.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.printed.String()
}

// session is a stack that runs meanwhile.
type session struct {
	p              *project
	process        *exec.Cmd
	stdout, stderr output
}

func (p *project) begin(args ...string) *session {
	p.t.Helper()
	return p.beginWith(nil, args...)
}

// beginWith has variables besides those of the project.
func (p *project) beginWith(env []string, args ...string) *session {
	p.t.Helper()
	s := &session{p: p, process: p.command(args...)}
	s.process.Env = append(slices.Clone(s.process.Env), env...)
	s.process.Stdout, s.process.Stderr = &s.stdout, &s.stderr
	assert.NilError(p.t, s.process.Start())
	p.t.Cleanup(func() { s.process.Process.Kill() })
	return s
}

func (s *session) signal(signal syscall.Signal) {
	s.p.t.Helper()
	assert.NilError(s.p.t, s.process.Process.Signal(signal))
}

// end waits until it ended, and returns its exit code.
func (s *session) end() int {
	s.p.t.Helper()
	watchdog := time.AfterFunc(time.Minute, func() { s.process.Process.Kill() })
	defer watchdog.Stop()
	s.process.Wait()
	s.p.ran = append(s.p.ran, s.stdout.String()+s.stderr.String())
	return s.process.ProcessState.ExitCode()
}

// prints waits until the session has printed all of the words on standard output.
func (s *session) prints(words ...string) {
	s.p.t.Helper()
	for _, word := range words {
		driver.Eventually(s.p.t, "printing "+word, func() bool { return strings.Contains(s.stdout.String(), word) })
	}
}

const two = `
services:
  web: {image: stack-e2e/dummy}
  backend: {image: stack-e2e/dummy}
`

func TestAttachedUpPrintsEveryLineWithItsContainer(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy, command: [lines, "3"]}, backend: {image: stack-e2e/dummy, command: [exit, "0"]}}}`)
	up := p.ok("up")
	for _, line := range []string{"web-1      | line 1\n", "web-1      | line 2\n", "web-1      | line 3\n", "web-1 exited with code 0\n", "backend-1 exited with code 0\n"} {
		assert.Assert(t, strings.Contains(up.Stdout, line), "no %q in:\n%s", line, up.Stdout)
	}
}

func TestAttachedUpLosesNoLine(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy, command: [lines, "20000"]}}}`)
	up := p.ok("up", "--no-log-prefix")
	assert.Equal(t, strings.Count(up.Stdout, "line "), 20000)
}

func TestInterruptStopsWhatAttachedUpStarted(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			p := newProject(t, two)
			up := p.begin("up")
			up.prints("web-1      | ready", "backend-1  | ready")
			up.signal(signal)
			assert.Equal(t, up.end(), 128+int(signal))
			assert.DeepEqual(t, p.names(), []string{"backend-1", "web-1"})
			for _, name := range p.names() {
				assert.Equal(t, p.inspect(name).State.Status, "exited")
				assert.Equal(t, p.inspect(name).State.ExitCode, 0)
			}
			p.ok("up", "-d")
		})
	}
}

func TestSecondInterruptEndsAttachedUpAtOnce(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy, environment: {STOP_AFTER: 50s}, stop_grace_period: 60s}}}`)
	up := p.begin("up")
	up.prints("ready")
	up.signal(syscall.SIGINT)
	up.prints("told to stop")
	begin := time.Now()
	up.signal(syscall.SIGINT)
	assert.Equal(t, up.end(), 130)
	assert.Assert(t, time.Since(begin) < 20*time.Second)
}

const slow = `
services:
  app: {image: stack-e2e/dummy, depends_on: {db: {condition: service_healthy}}}
  db:
    image: stack-e2e/dummy
    environment: {READY_AFTER: never}
    healthcheck: {test: [CMD, /dummy, health], interval: 60s, retries: 100}
`

func TestInterruptedDetachedUpLeavesWhatTheNextOneMends(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			p := newProject(t, slow)
			up := p.begin("up", "-d")
			p.awaitRunning("db-1")
			up.signal(signal)
			assert.Equal(t, up.end(), 128+int(signal))
			for _, name := range p.names() {
				assert.Assert(t, name == "app-1" || name == "db-1", "a container is named %s", name)
			}
			p.write("compose.yaml", strings.Replace(slow, "never", "0s", 1))
			p.ok("up", "-d")
			assert.DeepEqual(t, p.names(), []string{"app-1", "db-1"})
			assert.Assert(t, p.inspect("app-1").State.Running)
		})
	}
}

// awaitRunning waits until a container runs.
func (p *project) awaitRunning(name string) {
	p.t.Helper()
	driver.Eventually(p.t, name+" running", func() bool {
		c, err := docker.ContainerInspect(p.t.Context(), p.name+"-"+name)
		return err == nil && c.State.Running
	})
}

func TestKilledUpIsFinishedByTheNext(t *testing.T) {
	p := newProject(t, webAndData)
	p.ok("up", "-d")
	changed := strings.Replace(webAndData, "hello", "replaced", 1)
	for _, calls := range []int{1, 2, 3, 5, 8} {
		p.write("compose.yaml", strings.Replace(changed, "replaced", strings.Repeat("x", calls), 1))
		r := p.record()
		up := p.begin("up", "-d")
		driver.Eventually(t, "writing", func() bool { return len(r.Writes()) >= calls || !up.alive() })
		up.signal(syscall.SIGKILL)
		up.end()
		p.ok("up", "-d")
		assert.DeepEqual(t, p.names(), []string{"other-1", "web-1"})
		assert.Assert(t, strings.Contains(strings.Join(p.inspect("web-1").Config.Env, " "), strings.Repeat("x", calls)))
	}
	p.ok("up", "-d")
}

// alive is true until the process ended.
func (s *session) alive() bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.process.Process.Pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func TestAbortOnContainerExitStopsTheOthersWithItsCode(t *testing.T) {
	p := newProject(t, `
services:
  web: {image: stack-e2e/dummy}
  job: {image: stack-e2e/dummy, command: [exit, "7"], depends_on: [web]}
`)
	up := p.run("up", "--exit-code-from", "job")
	assert.Equal(t, up.Code, 7, up.Stderr)
	assert.Equal(t, p.inspect("web-1").State.Running, false)
}

func TestLogsPrintsWhatServicesPrinted(t *testing.T) {
	p := newProject(t, `
services:
  job: {image: stack-e2e/dummy, command: [lines, "3"]}
  other: {image: stack-e2e/dummy, command: [lines, "1"]}
`)
	p.ok("up", "-d", "--wait")
	logs := p.ok("logs", "--tail", "2", "job")
	assert.Equal(t, logs.Stdout, "job-1  | line 2\njob-1  | line 3\n")
	assert.Equal(t, p.ok("logs", "--no-log-prefix", "other").Stdout, "line 1\n")
}

func TestFollowedLogsEndWithTheContainers(t *testing.T) {
	p := newProject(t, `{services: {web: {image: stack-e2e/dummy, environment: {EXIT_AFTER: 1s}}}}`)
	p.ok("up", "-d")
	logs := p.ok("logs", "-f")
	assert.Assert(t, strings.Contains(logs.Stdout, "web-1  | ended"), logs.Stdout)
}
