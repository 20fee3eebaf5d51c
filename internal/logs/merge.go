package logs

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/stackctl/stack/state"
)

// What is read of a log and not printed yet is held in batches. The engine waits
// while a log has all that it may have.
const (
	batchLines = 128
	batchBytes = 32 << 10
	batches    = 3
)

// merge reads so many logs at once, and calls each for their lines in the order
// in which they were written, as their times say. Lines of one log stay in its
// order, and parts of a line together. It returns the errors of all of them.
func merge(ctx context.Context, count int, read func(ctx context.Context, i int, each func(state.LogLine)) error, each func(i int, l state.LogLine)) error {
	if count == 1 { // nothing to merge: no other goroutine has to be woken for each batch
		return cmp.Or(read(ctx, 0, func(l state.LogLine) { each(0, l) }), ctx.Err())
	}
	reading, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	logs := make([]*merging, count)
	for i := range logs {
		l := &merging{number: i, more: make(chan []state.LogLine, batches)}
		logs[i] = l
		running.Go(func() {
			l.read(reading, func(each func(state.LogLine)) error { return read(reading, i, each) })
		})
	}
	var next queue
	for _, l := range logs {
		if l.advance() {
			next = append(next, l)
		}
	}
	heap.Init(&next)
	for len(next) > 0 {
		l := next[0]
		each(l.number, l.line)
		switch partial := l.line.Partial; {
		case !l.advance():
			heap.Pop(&next)
		case !partial:
			heap.Fix(&next, 0)
		}
	}
	errs := make([]error, count)
	for i, l := range logs {
		errs[i] = l.err
	}
	return cmp.Or(ctx.Err(), errors.Join(errs...))
}

// merging is one log on its way.
type merging struct {
	number int
	more   chan []state.LogLine // closed at the end
	err    error                // from then on

	batch []state.LogLine
	line  state.LogLine // the one that is to be given next
	at    string        // its time, or the last that was known
}

// read takes the log in, and waits where too much is held.
func (l *merging) read(ctx context.Context, read func(each func(state.LogLine)) error) {
	defer close(l.more)
	var batch []state.LogLine
	bytes := 0
	pass := func() {
		select {
		case l.more <- batch:
		case <-ctx.Done():
		}
		batch, bytes = nil, 0
	}
	l.err = read(func(line state.LogLine) {
		if batch == nil {
			batch = make([]state.LogLine, 0, batchLines)
		}
		batch, bytes = append(batch, line), bytes+len(line.Text)
		if len(batch) == batchLines || bytes > batchBytes {
			pass()
		}
	})
	pass()
}

// advance goes to the next line, and is false at the end. It waits for more.
func (l *merging) advance() bool {
	for len(l.batch) == 0 {
		var ok bool
		if l.batch, ok = <-l.more; !ok {
			return false
		}
	}
	l.line, l.batch = l.batch[0], l.batch[1:]
	l.at = cmp.Or(l.line.Time, l.at)
	return true
}

// queue has the log first whose line is to be given next (container/heap).
type queue []*merging

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	return cmp.Or(strings.Compare(q[i].at, q[j].at), cmp.Compare(q[i].number, q[j].number)) < 0
}

func (q *queue) Push(x any) { *q = append(*q, x.(*merging)) }

func (q *queue) Pop() any {
	last := len(*q) - 1
	l := (*q)[last]
	*q = (*q)[:last]
	return l
}
