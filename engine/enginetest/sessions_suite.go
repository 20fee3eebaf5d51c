package enginetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

var joining = []obligation{
	{"keeps the two outputs of a command apart, and gives its exit code", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		s := f.startExec(id, state.StreamOptions{}, "sh", "-c", "echo out; echo err >&2; exit 7")
		f.says(s, "out\n", "err\n", 7)
	}},
	{"says when a command is not there", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		s := f.startExec(id, state.StreamOptions{}, "no-such-command")
		out, errout, code := f.end(s)
		assert.Check(t, is.Contains(out+errout, "no-such-command"))
		assert.Check(t, code == 126 || code == 127, "exit code %d", code) // an old engine gives the first
	}},
	{"loses nothing of megabytes through a command", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		f.echoes(f.startExec(id, state.StreamOptions{Stdin: true}, "cat"))
	}},
	{"loses nothing of megabytes through a container", func(t *testing.T, f *fixture) {
		spec := f.spec("a", "cat")
		spec.Config.StdinOpen, spec.StdinOnce = true, true
		id := f.create(spec)
		s := f.attach(id, state.StreamOptions{Stdin: true})
		f.start(id)
		f.echoes(s)
	}},
	{"tells all that a container prints that is started later", func(t *testing.T, f *fixture) {
		id := f.create(f.spec("a", "sh", "-c", "echo out; echo err >&2; exit 3"))
		s := f.attach(id, state.StreamOptions{})
		f.start(id)
		f.says(s, "out\n", "err\n", 3)
	}},
	{"gives the exit code of a container that removes itself, once it is gone", func(t *testing.T, f *fixture) {
		spec := f.spec("a", "sh", "-c", "echo out; exit 4")
		spec.AutoRemove = true
		id := f.create(spec)
		s := f.attach(id, state.StreamOptions{})
		f.start(id)
		f.says(s, "out\n", "", 4)
		_, err := f.InspectContainer(f.ctx, id)
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
	}},
	{"gives a command a terminal, and tells it its size", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		s := f.startExec(id, state.StreamOptions{Stdin: true, TTY: true}, "sh", "-c", "echo ready >&2; read go; stty size")
		out := &signalled{word: "ready", met: make(chan struct{})}
		copied := make(chan error, 1)
		go func() { copied <- s.Copy(out, io.Discard) }()
		out.await(f)
		assert.NilError(t, s.Resize(f.ctx, state.TerminalSize{Width: 101, Height: 33}))
		_, err := io.WriteString(s, "go\n")
		assert.NilError(t, err)
		assert.NilError(t, <-copied)
		assert.Check(t, is.Contains(out.String(), "33 101\r\n"))
	}},
	{"starts a command that nobody waits for", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		spec := state.ExecSpec{Command: []string{"touch", "/began"}}
		assert.NilError(t, f.StartDetached(f.ctx, id, spec, state.StreamOptions{}))
		f.untilFile(id, "/began")
	}},
	{"tells how a container ends that is sent a signal", func(t *testing.T, f *fixture) {
		id := f.create(f.spec("a", "sh", "-c", "echo ready; exec sleep 600"))
		s := f.attach(id, state.StreamOptions{})
		f.start(id)
		out := &signalled{word: "ready", met: make(chan struct{})}
		copied := make(chan error, 1)
		go func() { copied <- s.Copy(out, io.Discard) }()
		out.await(f)
		assert.NilError(t, f.KillContainer(f.ctx, id, "SIGINT"))
		assert.NilError(t, <-copied)
		code, err := s.Wait(f.ctx)
		assert.NilError(t, err)
		assert.Check(t, is.Equal(code, 130))
	}},
	{"ends a session with its context", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		ctx, cancel := context.WithCancel(f.ctx)
		s, err := f.StartExec(ctx, id, state.ExecSpec{Command: []string{"sleep", "600"}}, state.StreamOptions{Stdin: true})
		assert.NilError(t, err)
		cancel()
		assert.Check(t, is.ErrorIs(s.Copy(io.Discard, io.Discard), context.Canceled))
	}},
	{"joins nothing that is absent, and starts no command where nothing runs", func(t *testing.T, f *fixture) {
		command := state.ExecSpec{Command: []string{"true"}}
		_, err := f.Attach(f.ctx, f.project+"-absent-1", state.StreamOptions{})
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
		_, err = f.StartExec(f.ctx, f.project+"-absent-1", command, state.StreamOptions{})
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
		_, err = f.StartExec(f.ctx, f.create(f.server("a")), command, state.StreamOptions{})
		assert.Check(t, is.ErrorIs(err, engine.ErrConflict))
	}},
}

func (f *fixture) startExec(id string, options state.StreamOptions, command ...string) engine.Session {
	f.t.Helper()
	s, err := f.StartExec(f.ctx, id, state.ExecSpec{Command: command}, options)
	assert.NilError(f.t, err)
	f.t.Cleanup(func() { _ = s.Close() }) // what it did is looked at elsewhere
	return s
}

func (f *fixture) attach(id string, options state.StreamOptions) engine.Session {
	f.t.Helper()
	s, err := f.Attach(f.ctx, id, options)
	assert.NilError(f.t, err)
	f.t.Cleanup(func() { _ = s.Close() }) // what it did is looked at elsewhere
	return s
}

// end reads a session to its end.
func (f *fixture) end(s engine.Session) (stdout, stderr string, code int) {
	f.t.Helper()
	var out, errout strings.Builder
	assert.NilError(f.t, s.Copy(&out, &errout))
	code, err := s.Wait(f.ctx)
	assert.NilError(f.t, err)
	return out.String(), errout.String(), code
}

func (f *fixture) says(s engine.Session, stdout, stderr string, code int) {
	f.t.Helper()
	out, errout, got := f.end(s)
	assert.Check(f.t, is.Equal(out, stdout))
	assert.Check(f.t, is.Equal(errout, stderr))
	assert.Check(f.t, is.Equal(got, code))
}

// echoes writes megabytes of any bytes and expects them back.
func (f *fixture) echoes(s engine.Session) {
	f.t.Helper()
	const size = 8 << 20
	sent, got := sha256.New(), sha256.New()
	written := make(chan error, 1)
	go func() {
		random := io.LimitReader(rand.NewChaCha8([32]byte{}), size)
		_, err := io.Copy(s, io.TeeReader(random, sent))
		if err == nil {
			err = s.CloseWrite()
		}
		written <- err
	}()
	assert.NilError(f.t, s.Copy(got, io.Discard))
	assert.NilError(f.t, <-written)
	code, err := s.Wait(f.ctx)
	assert.NilError(f.t, err)
	assert.Check(f.t, is.Equal(code, 0))
	assert.Check(f.t, bytes.Equal(sent.Sum(nil), got.Sum(nil)), "something else came back")
}

// signalled is what was written, and says when a word was.
type signalled struct {
	text strings.Builder
	word string
	met  chan struct{}
}

func (s *signalled) String() string { return s.text.String() }

func (s *signalled) Write(part []byte) (int, error) {
	had := strings.Contains(s.String(), s.word)
	n, err := s.text.Write(part)
	if !had && strings.Contains(s.String(), s.word) {
		close(s.met)
	}
	return n, err
}

func (s *signalled) await(f *fixture) {
	f.t.Helper()
	select {
	case <-s.met:
	case <-f.ctx.Done():
		f.t.Fatalf("it never printed %s", s.word)
	}
}
