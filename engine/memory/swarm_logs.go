package memory

import (
	"context"
	"fmt"
	"slices"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// ServiceLogs reads what a service's tasks printed, or one task did.
func (m clusterRole) ServiceLogs(ctx context.Context, of state.LogSource, options state.LogOptions, each func(task string, line state.LogLine)) error {
	wanted, err := parseWindow(options, now())
	if err != nil {
		return fmt.Errorf("logs of service %s: %w", of.Service, err)
	}
	r := gathering{window: wanted, of: of, read: map[string]int{}}
	for first := true; first || wanted.follow; first = false {
		if err := m.await(ctx, r.next); err != nil {
			if ctx.Err() != nil && wanted.follow {
				return nil
			}
			return fmt.Errorf("logs of service %s%s: %w", of.Service, of.Task, err)
		}
		for _, l := range r.lines {
			each(l.task, wanted.show(l.line))
		}
	}
	return nil
}

// gathering is how far a reader of several tasks' logs is.
type gathering struct {
	window
	of    state.LogSource
	begun bool
	read  map[string]int // lines, by task
	lines []taskLine
}

type taskLine struct {
	task string
	line line
}

// next is true when there is something to tell: lines or, where they are not
// followed, the end.
func (r *gathering) next(w *world) (bool, error) {
	tasks, err := w.printers(r.of)
	if err != nil && !r.begun {
		return false, err
	}
	r.lines = nil
	for _, t := range tasks {
		from, known := r.read[t.ID]
		if !known {
			from = 0
			if !r.begun {
				from = r.first(t.c.Log)
			}
		}
		for _, l := range t.c.Log[from:] {
			if r.has(l) {
				r.lines = append(r.lines, taskLine{t.ID, l})
			}
		}
		r.read[t.ID] = len(t.c.Log)
	}
	r.begun = true
	slices.SortStableFunc(r.lines, func(a, b taskLine) int { return a.line.At.Compare(b.line.At) })
	return !r.follow || len(r.lines) > 0, nil
}

// printers are the tasks whose log is asked for, as far as they have one.
func (w *world) printers(of state.LogSource) ([]*task, error) {
	var tasks []*task
	if of.Task != "" {
		t := w.Swarm.tasks[of.Task]
		if t == nil {
			return nil, fmt.Errorf("task %s: %w", of.Task, engine.ErrNotFound)
		}
		tasks = []*task{t}
	} else {
		o, err := w.service(of.Service)
		if err != nil {
			return nil, err
		}
		tasks = slices.Clone(o.Tasks)
	}
	return slices.DeleteFunc(tasks, func(t *task) bool { return t.c == nil }), nil
}
