package logs

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/stackctl/stack/state"
)

// FollowOptions are [Options] of a follower.
type FollowOptions struct {
	Options
	// Existing says which of the containers that are there already are
	// followed; nil is all of them. Those that start later always are.
	Existing func(state.Container) bool
	// Muted says for which services only the ends are wanted, not the lines. It
	// may be nil.
	Muted func(service string) bool
	// Awaited says which services' containers have to end before it is over;
	// nil is all of them.
	Awaited func(service string) bool
	// Ready is called once, when no container that starts from then on is
	// missed. It may be nil.
	Ready func()
	// Settled, when it is not nil, keeps the follower going until it is
	// closed, and tells it that containers may have started shortly before.
	Settled <-chan struct{}
}

// Follow calls each, one call at a time, for every line of the project's
// containers and for each of their ends, as they come. It also follows
// containers that start later. It returns when ctx ends, and when all that it
// followed and awaited have ended and none of them is about to be started again
// by the engine. Where nothing runs at first, it waits for something to start, unless
// there is no container at all.
func Follow(ctx context.Context, source Source, options FollowOptions, each func(Record)) error {
	ctx, cancel := context.WithCancel(ctx)
	f := &follower{
		source: source, options: options, each: each,
		inbox: make(chan func(context.Context) error), streams: map[string]*stream{}, skipped: map[string]state.Container{},
	}
	defer f.running.Wait()
	defer cancel()
	f.running.Go(func() { f.watch(ctx) })
	settled := options.Settled
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-settled:
			settled = nil
			if err := f.settle(ctx); err != nil {
				return unlessEnded(ctx, err)
			}
		case do := <-f.inbox:
			if err := do(ctx); err != nil {
				return unlessEnded(ctx, err)
			}
		}
		if f.done() {
			return nil
		}
	}
}

func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// follower has one goroutine that owns all its fields but running and printing:
// the one of Follow. The others send it what to do through inbox.
type follower struct {
	source   Source
	options  FollowOptions
	inbox    chan func(context.Context) error
	streams  map[string]*stream         // by the container's id
	skipped  map[string]state.Container // those that were there and are not followed
	seen     bool                       // the first observation was made
	settled  bool
	ended    bool // something ended since the start
	running  sync.WaitGroup
	printing sync.Mutex
	each     func(Record)
}

// stream is one container that is followed.
type stream struct {
	container state.Container
	reading   bool
	alive     bool // it runs, will run again, or is about to be started
	removed   bool
	run       time.Time          // when the run that is being read, or was read last, started
	queue     []state.Occurrence // starts and deaths that came while it was being read
	since     time.Time          // when the lines of its next run may begin
}

// post hands do to the follower's goroutine.
func (f *follower) post(ctx context.Context, do func(context.Context) error) {
	select {
	case f.inbox <- do:
	case <-ctx.Done():
	}
}

func (f *follower) emit(r Record) {
	f.printing.Lock()
	defer f.printing.Unlock()
	f.each(r)
}

// watch subscribes, again when the stream breaks.
func (f *follower) watch(ctx context.Context) {
	for ctx.Err() == nil {
		subscribed := false
		err := f.source.Watch(ctx, f.options.Project, func() {
			subscribed = true
			f.post(ctx, f.catchUp)
		}, func(o state.Occurrence) {
			f.post(ctx, func(ctx context.Context) error { return f.occurred(ctx, o) })
		})
		if !subscribed && ctx.Err() == nil {
			f.post(ctx, func(context.Context) error {
				return fmt.Errorf("watch project %s: %w", f.options.Project, err)
			})
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(resubscribe):
		}
	}
}

// resubscribe is how long a follower waits when the stream of events broke.
const resubscribe = 100 * time.Millisecond

// done is true when nothing is left to follow.
func (f *follower) done() bool {
	if !f.seen || f.options.Settled != nil && !f.settled {
		return false
	}
	for _, s := range f.streams {
		alive := s.alive && !s.removed
		if alive && !f.awaits(s) {
			continue
		}
		if alive || s.reading || len(s.queue) > 0 {
			return false
		}
	}
	return f.settled || f.ended || len(f.streams) == 0
}

// awaits is true for a container whose end is waited for.
func (f *follower) awaits(s *stream) bool {
	return f.options.Awaited == nil || f.options.Awaited(s.container.Service)
}

// catchUp compares what the follower knows with what the engine holds.
func (f *follower) catchUp(ctx context.Context) error {
	containers, err := f.options.observe(ctx, f.source)
	if err != nil {
		return err
	}
	first := !f.seen
	f.seen = true
	present := map[string]bool{}
	for _, c := range containers {
		present[c.ID] = true
		switch s := f.streams[c.ID]; {
		case s != nil:
			f.mend(ctx, s, c)
		case first:
			f.existing(ctx, c)
		case c.StartedAt.After(f.skipped[c.ID].StartedAt):
			f.begin(ctx, f.add(c))
		}
	}
	for id, s := range f.streams {
		if !present[id] {
			f.remove(s)
		}
	}
	if first && f.options.Ready != nil {
		f.options.Ready()
	}
	return nil
}

// existing begins to follow a container that was there first.
func (f *follower) existing(ctx context.Context, c state.Container) {
	if f.options.Existing != nil && !f.options.Existing(c) {
		f.skipped[c.ID] = c
		return
	}
	s := f.add(c)
	s.alive = lives(c)
	s.since = c.FinishedAt
	f.read(ctx, s, f.options.Lines)
}

// settle makes sure that the follower waits for what has started, though its
// occurrence has yet to come, and not for what was created and is not started
// any more.
func (f *follower) settle(ctx context.Context) error {
	containers, err := f.options.observe(ctx, f.source)
	if err != nil {
		return err
	}
	f.settled = true
	for _, c := range containers {
		s := f.streams[c.ID]
		switch {
		case s == nil && c.StartedAt.After(f.skipped[c.ID].StartedAt):
			f.add(c).alive = true
		case s != nil:
			s.alive = s.alive && c.Status != state.StatusCreated || c.StartedAt.After(s.run)
		}
	}
	return nil
}

// mend makes up for occurrences that were lost.
func (f *follower) mend(ctx context.Context, s *stream, c state.Container) {
	s.container = c
	if c.StartedAt.After(s.run) && !s.reading {
		f.begin(ctx, s)
	}
	if s.alive && !lives(c) {
		f.enqueue(ctx, s, state.Occurrence{Container: c.ID, Action: state.ActionDie, ExitCode: c.ExitCode, At: c.FinishedAt})
	}
}

// add makes a container known, from its next run on.
func (f *follower) add(c state.Container) *stream {
	s := &stream{container: c, since: between(f.skipped[c.ID].FinishedAt, c.StartedAt)}
	f.streams[c.ID] = s
	return s
}

// between is when the lines of one run have come, and those of the next have
// not: the engine may write a line down shortly after it noted that the process
// ended, or shortly before it notes that one runs.
func between(end, start time.Time) time.Time {
	if end.IsZero() || !start.After(end) {
		return end
	}
	return end.Add(start.Sub(end) / 2)
}

// lives is true for a container that runs or will.
func lives(c state.Container) bool {
	return c.Running() || c.Status == state.StatusRestarting || c.Status == state.StatusCreated
}
