// Package driver runs programs for tests, and waits for what they bring about.
package driver

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// patience is how long a program may run.
const patience = 2 * time.Minute

// Result is how a program ended.
type Result struct {
	Code           int
	Stdout, Stderr string
	Took           time.Duration
}

// Running is a program that runs beside the test.
type Running struct {
	command        *exec.Cmd
	stdout, stderr bytes.Buffer
	began          time.Time
	ended          chan struct{}
}

// Start starts a program, which does not outlive the test.
func Start(t testing.TB, c *exec.Cmd) *Running {
	t.Helper()
	r := &Running{command: c, began: time.Now(), ended: make(chan struct{})}
	c.Stdout, c.Stderr = &r.stdout, &r.stderr
	assert.NilError(t, c.Start())
	watchdog := time.AfterFunc(patience, func() { _ = c.Process.Kill() }) // it has ended, or does now
	go func() {
		defer close(r.ended)
		defer watchdog.Stop()
		_ = c.Wait() // its exit code says how
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		<-r.ended
	})
	return r
}

// Ended is closed when the program has ended.
func (r *Running) Ended() <-chan struct{} { return r.ended }

// Wait waits for the program to end, and returns how, with a transcript.
func (r *Running) Wait() (Result, string) {
	<-r.ended
	result := Result{
		Code: r.command.ProcessState.ExitCode(), Stdout: r.stdout.String(), Stderr: r.stderr.String(), Took: time.Since(r.began),
	}
	return result, fmt.Sprintf("$ %s\n%s%sexit %d after %.1fs\n",
		strings.Join(r.command.Args, " "), result.Stdout, result.Stderr, result.Code, result.Took.Seconds())
}

// Eventually waits for a fact, and fails the test if it does not come true.
func Eventually(t testing.TB, what string, fact func() bool) {
	t.Helper()
	for until := time.Now().Add(time.Minute); !fact(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("no %s within a minute", what)
		}
	}
}

// FreePort is a port of this machine that nobody has.
func FreePort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	assert.NilError(t, err)
	return port
}

// Setting is a variable of the environment, or what is to be if it is not set.
func Setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
