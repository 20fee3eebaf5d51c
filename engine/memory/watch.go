package memory

import (
	"context"
	"errors"

	"github.com/stackctl/stack/state"
)

var errEventsLost = errors.New("events were lost: another process changed the engine's file")

type watcher struct{ *Memory }

// Watch follows what happens to a project's containers.
func (m watcher) Watch(ctx context.Context, project string, ready func(), each func(state.Occurrence)) error {
	var told, breaks int
	err := m.view(ctx, func(w *world) error {
		told, breaks = w.Told, m.breaks
		return nil
	})
	if err == nil {
		ready()
	}
	for err == nil {
		var happened []state.Occurrence
		err = m.await(ctx, func(w *world) (met bool, err error) {
			if m.breaks != breaks {
				return false, m.broken
			}
			happened, err = w.since(told, project)
			told = w.Told
			return len(happened) > 0, err
		})
		for _, o := range happened {
			each(o)
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// since are the events of a project after the one with the number told.
func (w *world) since(told int, project string) ([]state.Occurrence, error) {
	untold := w.Told - told
	if untold < 0 || untold > len(w.Events) {
		return nil, errEventsLost
	}
	var happened []state.Occurrence
	for _, o := range w.Events[len(w.Events)-untold:] {
		if o.Labels[state.LabelProject] == project {
			happened = append(happened, o)
		}
	}
	return happened, nil
}
