package logs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// begin reads a run that has just started, from its first line.
func (f *follower) begin(ctx context.Context, s *stream) {
	s.alive, s.removed = true, false
	lines := state.LogOptions{Since: f.options.Lines.Since, Until: f.options.Lines.Until}
	if !s.since.IsZero() {
		lines.Since = s.since.UTC().Format(time.RFC3339Nano)
	}
	f.read(ctx, s, lines)
}

// read reads in a goroutine of its own until the container ends.
func (f *follower) read(ctx context.Context, s *stream, lines state.LogOptions) {
	s.run = s.container.StartedAt
	if !readable(s.container) || f.options.Muted != nil && f.options.Muted(s.container.Service) {
		return
	}
	s.reading = true
	r := &reader{follower: f, container: s.container, open: map[bool]bool{}}
	f.running.Go(func() {
		r.read(ctx, lines)
		f.post(ctx, func(ctx context.Context) error {
			s.reading = false
			// It may have read on into runs that have yet to be heard of.
			s.since = later(s.since, r.next())
			f.advance(ctx, s)
			return nil
		})
	})
}

// reader reads one container's lines once.
type reader struct {
	*follower
	container state.Container
	stamp     string        // of the last line
	open      map[bool]bool // whether stderr, or stdout, is in the middle of a line
}

// next is just after the last line.
func (r *reader) next() time.Time {
	at, err := time.Parse(time.RFC3339Nano, r.stamp)
	if err != nil {
		return time.Time{}
	}
	return at.Add(1)
}

func (r *reader) read(ctx context.Context, lines state.LogOptions) {
	lines.Follow, lines.Timestamps = true, true
	err := r.source.Logs(ctx, r.container.ID, lines, r.line)
	if err != nil && ctx.Err() == nil && !errors.Is(err, engine.ErrNotFound) {
		r.emit(Record{Container: &r.container, Err: fmt.Errorf("logs of %s: %w", r.container.Name, err)})
	}
}

// line takes a line that begins with its time, or more of one.
func (r *reader) line(l state.LogLine) {
	if stamp, text, found := strings.Cut(l.Text, " "); found && !r.open[l.Stderr] {
		r.stamp = stamp
		if !r.options.Lines.Timestamps {
			l.Text = text
		}
	}
	r.open[l.Stderr] = l.Partial
	r.emit(Record{Container: &r.container, Line: &l})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
