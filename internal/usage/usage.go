// Package usage measures what the containers of a project use, while they come
// and go.
package usage

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

const (
	// interval is the shortest time between two rounds that are shown: more could
	// not be read.
	interval = 500 * time.Millisecond
	// patience is how long the first round waits until all is known.
	patience = 2 * time.Second
)

// Row is a container and what it uses.
type Row struct {
	ID, Name string
	Known    bool // false while the engine has not told
	state.Usage
}

// Meter measures a project's containers.
type Meter struct {
	Engine  engine.Engine
	Project string
	// Wants says which containers, as they are now.
	Wants func(state.Container) bool
}

// wanted are the containers to measure, by name.
func (m Meter) wanted(ctx context.Context) ([]state.Container, error) {
	all, err := m.Engine.AllProjects(ctx)
	if err != nil {
		return nil, err
	}
	wanted := slices.DeleteFunc(all, func(c state.Container) bool { return c.Project != m.Project || !m.Wants(c) })
	slices.SortStableFunc(wanted, func(a, b state.Container) int { return cmp.Compare(a.Name, b.Name) })
	return wanted, nil
}

// Once measures each container once. One that is removed meanwhile is left out.
func (m Meter) Once(ctx context.Context) ([]Row, error) {
	wanted, err := m.wanted(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(wanted))
	asked, ctx := errgroup.WithContext(ctx)
	for i, c := range wanted {
		rows[i] = Row{ID: c.ID, Name: c.Name, Known: true}
		if !c.Running() {
			continue
		}
		asked.Go(func() error {
			err := m.Engine.Usage(ctx, c.ID, state.UsageOptions{}, func(u state.Usage) { rows[i].Usage = u })
			if errors.Is(err, engine.ErrNotFound) {
				rows[i].ID, err = "", nil
			}
			return err
		})
	}
	if err := asked.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(r Row) bool { return r.ID == "" }), nil
}

// Follow shows the containers whenever something is known anew, until ctx ends
// or show fails.
func (m Meter) Follow(ctx context.Context, show func([]Row) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	b := &board{meter: m, rows: map[string]*tracked{}, changed: make(chan struct{}, 1)}
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel(nil)
	b.running = &running
	ready := make(chan struct{})
	running.Go(func() {
		err := m.Engine.Watch(ctx, m.Project, sync.OnceFunc(func() { close(ready) }), func(state.Occurrence) { b.look(ctx, cancel) })
		cancel(err)
	})
	select {
	case <-ready:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	b.look(ctx, cancel)
	return b.show(ctx, show)
}

// show shows what is known whenever that changes.
func (b *board) show(ctx context.Context, show func([]Row) error) error {
	complete := time.Now().Add(patience)
	pace := time.NewTicker(interval)
	defer pace.Stop()
	for {
		select {
		case <-b.changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		rows := b.snapshot()
		if time.Now().Before(complete) && slices.ContainsFunc(rows, func(r Row) bool { return !r.Known }) {
			continue
		}
		complete = time.Time{}
		if err := show(rows); err != nil {
			return err
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// board is what is known of the containers that are followed.
type board struct {
	meter   Meter
	running *sync.WaitGroup
	changed chan struct{}

	mu   sync.Mutex
	rows map[string]*tracked // by id
}

// tracked is a container that is followed.
type tracked struct {
	row  Row
	stop context.CancelFunc
}

// look finds out which containers there are now.
func (b *board) look(ctx context.Context, fail context.CancelCauseFunc) {
	wanted, err := b.meter.wanted(ctx)
	if err != nil {
		if ctx.Err() == nil {
			fail(err)
		}
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	kept := map[string]bool{}
	for _, c := range wanted {
		kept[c.ID] = true
		t, known := b.rows[c.ID]
		if known {
			t.row.Name = c.Name
			if t.stop == nil && c.Running() {
				b.follow(ctx, c.ID, t)
			}
			continue
		}
		t = &tracked{row: Row{ID: c.ID, Name: c.Name, Known: !c.Running()}}
		b.rows[c.ID] = t
		if c.Running() {
			b.follow(ctx, c.ID, t)
		}
	}
	for id, t := range b.rows {
		if kept[id] {
			continue
		}
		if t.stop != nil {
			t.stop()
		}
		delete(b.rows, id)
	}
	b.tell()
}

// follow measures a container until it is not wanted any more.
func (b *board) follow(ctx context.Context, id string, t *tracked) {
	ctx, t.stop = context.WithCancel(ctx)
	b.running.Go(func() {
		// What fails here is seen by the next look: the container is gone.
		_ = b.meter.Engine.Usage(ctx, id, state.UsageOptions{Follow: true}, func(u state.Usage) {
			b.mu.Lock()
			defer b.mu.Unlock()
			t.row.Usage, t.row.Known = u, true
			b.tell()
		})
	})
}

// tell says that something is known anew.
func (b *board) tell() {
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// snapshot are the rows, by name.
func (b *board) snapshot() []Row {
	b.mu.Lock()
	defer b.mu.Unlock()
	rows := make([]Row, 0, len(b.rows))
	for _, t := range b.rows {
		rows = append(rows, t.row)
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.Name, b.Name) })
	return rows
}
