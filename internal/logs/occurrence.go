package logs

import (
	"context"
	"errors"
	"fmt"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// occurred takes one entry of the engine's event stream.
func (f *follower) occurred(ctx context.Context, o state.Occurrence) error {
	if !f.options.hasService(o.Service) || o.Labels[state.LabelOneOff] == "True" || o.Labels[state.LabelHook] != "" {
		return nil
	}
	s := f.streams[o.Container]
	switch o.Action {
	case state.ActionCreate, state.ActionStart:
		if s == nil {
			return f.appeared(ctx, o)
		}
		if o.Action == state.ActionStart {
			f.enqueue(ctx, s, o)
		}
	case state.ActionDie:
		if s != nil {
			f.enqueue(ctx, s, o)
		} else if c, skipped := f.skipped[o.Container]; skipped {
			c.FinishedAt = o.At // its next run is to be read from here
			f.skipped[o.Container] = c
		}
	case state.ActionDestroy:
		if s != nil {
			f.remove(s)
		}
	}
	return nil
}

// appeared begins to follow a container that was not known.
func (f *follower) appeared(ctx context.Context, o state.Occurrence) error {
	c, err := f.source.InspectContainer(ctx, o.Container)
	if errors.Is(err, engine.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("inspect %s: %w", o.Name, err)
	}
	if !f.options.Wants(c) {
		return nil
	}
	s := f.add(c)
	s.alive = !f.settled
	if o.Action == state.ActionStart {
		f.begin(ctx, s)
	}
	return nil
}

// remove forgets that a container lives. What it printed last is still read,
// and its end still told.
func (f *follower) remove(s *stream) {
	f.ended = f.ended || !s.removed
	s.removed = true
}

// enqueue takes the starts and deaths of one container in their order, each
// after what was printed before it.
func (f *follower) enqueue(ctx context.Context, s *stream, o state.Occurrence) {
	s.queue = append(s.queue, o)
	f.advance(ctx, s)
}

func (f *follower) advance(ctx context.Context, s *stream) {
	for !s.reading && len(s.queue) > 0 {
		o := s.queue[0]
		s.queue = s.queue[1:]
		if o.Action == state.ActionStart {
			f.started(ctx, s)
		} else {
			f.died(ctx, s, o)
		}
	}
}

// started begins to read a run, unless it has been read already: a start can
// be seen in an observation before it comes as an occurrence.
func (f *follower) started(ctx context.Context, s *stream) {
	f.refresh(ctx, s)
	if s.container.StartedAt.After(s.run) {
		f.begin(ctx, s)
	}
}

// died tells the end of a run, once.
func (f *follower) died(ctx context.Context, s *stream, o state.Occurrence) {
	if !s.alive {
		return
	}
	restarting := f.restarting(ctx, o)
	s.since = later(s.since, o.At)
	s.alive = restarting
	f.ended = f.ended || !restarting
	f.emit(Record{Container: &s.container, Exit: &Exit{Code: o.ExitCode, Restarting: restarting}})
}

// refresh looks the container up again: its name may have changed.
func (f *follower) refresh(ctx context.Context, s *stream) {
	if c, err := f.source.InspectContainer(ctx, s.container.ID); err == nil {
		s.container = c
	}
}

// restarting is true when a death is not the last: the engine starts the
// container again by itself, or somebody has started it since.
func (f *follower) restarting(ctx context.Context, death state.Occurrence) bool {
	c, err := f.source.InspectContainer(ctx, death.Container)
	return err == nil && (c.Status == state.StatusRestarting || c.Running() ||
		c.StartedAt.After(death.At) || c.FinishedAt.After(death.At))
}
