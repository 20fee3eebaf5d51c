package project

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

const (
	// commandTimeout is how long the command of an external config or secret may
	// take.
	commandTimeout = time.Minute
	// commandGrace is how long what it started may keep its output open.
	commandGrace = time.Second
	// complaintLimit is how much of what it says of its failure is told.
	complaintLimit = 2 << 10
)

// Runner returns the content that a command prints on its standard output.
type Runner func(p *Project, command []string) ([]byte, error)

// Run returns a [Runner] that runs commands as they are, without a shell, in
// the project's directory and with its environment, until ctx ends. The errors
// have what a command wrote to its standard error, never what it printed.
func Run(ctx context.Context) Runner {
	return func(p *Project, command []string) ([]byte, error) {
		bounded, cancel := context.WithTimeout(ctx, commandTimeout)
		defer cancel()
		c := exec.CommandContext(bounded, command[0], command[1:]...)
		c.Dir, c.Env, c.WaitDelay = p.WorkingDir, p.Environment(), commandGrace
		content, complaint := &limited{limit: heldLimit}, &limited{limit: complaintLimit}
		c.Stdout, c.Stderr = content, complaint
		err := c.Run()
		switch {
		case ctx.Err() != nil:
			return nil, fmt.Errorf("command %s: %w", command[0], ctx.Err())
		case bounded.Err() != nil:
			return nil, fmt.Errorf("command %s did not end within %s", command[0], commandTimeout)
		case errors.Is(err, exec.ErrWaitDelay):
			return nil, fmt.Errorf("command %s ended, but something that it started still writes", command[0])
		case err != nil:
			return nil, fmt.Errorf("command %s: %w%s", command[0], err, complaint.asCause())
		case content.cut:
			return nil, fmt.Errorf("command %s printed more than %d MiB", command[0], heldLimit>>20)
		}
		return content.Bytes(), nil
	}
}

// limited keeps the beginning of what is written to it.
type limited struct {
	bytes.Buffer
	limit int
	cut   bool
}

// Write takes everything and keeps what there is room for.
func (l *limited) Write(p []byte) (int, error) {
	kept := p[:min(len(p), l.limit-l.Len())]
	l.cut = l.cut || len(kept) < len(p)
	_, err := l.Buffer.Write(kept)
	return len(p), err
}

// asCause is the text in one line, to be put behind an error.
func (l *limited) asCause() string {
	text := strings.Join(strings.Fields(l.String()), " ")
	if text == "" {
		return ""
	}
	return ": " + text
}
