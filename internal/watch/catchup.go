package watch

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// resubscribe is how long to wait when the stream of events broke.
const resubscribe = 200 * time.Millisecond

// follow notices that containers are others than before.
func (w *watcher) follow(ctx context.Context) {
	move := func() {
		select {
		case w.moved <- struct{}{}:
		default:
		}
	}
	for ctx.Err() == nil {
		_ = w.Engine.Watch(ctx, w.Name, move, func(o state.Occurrence) {
			if slices.Contains(moves, o.Action) {
				move()
			}
		})
		move() // nothing is known until it is followed again
		select {
		case <-ctx.Done():
		case <-time.After(resubscribe):
		}
	}
}

// moves are the actions after which files go to other containers, or in another
// way.
var moves = []state.Action{state.ActionStart, state.ActionDie, state.ActionDestroy}

// containers are the project's that a service's files can be copied to.
func (w *watcher) containers(ctx context.Context) ([]state.Container, error) {
	observed, err := w.Engine.Observe(ctx, state.Scope{Project: w.Name, ContainersOnly: true})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(observed.Containers, func(c state.Container) bool {
		return c.OneOff || c.IsHook() || c.Status == state.StatusRemoving || c.Status == state.StatusDead
	}), nil
}

// gone is true for the error of a container that is not there any more.
func gone(err error) bool { return errors.Is(err, engine.ErrNotFound) }

// begin makes sure that containers have the files of rules with initial_sync.
func (w *watcher) begin(ctx context.Context) {
	for _, work := range w.initial() {
		w.sync(ctx, work)
	}
}

// initial is what rules with initial_sync bring to a container that has nothing
// yet. What the container has besides stays.
func (w *watcher) initial() []Work {
	var all []Work
	for _, r := range w.rules {
		if !r.InitialSync || !copies(r.Action) {
			continue
		}
		works := Plan([]Rule{r}, files(r))
		for _, work := range works {
			all = append(all, Work{Service: work.Service, Copy: work.Copy})
		}
	}
	return all
}

// files are those that a rule is about, as if each had changed. Folders are
// left out: the ones above a file are made with it, and the others are empty.
func files(r Rule) []Change {
	var all []Change
	_ = filepath.WalkDir(r.Path, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil //nolint:nilerr // who watches it tells
		case entry.IsDir() && r.passesOver(name):
			return fs.SkipDir
		case !entry.IsDir() && r.matches(name):
			all = append(all, Change{Path: name})
		}
		return nil
	})
	return all
}

// catchUp finds out which containers there are, and gives those what they lack
// that have come since.
func (w *watcher) catchUp(ctx context.Context) {
	containers, err := w.containers(ctx)
	if err != nil {
		w.failed(ctx, err)
		return
	}
	w.there = containers
	for _, c := range containers {
		if w.ledger.knows(c) || w.ledger.building[c.Service] || w.ledger.held {
			continue
		}
		w.ledger.meet(c)
		for _, work := range w.initial() {
			if work.Service == c.Service {
				w.send(ctx, c, work)
			}
		}
		for _, work := range w.ledger.missing(c.Service, w.rules) {
			w.send(ctx, c, work)
			w.later.add(taskOf(work)) // it has started without
		}
	}
}
