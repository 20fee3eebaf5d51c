package logs

import (
	"context"
	"errors"
	"sync"

	"github.com/stackctl/stack/state"
)

const (
	// readers is how many containers' logs are read at once.
	readers = 4
	// aheadBytes is how much of what is not printed yet may be held. The engine
	// waits when it is used up.
	aheadBytes = 2 << 20
	// perLine is what a line takes besides its text.
	perLine = 64
	// batchLines is how many lines are handed over at once.
	batchLines = 128
)

// ahead reads several logs at once, and gives them one after the other. What
// comes of those whose turn has not come is held, up to a bound.
type ahead struct {
	mu    sync.Mutex
	moved *sync.Cond
	turn  int // the log that is given now
	held  int // bytes
	logs  []*aheadLog
	ended bool // nobody takes any more
}

// aheadLog is one log on its way. The ahead's mutex guards it.
type aheadLog struct {
	lines []state.LogLine
	bytes int
	done  bool
	err   error
}

func newAhead(logs int) *ahead {
	a := &ahead{logs: make([]*aheadLog, logs)}
	a.moved = sync.NewCond(&a.mu)
	for i := range a.logs {
		a.logs[i] = &aheadLog{}
	}
	return a
}

// readAll reads log i with read, and calls each for its lines, log by log. It
// returns the errors of all of them.
func readAll(ctx context.Context, count int, read func(ctx context.Context, i int, each func(state.LogLine)) error, each func(i int, l state.LogLine)) error {
	ctx, cancel := context.WithCancel(ctx)
	a := newAhead(count)
	next := make(chan int)
	var running sync.WaitGroup
	defer running.Wait()
	defer a.end()
	defer cancel()
	for range min(readers, count) {
		running.Go(func() {
			for i := range next {
				a.read(i, func(each func(state.LogLine)) error { return read(ctx, i, each) })
			}
		})
	}
	running.Go(func() {
		defer close(next)
		for i := range count {
			select {
			case next <- i: // in order: the one whose turn it is is always among them
			case <-ctx.Done():
				return
			}
		}
	})
	var errs []error
	for i := range count {
		errs = append(errs, a.give(ctx, i, each))
	}
	return errors.Join(errs...)
}

// read takes a log in, and waits where too much is held.
func (a *ahead) read(i int, read func(each func(state.LogLine)) error) {
	var batch []state.LogLine
	bytes := 0
	err := read(func(l state.LogLine) {
		batch, bytes = append(batch, l), bytes+len(l.Text)+perLine
		if len(batch) == batchLines || bytes > aheadBytes/readers {
			a.take(i, batch, bytes)
			batch, bytes = nil, 0
		}
	})
	a.take(i, batch, bytes)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.logs[i].done, a.logs[i].err = true, err
	a.moved.Broadcast()
}

func (a *ahead) take(i int, batch []state.LogLine, bytes int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.logs[i]
	// The one whose turn it is waits for nobody but who takes its lines.
	for !a.ended && (a.turn == i && l.bytes > aheadBytes/readers || a.turn != i && a.held > aheadBytes) {
		a.moved.Wait()
	}
	l.lines, l.bytes, a.held = append(l.lines, batch...), l.bytes+bytes, a.held+bytes
	a.moved.Broadcast()
}

// give calls each for the lines of a log until it ends.
func (a *ahead) give(ctx context.Context, i int, each func(i int, l state.LogLine)) error {
	stop := context.AfterFunc(ctx, a.end)
	defer stop()
	l := a.logs[i]
	for {
		lines, done := a.await(i)
		for _, line := range lines {
			each(i, line)
		}
		if done {
			return l.err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// await returns what there is of a log, when there is something or it is over.
func (a *ahead) await(i int) (lines []state.LogLine, done bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turn = i
	a.moved.Broadcast()
	l := a.logs[i]
	for len(l.lines) == 0 && !l.done && !a.ended {
		a.moved.Wait()
	}
	lines, a.held = l.lines, a.held-l.bytes
	l.lines, l.bytes = nil, 0
	a.moved.Broadcast()
	return lines, l.done
}

// end lets all go that wait.
func (a *ahead) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = true
	a.moved.Broadcast()
}
