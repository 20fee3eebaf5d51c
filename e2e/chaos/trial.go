package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/docker/docker/client"

	"github.com/stackctl/stack/e2e/recorder"
)

// harm is what is done to one call of a run.
type harm string

// The harms. A run that is killed ends with the call's answer; the others are
// those of the recorder.
const (
	harmNone   harm = "none"
	harmKill   harm = "kill"
	harmRefuse harm = "500"
	harmHang   harm = "hang"
	harmBreak  harm = "break"
	harmLose   harm = "lose"
)

var fates = map[harm]recorder.Fate{
	harmKill: recorder.Lost, harmRefuse: recorder.Refused, harmHang: recorder.Hung, harmBreak: recorder.Broken, harmLose: recorder.Lost,
}

// hanging is how long a call hangs at most.
const hanging = 3 * time.Second

// bench is where trials are made.
type bench struct {
	docker    *client.Client
	binary    string
	dir       string // for the projects' folders
	run       string // a word that no other run's projects have in their names
	addresses *addresses
	foreign   *foreign
}

// trial is one run of a scenario in which one call is harmed.
type trial struct {
	bench
	scenario scenario
	harm     harm
	cut      int // the call, from 1

	project *project
	sockets string          // a folder: all runs reach the engine under one address, as what is kept of a project is kept by it
	calls   []recorder.Call // of the run that was harmed
	reached bool            // it has made the call
	like    string          // of the state in the end
}

// try makes a trial and says what went wrong with it.
func (t *trial) try(ctx context.Context) (err error) {
	if err := t.prepare(ctx); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, removeAll(context.WithoutCancel(ctx), t.docker, t.project.name, err != nil))
		os.RemoveAll(t.project.dir)
	}()
	if err := t.begin(ctx); err != nil {
		return fmt.Errorf("before the run: %w", err)
	}
	ended, err := t.runHarmed(ctx)
	if err != nil {
		return fmt.Errorf("the harmed run: %w", err)
	}
	if err := t.again(ctx, ended); err != nil {
		return fmt.Errorf("the next run: %w", err)
	}
	return t.check(ctx)
}

func (t *trial) prepare(ctx context.Context) error {
	name := fmt.Sprintf("chaos-%s-%s-%d%s", t.run, t.scenario.name, t.cut, t.harm)
	dir := filepath.Join(t.dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var err error
	if t.sockets, err = os.MkdirTemp(t.dir, "s"); err != nil { // a socket's path has to be short
		return err
	}
	net, err := t.addresses.take(ctx)
	if err != nil {
		return err
	}
	t.project = &project{binary: t.binary, name: name, dir: dir, env: []string{
		"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "NET=" + net,
	}}
	return nil
}

// begin brings the project to where it is before.
func (t *trial) begin(ctx context.Context) error {
	if err := t.project.write(t.scenario.baseFiles); err != nil {
		return err
	}
	for _, command := range t.scenario.base {
		if _, err := t.ok(ctx, command); err != nil {
			return err
		}
	}
	for _, d := range t.scenario.data {
		if err := put(ctx, t.docker, t.project.name, d.before); err != nil {
			return err
		}
	}
	return t.project.write(t.scenario.nextFiles)
}

// runHarmed makes the run whose call is harmed.
func (t *trial) runHarmed(ctx context.Context) (outcome, error) {
	proxy, err := t.record()
	if err != nil {
		return outcome{}, err
	}
	defer proxy.Close()
	command, cancel := t.project.command(ctx, proxy.Host, append([]string{"--progress", "json"}, t.scenario.run...)...)
	defer cancel()
	var killed atomic.Bool
	proxy.Patience = hanging
	proxy.Fate = func(n int, _ recorder.Call) recorder.Fate {
		switch {
		case killed.Load():
			return recorder.Broken // the process is on its way out
		case n == t.cut && t.harm != harmNone:
			return fates[t.harm]
		}
		return recorder.Passed
	}
	if t.harm == harmKill {
		proxy.Answered = func(recorder.Call) {
			killed.Store(true)
			command.Process.Kill()
		}
	}
	o, err := t.project.finish(command)
	t.calls = proxy.Calls()
	t.reached = len(t.calls) >= t.cut
	if err != nil || t.harm == harmKill {
		return o, err
	}
	return o, checkEvents(o.stdout + o.stderr)
}

// again is the plain run of the same command, and the one after it, which has
// nothing to do. A run that was harmed and says that all went well is held to
// that: there is nothing left for the next.
func (t *trial) again(ctx context.Context, ended outcome) error {
	if ended.code != 0 || ended.failedInPart() || !slices.Equal(t.scenario.run, t.scenario.settled) {
		if _, err := t.ok(ctx, t.scenario.run); err != nil {
			return err
		}
	}
	writes, err := t.ok(ctx, t.scenario.settled)
	if err != nil {
		return fmt.Errorf("once more: %w", err)
	}
	if len(writes) > 0 {
		return fmt.Errorf("not converged: once more, it calls %v", writes)
	}
	return nil
}

// ok makes a run that has to succeed, and returns the calls with which it wrote.
func (t *trial) ok(ctx context.Context, args []string) ([]recorder.Call, error) {
	proxy, err := t.record()
	if err != nil {
		return nil, err
	}
	defer proxy.Close()
	err = t.project.ok(ctx, proxy.Host, args...)
	return proxy.Writes(), err
}

// record stands between commands and the engine.
func (t *trial) record() (*recorder.Recorder, error) {
	return recorder.Listen(t.sockets, t.docker.DaemonHost())
}

// check looks at what the engine holds in the end.
func (t *trial) check(ctx context.Context) error {
	held, err := hold(ctx, t.docker, t.project.name)
	if err != nil {
		return err
	}
	t.like = held.likeness(t.project.name)
	containers, networks, volumes := held.names(t.project.name)
	var wrong []error
	for _, kind := range []struct {
		name        string
		has, wanted []string
	}{
		{"containers", containers, t.scenario.containers}, {"networks", networks, t.scenario.networks}, {"volumes", volumes, t.scenario.volumes},
	} {
		if !slices.Equal(kind.has, kind.wanted) {
			wrong = append(wrong, fmt.Errorf("%s are %v, not %v", kind.name, kind.has, kind.wanted))
		}
	}
	for _, d := range t.scenario.data {
		wrong = append(wrong, has(ctx, t.docker, t.project.name, d.after))
	}
	for _, at := range t.scenario.ran {
		wrong = append(wrong, has(ctx, t.docker, t.project.name, at))
	}
	return errors.Join(append(wrong, t.foreign.touched(ctx, t.docker))...)
}

// call is the one that was harmed, in words.
func (t *trial) call() string {
	if !t.reached || t.cut < 1 {
		return "no call"
	}
	return t.calls[t.cut-1].String()
}
