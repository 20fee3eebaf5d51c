package docker

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/stackctl/stack/state"
)

// joined is a process whose streams come over a connection of their own.
type joined struct {
	daemon   *daemon
	ctx      context.Context // of the session
	end      context.CancelFunc
	attached types.HijackedResponse
	tty      bool
	what     string
	resize   func(context.Context, container.ResizeOptions) error
	wait     func(context.Context) (int, error)
}

// join makes a session of a connection: the end of ctx is its end.
func (d *daemon) join(ctx context.Context, j *joined) *joined {
	j.daemon = d
	j.ctx, j.end = context.WithCancel(ctx)
	context.AfterFunc(j.ctx, j.attached.Close)
	return j
}

// Write writes to the process's input.
func (j *joined) Write(part []byte) (int, error) {
	n, err := j.attached.Conn.Write(part)
	return n, j.failed(err)
}

// CloseWrite ends the process's input.
func (j *joined) CloseWrite() error {
	err := j.attached.CloseWrite()
	if errors.Is(err, net.ErrClosed) {
		return nil // all is over
	}
	return j.failed(err)
}

// Copy copies what the process prints.
func (j *joined) Copy(stdout, stderr io.Writer) (err error) {
	if j.tty {
		_, err = io.Copy(stdout, j.attached.Reader)
	} else {
		_, err = stdcopy.StdCopy(stdout, stderr, j.attached.Reader)
	}
	return j.failed(err)
}

// Resize tells the process's terminal its size.
func (j *joined) Resize(ctx context.Context, size state.TerminalSize) error {
	return j.failed(j.resize(ctx, container.ResizeOptions{Height: size.Height, Width: size.Width}))
}

// Wait waits for the process's end.
func (j *joined) Wait(ctx context.Context) (int, error) {
	code, err := j.wait(ctx)
	return code, j.failed(err)
}

// Close leaves the process to itself.
func (j *joined) Close() error {
	j.end()
	return nil
}

func (j *joined) failed(err error) error {
	if err != nil && j.ctx.Err() != nil {
		err = j.ctx.Err()
	}
	return j.daemon.translate(err, "%s", j.what)
}
