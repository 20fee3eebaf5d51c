package e2e_test

import (
	"regexp"
	"strings"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
)

// eraseLine takes away what is in a line.
const eraseLine = "\x1b[2K"

var escapes = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")

// ticking prints a line now and then.
const ticking = `{services: {web: {image: busybox, init: true, stop_grace_period: 1s, command: [sh, -c, "n=0; while :; do n=$$((n+1)); echo tick $$n; sleep 0.1; done"]}}}`

func TestTheKeyDLeavesTheContainersOfAnAttachedUpRunning(t *testing.T) {
	p := newProject(t, ticking)
	up := p.sit("up")
	up.sees("Detach")
	up.sees("tick 5")
	up.types("\r") // a line between what was and what comes
	up.types("x")  // means nothing
	up.types("d")
	assert.Equal(t, up.end(), 0)
	assert.Assert(t, p.inspect("web-1").State.Running)
	up.sees("the containers go on")
}

// A line of the log is never in one with the keys.
func TestTheKeysOfAnAttachedUpDoNotGetIntoTheLogs(t *testing.T) {
	p := newProject(t, ticking)
	up := p.sit("--ansi", "auto", "up", "--no-color")
	up.sees("Detach")
	up.sees("tick 15")
	up.types("d")
	assert.Equal(t, up.end(), 0)
	for _, line := range strings.Split(up.screen.String(), "\n") {
		if strings.Contains(line, "tick ") {
			visible := line[max(0, strings.LastIndex(line, eraseLine)):]
			visible = escapes.ReplaceAllString(visible, "")
			assert.Assert(t, strings.HasPrefix(strings.TrimLeft(visible, "\r"), "web-1  | tick "), "%q", line)
		}
	}
}

func TestTheTerminalOfAnAttachedUpIsGivenBack(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(*person)
		code int
	}{
		"Ctrl-C":  {func(s *person) { s.types(ctrlC) }, 130},
		"SIGTERM": {func(s *person) { s.signal(syscall.SIGTERM) }, 143},
		"SIGQUIT": {func(s *person) { s.signal(syscall.SIGQUIT) }, 2},
		"SIGHUP":  {func(s *person) { s.signal(syscall.SIGHUP) }, -1},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, ticking)
			up := p.sit("up")
			up.sees("Detach")
			test.end(up)
			assert.Equal(t, up.end(), test.code)
			assert.Equal(t, p.inspect("web-1").State.Running, !strings.HasPrefix(name, "Ctrl") && name != "SIGTERM")
		})
	}
}

func TestTwoCtrlCKillWhatAnAttachedUpHasStarted(t *testing.T) {
	p := newProject(t, `{services: {web: {image: busybox, stop_grace_period: 10m, command: [sh, -c, "trap '' TERM; echo ready; while :; do sleep 0.1; done"]}}}`)
	up := p.sit("up")
	up.sees("Detach")
	up.types(ctrlC)
	up.sees("Stopping")
	up.types(ctrlC)
	assert.Equal(t, up.end(), 130)
	assert.Equal(t, p.inspect("web-1").State.ExitCode, 137)
}

func TestNoKeysAreTakenWhereTheVariableSaysSo(t *testing.T) {
	p := newProject(t, ticking)
	p.env = append(p.env, "COMPOSE_MENU=false")
	up := p.sit("up")
	up.sees("tick 3")
	assert.Equal(t, up.settings(), up.first)
	up.signal(syscall.SIGTERM)
	assert.Equal(t, up.end(), 143)
	assert.Assert(t, !strings.Contains(up.screen.String(), "Detach"))
}
