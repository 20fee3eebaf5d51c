package terminal

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/moby/term"

	"github.com/stackctl/stack/engine"
)

// ErrDetached is a session that the detach keys have ended. The process goes on.
var ErrDetached = errors.New("detached")

// Streams are what a session is joined to.
type Streams struct {
	In       io.Reader // nil is none
	Out, Err io.Writer
	// TTY is true where the process has a terminal: a terminal here is raw then,
	// and the process's has its size.
	TTY bool
	// Forwarded is true where the caller passes all signals on to the process.
	// Else those that end this one without a word give the terminal back first.
	Forwarded bool
	// DetachKeys end the session where the input is a terminal too.
	DetachKeys []byte
}

// ParseDetachKeys reads keys as the docker CLI writes them.
func ParseDetachKeys(text string) ([]byte, error) { return term.ToBytes(text) }

// Join carries the streams until the process's output ends, and returns its
// exit code. When ctx ends, or the detach keys are pressed, the process is left
// to itself. The terminal is then as it was before. A read of In that is in
// progress is not waited for.
func Join(ctx context.Context, session engine.Session, streams Streams) (code int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	var ended sync.WaitGroup
	defer ended.Wait()
	defer cancel()
	defer session.Close()
	if streams.TTY {
		restore, err := Raw(streams.In, streams.Out)
		if err != nil {
			return 0, err
		}
		if !streams.Forwarded {
			restore = guarded(restore)
		}
		defer restore()
		ended.Go(func() { follow(ctx, session, streams.Out) })
	}
	detached := make(chan struct{})
	if streams.In != nil {
		go func() {
			if errors.Is(streams.pump(session), ErrDetached) {
				close(detached)
			}
		}()
	}
	copied := make(chan error, 1)
	ended.Go(func() { copied <- session.Copy(streams.Out, streams.Err) })
	select {
	case err = <-copied:
	case <-detached:
		return 0, leave(session, ErrDetached)
	case <-ctx.Done():
		return 0, leave(session, ctx.Err())
	}
	select {
	case <-detached: // the engine has ended the output, knowing the keys too
		return 0, ErrDetached
	default:
	}
	if err != nil {
		return 0, err
	}
	return session.Wait(ctx)
}

// leave ends a session whose output still flows.
func leave(session engine.Session, why error) error {
	_ = session.Close() // the process goes on, whatever became of the connection
	return why
}

// pump writes the input to the process.
func (s Streams) pump(session engine.Session) error {
	in := s.In
	if s.TTY && len(s.DetachKeys) > 0 {
		in = term.NewEscapeProxy(in, s.DetachKeys)
	}
	_, err := io.Copy(session, onlyReader{in})
	if errors.As(err, new(term.EscapeError)) {
		return ErrDetached
	}
	if err == nil {
		err = session.CloseWrite()
	}
	return err
}

// onlyReader hides what else an input can do: one that writes itself somewhere
// would not look for the detach keys.
type onlyReader struct{ io.Reader }
