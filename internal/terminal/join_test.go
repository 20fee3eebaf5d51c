package terminal_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/terminal"
	"github.com/stackctl/stack/state"
)

// echo is a process that prints what it is written, and ends with a code.
type echo struct {
	*io.PipeWriter
	from  *io.PipeReader
	code  int
	fails error
}

func newEcho(code int) *echo {
	from, to := io.Pipe()
	return &echo{PipeWriter: to, from: from, code: code}
}

func (e *echo) CloseWrite() error                                { return e.PipeWriter.Close() }
func (e *echo) Close() error                                     { return e.from.CloseWithError(io.EOF) }
func (e *echo) Resize(context.Context, state.TerminalSize) error { return nil }
func (e *echo) Wait(context.Context) (int, error)                { return e.code, e.fails }

func (e *echo) Copy(stdout, _ io.Writer) error {
	_, err := io.Copy(stdout, e.from)
	if errors.Is(err, io.ErrClosedPipe) {
		return nil
	}
	return err
}

func TestJoinPassesEverythingOnAndGivesTheCode(t *testing.T) {
	defer goleak.VerifyNone(t)
	var out strings.Builder
	text := strings.Repeat("\x00\x10\x11many\n", 100_000) // the detach keys, too: there is no terminal
	code, err := terminal.Join(t.Context(), newEcho(7), terminal.Streams{
		In: strings.NewReader(text), Out: &out, Err: io.Discard, DetachKeys: []byte{0x10, 0x11},
	})
	assert.NilError(t, err)
	assert.Equal(t, code, 7)
	assert.Assert(t, out.String() == text)
}

func TestTheDetachKeysEndASessionWithATerminal(t *testing.T) {
	defer goleak.VerifyNone(t)
	keys, err := terminal.ParseDetachKeys("ctrl-p,ctrl-q")
	assert.NilError(t, err)
	_, err = terminal.Join(t.Context(), newEcho(0), terminal.Streams{
		In: strings.NewReader("ls\n\x10\x11rest"), Out: io.Discard, Err: io.Discard, TTY: true, DetachKeys: keys,
	})
	assert.ErrorIs(t, err, terminal.ErrDetached)
}

func TestTheEndOfTheContextEndsASession(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := terminal.Join(ctx, newEcho(0), terminal.Streams{Out: io.Discard, Err: io.Discard})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestWhatIsNotKnownOfTheEndIsAnError(t *testing.T) {
	e := newEcho(0)
	e.fails = errors.New("the engine went away")
	_, err := terminal.Join(t.Context(), e, terminal.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard})
	assert.ErrorIs(t, err, e.fails)
}
