package e2e_test

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// person is somebody at a terminal at which stack runs.
type person struct {
	p       *project
	process *exec.Cmd
	// keys is the end of the terminal that is typed at, screen what it has shown.
	keys   *os.File
	screen output
	// line is the other end: what the terminal is set to.
	line  *os.File
	shown chan struct{}
	first unix.Termios
}

// sit begins stack at a terminal of 80 by 24.
func (p *project) sit(args ...string) *person {
	p.t.Helper()
	s := &person{p: p, process: p.command(args...), shown: make(chan struct{})}
	s.process.Env = append(s.process.Env, "TERM=xterm")
	var err error
	s.keys, s.line, err = pty.Open()
	assert.NilError(p.t, err)
	s.resize(80, 24)
	s.first = s.settings()
	s.process.Stdin, s.process.Stdout, s.process.Stderr = s.line, s.line, s.line
	s.process.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	assert.NilError(p.t, s.process.Start())
	go func() {
		defer close(s.shown)
		buffer := make([]byte, 4096)
		for {
			n, err := s.keys.Read(buffer)
			s.screen.Write(buffer[:n])
			if err != nil {
				return
			}
		}
	}()
	p.t.Cleanup(func() {
		s.process.Process.Kill()
		s.line.Close()
		s.keys.Close()
		<-s.shown
		p.ran = append(p.ran, s.screen.String())
	})
	return s
}

func (s *person) resize(width, height uint16) {
	s.p.t.Helper()
	assert.NilError(s.p.t, pty.Setsize(s.keys, &pty.Winsize{Cols: width, Rows: height}))
}

func (s *person) settings() unix.Termios {
	s.p.t.Helper()
	found, err := unix.IoctlGetTermios(int(s.line.Fd()), unix.TCGETS)
	assert.NilError(s.p.t, err)
	return *found
}

func (s *person) types(text string) {
	s.p.t.Helper()
	_, err := s.keys.WriteString(text)
	assert.NilError(s.p.t, err)
}

// typesKeys waits until each key is passed on as it is typed.
func (s *person) typesKeys() {
	s.p.t.Helper()
	driver.Eventually(s.p.t, "taking keys one by one", func() bool { return s.settings() != s.first })
}

func (s *person) signal(signal syscall.Signal) {
	s.p.t.Helper()
	assert.NilError(s.p.t, s.process.Process.Signal(signal))
}

func (s *person) sees(word string) {
	s.p.t.Helper()
	driver.Eventually(s.p.t, "seeing "+word, func() bool { return strings.Contains(s.screen.String(), word) })
}

// end waits for stack's end. The terminal has to be as it was.
func (s *person) end() int {
	s.p.t.Helper()
	watchdog := time.AfterFunc(time.Minute, func() { s.process.Process.Kill() })
	defer watchdog.Stop()
	s.process.Wait()
	assert.Equal(s.p.t, s.settings(), s.first, "the terminal is not as it was")
	return s.process.ProcessState.ExitCode()
}

const (
	ctrlC  = "\x03"
	ctrlD  = "\x04"
	detach = "\x10\x11" // Ctrl-P Ctrl-Q
)

const shell = `{services: {web: {image: busybox, command: [sleep, "600"], init: true, stop_grace_period: 1s}}}`

// until waits in a container until its terminal has a size, and prints that. An
// engine tells the size of one that has begun to run.
func until(size string) string { return "until stty size | grep '" + size + "'; do sleep 0.1; done" }

func TestExecAtATerminalKnowsItsSizeAndItsChanges(t *testing.T) {
	p := newProject(t, shell)
	p.ok("up", "-d")
	s := p.sit("exec", "web", "sh", "-c", "tty; read go; "+until("24 80")+"; "+until("33 101")+"; read go; exit 5")
	s.sees("/dev/pts/")
	s.types("go\r")
	s.sees("24 80")
	s.resize(101, 33)
	s.sees("33 101")
	s.types(ctrlD)
	assert.Equal(t, s.end(), 5)
}

func TestCtrlCAtATerminalIsTheCommandsOwn(t *testing.T) {
	p := newProject(t, shell)
	p.ok("up", "-d")
	s := p.sit("exec", "web", "sh", "-c", "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.05; done")
	s.sees("ready")
	s.typesKeys()
	s.types(ctrlC)
	s.sees("caught")
	assert.Equal(t, s.end(), 9)
}

func TestDetachKeysLeaveTheProcessRunning(t *testing.T) {
	p := newProject(t, shell)
	p.write(".docker/config.json", `{"detachKeys": "ctrl-x,x"}`)
	run := p.sit("run", "--name", p.name+"-one", "web", "sh", "-c", "echo ready; sleep 600")
	run.sees("ready")
	run.types("\x18x")
	assert.Equal(t, run.end(), 0)
	assert.Assert(t, p.inspect("one").State.Running)

	attach := p.sit("attach", "--detach-keys", "ctrl-p,ctrl-q", "web")
	attach.typesKeys()
	attach.types(detach)
	assert.Equal(t, attach.end(), 0)
	assert.Assert(t, p.inspect("one").State.Running)
}

func TestRunAtATerminalEndsWithItsCodeAndLeavesNothing(t *testing.T) {
	p := newProject(t, shell)
	s := p.sit("run", "--rm", "web", "sh", "-c", "tty; read go; "+until("24 80")+"; exit 6")
	s.sees("/dev/pts/0")
	s.types("go\r")
	s.sees("24 80")
	assert.Equal(t, s.end(), 6)
	assert.Equal(t, len(p.containers()), 0)
}

func TestATerminalIsGivenBackWhenSomebodyEndsStack(t *testing.T) {
	p := newProject(t, shell)
	p.ok("up", "-d")
	s := p.sit("exec", "web", "sh", "-c", "echo ready; sleep 600")
	s.sees("ready")
	s.signal(syscall.SIGTERM)
	assert.Equal(t, s.end(), 143)
}
