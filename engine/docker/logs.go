package docker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"github.com/stackctl/stack/state"
)

type logs struct{ *daemon }

// Logs reads what a container printed, a line at a time.
func (l logs) Logs(ctx context.Context, name string, options state.LogOptions, each func(state.LogLine)) error {
	api, err := l.reach(ctx)
	if err != nil {
		return err
	}
	c, err := api.ContainerInspect(ctx, name)
	if err != nil {
		return l.translate(err, "logs of container %s", short(name))
	}
	tail := options.Tail
	if tail == "" {
		tail = "all"
	}
	body, err := api.ContainerLogs(ctx, c.ID, container.LogsOptions{
		ShowStdout: true, ShowStderr: true, Follow: options.Follow, Timestamps: options.Timestamps,
		Since: options.Since, Until: options.Until, Tail: tail,
	})
	if err != nil {
		failed := l.translate(err, "logs of container %s", short(name))
		if strings.Contains(err.Error(), "does not support reading") {
			return hint(failed, "its logging driver is %s: the logs are where that driver sends them", c.HostConfig.LogConfig.Type)
		}
		return failed
	}
	defer body.Close() //nolint:errcheck // it was only read
	return l.translate(split(body, c.Config.Tty, options.Timestamps, each), "logs of container %s", short(name))
}

// split reads a log stream: raw for a container with a terminal, else with
// stdout and stderr in frames.
func split(body io.Reader, tty, timestamps bool, each func(state.LogLine)) error {
	out := &lineWriter{timestamps: timestamps, framed: !tty, each: each}
	err := &lineWriter{timestamps: timestamps, framed: !tty, each: each, stderr: true}
	var failed error
	if tty {
		_, failed = io.Copy(out, body)
	} else {
		_, failed = stdcopy.StdCopy(out, err, body)
	}
	out.flush()
	err.flush()
	if errors.Is(failed, io.ErrUnexpectedEOF) {
		return nil // the container was removed while it was followed
	}
	return failed
}

// lineWriter makes lines of what is written.
type lineWriter struct {
	each       func(state.LogLine)
	stderr     bool
	timestamps bool
	framed     bool         // each Write is one entry of the log
	pending    bytes.Buffer // the beginning of a line
}

// Write takes the next part of the stream.
func (w *lineWriter) Write(part []byte) (int, error) {
	size := len(part)
	if w.framed && w.timestamps && w.pending.Len() > 0 {
		// The engine cuts a long line into entries and gives each a time.
		if i := bytes.IndexByte(part, ' '); i >= 0 {
			part = part[i+1:]
		}
	}
	for {
		line, rest, found := bytes.Cut(part, []byte{'\n'})
		w.pending.Write(line)
		if !found {
			return size, nil
		}
		w.emit()
		part = rest
	}
}

func (w *lineWriter) emit() {
	text := w.pending.String()
	if !w.framed {
		text = strings.TrimSuffix(text, "\r") // a terminal ends its lines with both
	}
	w.each(state.LogLine{Stderr: w.stderr, Text: text})
	w.pending.Reset()
}

// flush ends a last line that has no newline.
func (w *lineWriter) flush() {
	if w.pending.Len() > 0 {
		w.emit()
	}
}
