package reconciler

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// serviceWait is one wait for one service of a Swarm.
type serviceWait struct {
	*run
	node   planner.Node
	op     planner.AwaitService
	handle state.Handle

	written bool // by this run
	writing writing

	first  *state.ObservedService // nil before it was seen
	stale  bool                   // what its update has come to was so before the wait
	past   map[string]bool        // tasks that had ended before the wait
	ended  map[string]state.Task  // that ended since, by id
	last   standing
	moved  time.Time // when something about it was last seen to change
	before part      // as it was seen last
	told   string    // the last detail
	cause  error     // why it is rolled back, once it is
}

// standing is how a service does at one moment: it is as it should be, or it
// will not be, or what has to happen is still to come.
type standing struct {
	met    bool
	err    error
	detail string
	// If nothing moves for as long as patience, the wait is over, with stuck as
	// its error or, where that is nil, with note as a warning. No patience is to
	// wait for as long as it takes.
	patience time.Duration
	stuck    error
	note     string
}

// awaitService returns when a service has converged, or cannot any more.
func (r *run) awaitService(ctx context.Context, node planner.Node, op planner.AwaitService) error {
	if op.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, op.Timeout, errTooLong)
		defer cancel()
	}
	w := &serviceWait{run: r, node: node, op: op, handle: op.Service, ended: map[string]state.Task{}, moved: time.Now()}
	w.handle.ID = r.names.key(op.Service)
	if w.handle.ID == w.handle.Name {
		w.handle.ID = ""
	}
	w.writing, w.written = r.written.of(op.Service.Name)
	err := w.until(ctx)
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, engine.ErrUnavailable) {
		return err
	}
	return w.explain(err)
}

func (w *serviceWait) until(ctx context.Context) error {
	rung, stopListening := w.cluster.listen(w.handle)
	defer stopListening()
	for {
		now, err := w.look()
		if err != nil || now.met || now.err != nil {
			return errors.Join(err, now.err)
		}
		w.last = now
		w.say(now.detail)
		var over <-chan time.Time
		if now.patience > 0 {
			over = time.After(time.Until(w.moved.Add(now.patience)))
		}
		select {
		case <-rung:
		case <-over:
			if now.stuck == nil && now.note != "" {
				w.emit(w.warning(now.note))
			}
			return now.stuck
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// look says how the service does.
func (w *serviceWait) look() (standing, error) {
	p, seen, err := w.cluster.look(w.handle)
	if err != nil {
		return standing{}, err
	}
	if !seen || w.written && p.service != nil && p.service.Version <= w.writing.over {
		return standing{}, nil // from before
	}
	if p.service == nil {
		gone := fmt.Errorf("was removed by somebody else: %w", engine.ErrNotFound)
		if w.first != nil || !w.written {
			return standing{err: gone}, nil
		}
		return standing{patience: settling, stuck: gone}, nil // it is still to be seen
	}
	if w.first == nil {
		w.begin(p)
	}
	if motion(w.before) != motion(p) {
		w.moved = time.Now()
	}
	w.before = p
	w.count(p)
	return w.judge(p), nil
}

// begin notes what was before the wait.
func (w *serviceWait) begin(p part) {
	w.first = p.service
	w.stale = !w.written && p.service.Update != nil && isRollback(p.service.Update.State)
	w.past = map[string]bool{}
	if w.written && w.writing.over == 0 {
		return // all its tasks are this run's
	}
	for _, t := range p.tasks {
		w.past[t.ID] = !t.Alive()
	}
}

// motion is what changes about a service when it moves. What is said of a task
// comes and goes.
func motion(p part) string {
	var text string
	if p.service != nil && p.service.Update != nil {
		text = string(p.service.Update.State)
	}
	for _, t := range p.tasks {
		text += fmt.Sprint("\n", t.ID, t.NodeID, t.State, t.Desired, t.Lost)
	}
	return text
}

// count notes the tasks that ended since the wait began.
func (w *serviceWait) count(p part) {
	for _, t := range p.tasks {
		if w.failed(p.service.Spec, t) && !w.past[t.ID] {
			w.ended[t.ID] = t
		}
	}
}

// judge says what the update has come to, and then how the tasks do.
func (w *serviceWait) judge(p part) standing {
	s := p.service
	update := swarm.UpdateState("")
	if s.Update != nil && !w.stale {
		update = s.Update.State
	}
	if w.writing.rollback {
		update = forward(update)
	}
	switch update {
	case swarm.UpdateStatePaused:
		return standing{err: fmt.Errorf("update paused: %w", w.failure(p))}
	case swarm.UpdateStateRollbackPaused:
		return standing{err: w.rolledBack(p, RollbackPaused)}
	case swarm.UpdateStateRollbackCompleted:
		return standing{err: w.rolledBack(p, RolledBack)}
	case swarm.UpdateStateRollbackStarted:
		if w.cause == nil {
			w.cause = w.failure(p)
			w.emit(w.warning(fmt.Sprintf("the update is rolled back: %s", w.cause)))
		}
	case swarm.UpdateStateUpdating, swarm.UpdateStateCompleted:
	}
	if update != swarm.UpdateStateRollbackStarted && !reflect.DeepEqual(s.Spec, w.first.Spec) {
		return standing{err: fmt.Errorf("was changed by somebody else: %w", engine.ErrConflict)}
	}
	return w.judgeTasks(p, update == swarm.UpdateStateUpdating || update == swarm.UpdateStateRollbackStarted)
}

// forward is what the state of an update that goes back comes to where going
// back is what is wanted.
func forward(s swarm.UpdateState) swarm.UpdateState {
	switch s {
	case swarm.UpdateStateRollbackStarted:
		return swarm.UpdateStateUpdating
	case swarm.UpdateStateRollbackCompleted:
		return swarm.UpdateStateCompleted
	case swarm.UpdateStateUpdating, swarm.UpdateStatePaused, swarm.UpdateStateCompleted, swarm.UpdateStateRollbackPaused:
	}
	return s
}

func isRollback(s swarm.UpdateState) bool {
	switch s {
	case swarm.UpdateStateRollbackStarted, swarm.UpdateStateRollbackPaused, swarm.UpdateStateRollbackCompleted:
		return true
	case swarm.UpdateStateUpdating, swarm.UpdateStatePaused, swarm.UpdateStateCompleted:
	}
	return false
}

func (w *serviceWait) warning(text string) event.Event {
	e := about(w.node, event.Warning)
	e.Detail = text
	return e
}

// say tells how far the service is, when that has changed.
func (w *serviceWait) say(detail string) {
	if detail == "" || detail == w.told {
		return
	}
	w.told = detail
	e := about(w.node, event.Progress)
	e.Detail = detail
	w.emit(e)
}
