package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// launch stands between the executor and the engine: it knows the one-off
// container of a run by its name, and joins this process to it before it is
// started, when the last word about the plan has been shown.
type launch struct {
	*convergence
	engine.Containers
	name    string
	streams streams
	detach  bool
	view    render.Progress

	mu       sync.Mutex
	launched bool   // the program has the terminal
	id       string // of the one-off container

	stop    func() // passes no more signals on
	program chan error
}

// CreateContainer remembers the container's id.
func (l *launch) CreateContainer(ctx context.Context, spec state.ContainerSpec, progress func(state.Progress)) (string, error) {
	id, err := l.Containers.CreateContainer(ctx, spec, progress)
	if spec.Name == l.name {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.id = id
	}
	return id, err
}

// isOneOff is true for the name or the id of the one-off container. Others are
// started while it is created.
func (l *launch) isOneOff(container string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return container == l.name || container == l.id
}

// StartContainer joins the streams to the one-off container first.
func (l *launch) StartContainer(ctx context.Context, container string) error {
	if l.detach || !l.isOneOff(container) {
		return l.Containers.StartContainer(ctx, container)
	}
	session, err := l.engine.Attach(l.app.interrupt.hard, l.id, l.streams.options)
	if err != nil {
		return err
	}
	_ = l.convergence.finish(l, nil)
	l.unlock()
	l.stop = l.app.forward(l.engine, l.id)
	l.streams.Forwarded = true
	if err := l.Containers.StartContainer(ctx, container); err != nil {
		l.stop()
		return errors.Join(err, session.Close())
	}
	l.program = make(chan error, 1)
	go func() { l.program <- l.app.converse(l.app.interrupt.hard, session, l.streams) }()
	return nil
}

// Event shows what happens until the program has the terminal.
func (l *launch) Event(e event.Event) {
	l.shows(func() { l.view.Event(e) })
}

// Next shows another plan.
func (l *launch) Next(plan planner.Plan) {
	l.shows(func() { l.view.Next(plan) })
}

func (l *launch) shows(show func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.launched {
		show()
	}
}

// Done leaves the terminal to the program.
func (l *launch) Done(err error) {
	l.shows(func() {
		l.launched = true
		l.view.Done(err)
	})
}

// finish waits for the program, and says how the whole ended: as the program
// did, unless something else went wrong.
func (l *launch) finish(failed error) error {
	if l.program == nil {
		failed = errors.Join(l.convergence.finish(l, failed), l.discard(failed))
		if failed == nil && l.detach {
			_, _ = fmt.Fprintln(l.app.process.Out, l.id)
		}
		return commandExit(failed)
	}
	late := failed != nil && l.over()
	ended := <-l.program
	l.stop()
	var exit *exitError
	switch {
	case errors.As(ended, &exit), failed == nil:
		return ended
	case late:
		l.app.warn([]string{failed.Error()})
		return ended
	}
	return errors.Join(ended, failed)
}

// discard removes the one-off container if something that failed kept it from
// being started.
func (l *launch) discard(failed error) error {
	if failed == nil || l.id == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.app.interrupt.hard), recordWithin)
	defer cancel()
	c, err := l.engine.InspectContainer(ctx, l.id)
	if err == nil && c.Status == state.StatusCreated {
		err = l.Containers.RemoveContainer(ctx, l.id, state.RemoveOptions{Force: true, Volumes: true})
	}
	if errors.Is(err, engine.ErrNotFound) || errors.Is(err, engine.ErrUnavailable) {
		return nil // it is gone, or that is what failed
	}
	return err
}

// over is true when the program has ended: a hook that fails then came too
// late.
func (l *launch) over() bool {
	ctx, cancel := context.WithTimeout(l.app.interrupt.hard, signalWithin)
	defer cancel()
	c, err := l.engine.InspectContainer(ctx, l.id)
	return errors.Is(err, engine.ErrNotFound) || err == nil && !c.Running()
}

// close ends what an error left open.
func (l *launch) close() {
	if l.stop != nil {
		l.stop()
	}
}
