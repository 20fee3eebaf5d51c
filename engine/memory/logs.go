package memory

import (
	"context"
	"errors"
	"fmt"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

type logs struct{ *Memory }

// Logs reads what a container printed.
func (m logs) Logs(ctx context.Context, name string, options state.LogOptions, each func(state.LogLine)) error {
	wanted, err := parseWindow(options, now())
	if err != nil {
		return fmt.Errorf("logs of container %s: %w", name, err)
	}
	r := reading{window: wanted, container: name, more: true}
	for r.more {
		if err := m.await(ctx, r.next); err != nil {
			return fmt.Errorf("logs of container %s: %w", name, err)
		}
		for _, l := range r.lines {
			if wanted.has(l) {
				each(wanted.show(l))
			}
		}
	}
	return nil
}

// reading is how far a reader of a container's log is.
type reading struct {
	window
	container string // its name, then its id
	begun     bool
	read      int
	lines     []line // those that are new
	more      bool
}

// next is true when there is something to tell: lines, or the end.
func (r *reading) next(w *world) (bool, error) {
	c, err := w.container(r.container)
	if r.begun && errors.Is(err, engine.ErrNotFound) {
		r.lines, r.more = nil, false
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if !r.begun {
		r.begun, r.container, r.read = true, c.ID, r.first(c.Log)
	}
	r.lines = append([]line(nil), c.Log[r.read:]...)
	r.read = len(c.Log)
	r.more = r.follow && c.Running()
	return !r.more || len(r.lines) > 0, nil
}
