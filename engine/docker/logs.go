package docker

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"
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
	found, err := api.ContainerInspect(ctx, name)
	if err != nil {
		return l.translate(err, "logs of container %s", short(name))
	}
	reader := newLogReader(found.Config.Tty, options, each)
	if err := reader.read(ctx, api, found.ID, request(options)); err != nil {
		failed := l.translate(err, "logs of container %s", short(name))
		if strings.Contains(err.Error(), "does not support reading") {
			return hint(failed, "its logging driver is %s: the logs are where that driver sends them", found.HostConfig.LogConfig.Type)
		}
		return failed
	}
	if options.Follow {
		err = reader.catchUp(ctx, api, found.ID, options)
	}
	reader.flush()
	return l.translate(err, "logs of container %s", short(name))
}

func request(options state.LogOptions) container.LogsOptions {
	tail := options.Tail
	if tail == "" {
		tail = "all"
	}
	return container.LogsOptions{
		ShowStdout: true, ShowStderr: true, Follow: options.Follow, Tail: tail,
		Since: options.Since, Until: options.Until,
		Timestamps: options.Timestamps || options.Times || options.Follow, // a follower needs to know where it is
	}
}

// logReader reads a container's log, in one call or several.
type logReader struct {
	tty         bool
	out, errout *lineWriter
	position    *position // nil for a log without timestamps
}

func newLogReader(tty bool, options state.LogOptions, each func(state.LogLine)) *logReader {
	r := &logReader{tty: tty}
	if options.Timestamps || options.Times || options.Follow {
		r.position = &position{}
	}
	r.out = &lineWriter{each: each, framed: !tty, show: options.Timestamps, timed: options.Times, position: r.position}
	r.errout = &lineWriter{each: each, framed: !tty, show: options.Timestamps, timed: options.Times, position: r.position, stderr: true}
	return r
}

func (r *logReader) read(ctx context.Context, api *client.Client, id string, options container.LogsOptions) error {
	body, err := api.ContainerLogs(ctx, id, options)
	if err != nil {
		return err
	}
	defer body.Close()
	return r.copy(body)
}

// copy reads a stream: raw for a container with a terminal, else stdout and
// stderr in frames.
func (r *logReader) copy(body io.Reader) error {
	var err error
	if r.tty {
		_, err = io.Copy(r.out, body)
	} else {
		_, err = stdcopy.StdCopy(r.out, r.errout, body)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil // the container was removed while it was followed
	}
	return err
}

// catchUp reads what came after the last line that was followed: engines before
// 25 end a stream when the container ends, whether all of it was sent or not.
func (r *logReader) catchUp(ctx context.Context, api *client.Client, id string, options state.LogOptions) error {
	found, err := api.ContainerInspect(ctx, id)
	if err != nil {
		return unlessAbsent(err)
	}
	options.Follow = false
	if r.position.last != "" {
		options.Since, options.Tail = r.position.last, "all"
	}
	if found.State.Running && options.Until == "" {
		options.Until = found.State.StartedAt // it was started again: that is another log
	}
	r.out.resume()
	r.errout.resume()
	r.position.resume()
	again := request(options)
	again.Timestamps = true
	return unlessAbsent(r.read(ctx, api, id, again))
}

func unlessAbsent(err error) error {
	if absent(err) {
		return nil
	}
	return err
}

// flush ends the last lines, which may have no newline.
func (r *logReader) flush() {
	r.out.flush()
	r.errout.flush()
}

// stampLength is the length of the engine's timestamps, which are all in UTC.
const stampLength = len("2006-01-02T15:04:05.000000000Z")

// position is how far a log was read. The engine's timestamps are of one
// length: they compare as text.
type position struct {
	last string // the latest timestamp
	same int    // how many entries had it
	skip int    // how many of them are still to come a second time
}

// pass is false for an entry that was read before.
func (p *position) pass(stamp string) bool {
	switch {
	case stamp == p.last && p.skip > 0:
		p.skip--
		return false
	case stamp == p.last:
		p.same++
	case stamp > p.last:
		p.last, p.same, p.skip = stamp, 1, 0
	}
	return true
}

// resume prepares for a second reading that begins at the last timestamp.
func (p *position) resume() { p.skip = p.same }

// entrySize is how much of a line the engine writes in one entry (its copier's
// buffer).
const entrySize = 16 << 10

// joinEntries takes out of a terminal's long line the times of all its entries
// but the first, whose is off already.
func joinEntries(line []byte) []byte {
	for at := entrySize; at < len(line); at += entrySize {
		_, rest, ok := cutStamp(line[at:])
		if !ok {
			break
		}
		line = append(line[:at], rest...)
	}
	return line
}

// cutStamp takes the timestamp off an entry.
func cutStamp(entry []byte) (stamp string, rest []byte, ok bool) {
	const z = stampLength - 1
	if len(entry) <= stampLength || entry[4] != '-' || entry[10] != 'T' || entry[z] != 'Z' || entry[stampLength] != ' ' {
		return "", entry, false
	}
	return string(entry[:stampLength]), entry[stampLength+1:], true
}
