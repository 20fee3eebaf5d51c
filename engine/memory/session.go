package memory

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/stackctl/stack/state"
)

// session is a process with somebody at the other end, who plays it: what it
// does happens while Copy runs.
type session struct {
	*Memory
	ctx       context.Context
	end       context.CancelFunc
	play      func() error
	container string // its id
	out, err  io.Writer
	tty       bool
	stdin     bool
	input     *bufio.Reader
	reader    *io.PipeReader
	writer    *io.PipeWriter

	program *program // a command's
	began   time.Time

	read    int  // lines of a container's log that are told
	started bool // the container

	mu    sync.Mutex
	size  state.TerminalSize
	code  int
	ended chan struct{}
}

func newSession(ctx context.Context, m *Memory, options state.StreamOptions) *session {
	s := &session{Memory: m, tty: options.TTY, stdin: options.Stdin, size: options.Size, ended: make(chan struct{})}
	s.ctx, s.end = context.WithCancel(ctx)
	s.reader, s.writer = io.Pipe()
	s.input = bufio.NewReaderSize(s.reader, 64<<10)
	context.AfterFunc(s.ctx, func() { s.reader.CloseWithError(s.ctx.Err()) })
	if !options.Stdin {
		_ = s.writer.Close() // it never fails
	}
	return s
}

// Write writes to the process's input. What is written after its end is lost.
func (s *session) Write(part []byte) (int, error) { return s.writer.Write(part) }

// CloseWrite ends the process's input.
func (s *session) CloseWrite() error { return s.writer.Close() }

// Copy plays the process.
func (s *session) Copy(stdout, stderr io.Writer) error {
	s.out, s.err = stdout, stderr
	if s.tty {
		s.err = stdout
	}
	defer close(s.ended)
	defer s.reader.Close() //nolint:errcheck // it never fails
	return s.play()
}

// Resize tells the process's terminal its size.
func (s *session) Resize(_ context.Context, size state.TerminalSize) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size = size
	return nil
}

// Wait returns the exit code when the process was played to its end.
func (s *session) Wait(ctx context.Context) (int, error) {
	select {
	case <-s.ended:
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.code, s.ctx.Err()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Close leaves the process to itself.
func (s *session) Close() error {
	s.end()
	return nil
}

func (s *session) exit(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.code = code
}

// perform plays a command in a container.
func (s *session) perform() error {
	for _, step := range s.program.steps {
		if s.killedBefore(s.began.Add(step.after), false) {
			return s.ctx.Err()
		}
		if err := s.step(step.due); err != nil {
			return err
		}
	}
	if (s.program.lasts > 0 || s.program.forever) && s.killedBefore(s.began.Add(s.program.lasts), s.program.forever) {
		return s.ctx.Err()
	}
	s.exit(s.program.code)
	return nil
}

// killedBefore waits, and is true for a command whose container ended first.
func (s *session) killedBefore(at time.Time, never bool) bool {
	if !never && !now().Before(at) {
		return s.ctx.Err() != nil
	}
	killed, err := executor{s.Memory}.ended(s.ctx, s.container, at, never)
	if killed {
		s.exit(exitKilled)
	}
	return killed || err != nil
}

// step lets one thing happen that can be seen.
func (s *session) step(d due) error {
	switch d.What {
	case prints:
		return s.print(d.Line)
	case copies:
		return ended(io.Copy(s.out, s.input))
	case takesLine:
		_, err := s.input.ReadString('\n')
		return unlessEnded(err)
	case measures:
		s.mu.Lock()
		size := s.size
		s.mu.Unlock()
		return s.print(state.LogLine{Text: fmt.Sprintf("%d %d", size.Height, size.Width)})
	case writes, deletes, exits, checks, restarts:
	}
	return nil
}

func (s *session) print(l state.LogLine) error {
	to, newline := s.out, "\n"
	if l.Stderr {
		to = s.err
	}
	if s.tty {
		newline = "\r\n"
	}
	_, err := io.WriteString(to, l.Text+newline)
	return err
}

func ended(_ int64, err error) error { return unlessEnded(err) }

// unlessEnded is nil for an input that is over.
func unlessEnded(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
		return nil
	}
	return err
}
