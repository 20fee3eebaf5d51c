package watch

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
)

const (
	// quiet is how long nothing has to change before a batch is closed. An
	// editor's save is a handful of calls within a few milliseconds.
	quiet = 20 * time.Millisecond
	// patience is how long a batch grows when changes do not end.
	patience = 500 * time.Millisecond
)

// batch has the last change of each path.
type batch map[string]Change

// debounce puts changes together. A batch that nobody takes yet goes on growing.
func debounce(ctx context.Context, changes <-chan Change, batches chan<- batch) {
	pending := batch{}
	var settled, late <-chan time.Time
	var due chan<- batch // nil until the batch is closed
	for {
		select {
		case <-ctx.Done():
			return
		case c := <-changes:
			pending.add(c)
			settled = time.After(quiet)
			if late == nil {
				late = time.After(patience)
			}
		case <-settled:
			due = batches
		case <-late:
			due = batches
		case due <- pending:
			pending, due, settled, late = batch{}, nil, nil, nil
		}
	}
}

func (b batch) add(c Change) {
	before, known := b[c.Path]
	if known {
		// It went, and came back as something else.
		swapped := before.Gone && !c.Gone && before.Dir != c.Dir
		c.Replaced = !c.Gone && (c.Replaced || before.Replaced || swapped)
	}
	b[c.Path] = c
}

func (b batch) sorted() []Change {
	return slices.SortedFunc(maps.Values(b), func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
}
