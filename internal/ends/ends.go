// Package ends waits for containers to end.
package ends

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// End is how a container ended.
type End struct {
	Container state.Container
	Code      int
}

// Engine is what Await needs of an engine.
type Engine interface {
	InspectContainer(ctx context.Context, container string) (state.Container, error)
	Watch(ctx context.Context, project string, ready func(), each func(state.Occurrence)) error
}

// silence is how long a stream of events that says nothing is trusted.
const silence = 30 * time.Second

// again is the pause before a stream that broke is followed anew.
const again = 200 * time.Millisecond

// Await tells of the end of each of a project's containers, in the order in
// which they are seen, and returns when all have ended, when ctx does, or with
// the error that each returns. A container that the engine is about to start
// again has not ended; one that is gone has, with the code that the engine told
// of last, or 137 where it told of none.
func Await(ctx context.Context, x Engine, project string, containers []state.Container, each func(End) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &waiter{engine: x, left: slices.Clone(containers), each: each, codes: map[string]int{}}
	events := make(chan state.Occurrence)
	done := make(chan struct{})
	defer func() { cancel(); <-done }()
	go func() {
		defer close(done)
		follow(ctx, x, project, events)
	}()
	for len(w.left) > 0 {
		select {
		case o := <-events:
			if o.Action == state.ActionDie {
				w.codes[o.Container] = o.ExitCode
			}
			if o.Action != "" && !w.waitsFor(o.Container) {
				continue
			}
		case <-time.After(silence):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := w.look(ctx); err != nil {
			return err
		}
	}
	return nil
}

// follow hands events on, and an empty one whenever something may have been
// missed.
func follow(ctx context.Context, x Engine, project string, events chan<- state.Occurrence) {
	tell := func(o state.Occurrence) {
		select {
		case events <- o:
		case <-ctx.Done():
		}
	}
	for ctx.Err() == nil {
		_ = x.Watch(ctx, project, func() { tell(state.Occurrence{}) }, tell)
		tell(state.Occurrence{})
		select {
		case <-time.After(again):
		case <-ctx.Done():
		}
	}
}

type waiter struct {
	engine Engine
	left   []state.Container
	codes  map[string]int // that the engine told of, by the container's id
	each   func(End) error
}

func (w *waiter) waitsFor(id string) bool {
	return slices.ContainsFunc(w.left, func(c state.Container) bool { return c.ID == id })
}

// look tells of those that have ended.
func (w *waiter) look(ctx context.Context) error {
	var left []state.Container
	var ended []End
	for _, c := range w.left {
		now, err := w.engine.InspectContainer(ctx, c.ID)
		switch {
		case errors.Is(err, engine.ErrNotFound):
			ended = append(ended, End{c, w.codeOf(c)})
		case err != nil:
			return err
		case now.Status == state.StatusExited || now.Status == state.StatusDead:
			ended = append(ended, End{now, now.ExitCode})
		default:
			left = append(left, c)
		}
	}
	w.left = left
	slices.SortStableFunc(ended, func(a, b End) int { return a.Container.FinishedAt.Compare(b.Container.FinishedAt) })
	for _, e := range ended {
		if err := w.each(e); err != nil {
			return err
		}
	}
	return nil
}

// killed is what a container exits with that is removed while it runs.
const killed = 137

func (w *waiter) codeOf(c state.Container) int {
	if code, told := w.codes[c.ID]; told {
		return code
	}
	return killed
}
