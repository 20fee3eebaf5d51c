package watch

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stackctl/stack/state"
)

// Setup is what is watched.
type Setup struct {
	Rules []Rule
	// Sources are the files that the rules, and the rest of the project, come
	// from: absolute paths, of files that are there or may come.
	Sources []string
	// Since is the time from which on a file that was written counts as changed
	// when watching begins: the containers are made from what there was then. The
	// zero time is now.
	Since time.Time
}

// Project carries out what takes longer than to copy a file. Its calls come one
// at a time.
type Project interface {
	// Rebuild builds the images of services, and replaces what is not made from
	// them. When it fails, what ran runs on.
	Rebuild(ctx context.Context, services []string) error
	Restart(ctx context.Context, services []string) error
	// Reload reads the project's files again, and says what is watched once apply
	// has made the engine hold what they say. After an error all is what it was;
	// the sources of the setup are then those that can be told.
	Reload(ctx context.Context) (setup Setup, apply func(context.Context) error, err error)
}

// Voice tells what goes on. It may be called by several goroutines.
type Voice interface {
	Say(text string)
	Warn(text string)
	// Output is what a command printed in a container.
	Output(c state.Container, text string)
}

// Options are what to watch, and what to do about it.
type Options struct {
	Name string // the project's
	Setup
	Engine  Engine
	Project Project
	Voice   Voice
}

// Begin starts to watch, and returns when no change is missed any more. It goes
// on until ctx ends; wait returns when all that it does has ended.
func Begin(ctx context.Context, o Options) (wait func(), err error) {
	if len(o.Rules) == 0 {
		return nil, ErrNoRules
	}
	w := newWatcher(o)
	ctx, cancel := context.WithCancel(ctx)
	if err := w.start(ctx); err != nil {
		cancel()
		w.running.Wait()
		return nil, err
	}
	return func() { w.running.Wait(); cancel() }, nil
}

// watcher has one goroutine that owns the fields from rules on: that of run. The
// others send it what to do through inbox.
type watcher struct {
	Options
	syncer  *syncer
	listen  listener
	changes chan Change
	batches chan batch
	moved   chan struct{} // a container may be another one than before
	inbox   chan func(context.Context)
	later   *queue
	running sync.WaitGroup

	rules   []Rule
	sources map[string]bool
	stop    context.CancelFunc // of what watches the files
	ledger  ledger
	there   []state.Container // as far as events have told
	stale   atomic.Bool       // one of them is not there any more
}

// listener watches the files of a setup, and tells of changes while run runs.
type listener func(s Setup, changed func(Change), warn func(string)) (run func(context.Context), err error)

func listenToFiles(s Setup, changed func(Change), warn func(string)) (func(context.Context), error) {
	n, err := newNotifier(s, changed, warn)
	if err != nil {
		return nil, err
	}
	return n.run, nil
}

func newWatcher(o Options) *watcher {
	return &watcher{
		Options: o, syncer: &syncer{engine: o.Engine, warn: o.Voice.Warn}, listen: listenToFiles,
		changes: make(chan Change), batches: make(chan batch), moved: make(chan struct{}, 1),
		inbox: make(chan func(context.Context)), later: newQueue(), ledger: newLedger(),
	}
}

// changed passes a change on to the batches.
func (w *watcher) changed(ctx context.Context) func(Change) {
	return func(c Change) {
		select {
		case w.changes <- c:
		case <-ctx.Done():
		}
	}
}

// start starts to do what changes ask for.
func (w *watcher) start(ctx context.Context) error {
	listen, err := w.listen(w.Setup, w.changed(ctx), w.Voice.Warn)
	if err != nil {
		return err
	}
	w.running.Go(func() { debounce(ctx, w.changes, w.batches) })
	listening, stop := context.WithCancel(ctx)
	w.running.Go(func() { listen(listening) })
	w.adopt(w.Setup, stop)
	containers, err := w.containers(ctx)
	if err != nil {
		return err
	}
	for _, c := range containers {
		w.ledger.meet(c)
	}
	w.there = containers
	w.running.Go(func() { w.follow(ctx) })
	w.running.Go(func() { w.work(ctx) })
	w.running.Go(func() { w.run(ctx) })
	return nil
}

// run owns the watcher until ctx ends.
func (w *watcher) run(ctx context.Context) {
	w.Voice.Say("Watch enabled")
	w.begin(ctx)
	for {
		select {
		case <-ctx.Done():
			w.Voice.Say("Watch disabled")
			return
		case b := <-w.batches:
			w.apply(ctx, b.sorted())
		case <-w.moved:
			w.catchUp(ctx)
		case do := <-w.inbox:
			do(ctx)
		}
	}
}

// adopt goes by a setup from now on, whose files are watched until stop.
func (w *watcher) adopt(s Setup, stop context.CancelFunc) {
	if w.stop != nil {
		w.stop()
	}
	w.stop, w.rules, w.sources = stop, s.Rules, map[string]bool{}
	for _, name := range s.Sources {
		w.sources[name] = true
	}
}

// apply does what a batch asks for: files are copied at once, the rest is for
// later.
func (w *watcher) apply(ctx context.Context, changes []Change) {
	for _, c := range changes {
		if w.sources[c.Path] {
			w.later.add(task{reload: true})
		}
	}
	w.ledger.note(changes)
	// One that a copy failed for gets all of it with the next batch.
	behind := slices.ContainsFunc(w.there, func(c state.Container) bool { return !w.ledger.knows(c) })
	w.act(ctx, Plan(w.rules, changes))
	if behind || w.stale.Swap(false) {
		w.catchUp(ctx)
	}
}

// act copies what work says, and leaves the rest of it for later.
func (w *watcher) act(ctx context.Context, works []Work) {
	var syncing sync.WaitGroup
	for _, work := range works {
		if n := work.Syncs(); n > 0 {
			w.Voice.Say(fmt.Sprintf("Syncing service %q after %d changes were detected", work.Service, n))
			syncing.Go(func() { w.sync(ctx, work) })
		}
	}
	syncing.Wait()
	for _, work := range works {
		w.later.add(taskOf(work))
	}
}

// sync copies to all containers of a service that have what came before.
func (w *watcher) sync(ctx context.Context, work Work) {
	var sending sync.WaitGroup
	for _, c := range w.there {
		if c.Service == work.Service && w.ledger.knows(c) {
			sending.Go(func() { w.send(ctx, c, work) })
		}
	}
	sending.Wait()
}

// send copies to one container.
func (w *watcher) send(ctx context.Context, c state.Container, work Work) {
	if work.Syncs() == 0 {
		return
	}
	if err := w.syncer.send(ctx, c, work); err != nil {
		w.ledger.lose(c)
		if gone(err) {
			w.stale.Store(true)
		}
		w.failed(ctx, err)
	}
}

// failed tells of an error. That of a container which was replaced meanwhile is
// none.
func (w *watcher) failed(ctx context.Context, err error) {
	if ctx.Err() == nil && !gone(err) {
		w.Voice.Warn(err.Error())
	}
}
