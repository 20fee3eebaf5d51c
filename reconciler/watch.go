package reconciler

import (
	"context"
	"sync"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// watcher wakes those who wait for a container when something happens to it.
// It says only that it is time to look: what is there, an inspect says.
type watcher struct {
	cancel context.CancelFunc
	ended  sync.WaitGroup

	mu     sync.Mutex
	nextID int
	bells  map[int]bell
}

type bell struct {
	container string // id or name; the event's id or name rings it
	ring      chan struct{}
}

// watch subscribes to the engine's events and returns when that is done, so
// that nothing is missed that happens afterwards. Where the engine refuses,
// the waits see to it.
func watch(ctx context.Context, x engine.Engine, project string) *watcher {
	ctx, cancel := context.WithCancel(ctx)
	w := &watcher{cancel: cancel, bells: map[int]bell{}}
	subscribed := make(chan struct{})
	ready := sync.OnceFunc(func() { close(subscribed) })
	w.ended.Go(func() {
		defer ready()
		w.follow(ctx, x, project, ready)
	})
	<-subscribed
	return w
}

// follow keeps the subscription up. Whenever it breaks, and whenever it is
// back, everybody looks for himself.
func (w *watcher) follow(ctx context.Context, x engine.Engine, project string, ready func()) {
	const shortest, longest = 50 * time.Millisecond, 2 * time.Second
	pause := shortest
	for ctx.Err() == nil {
		began := time.Now()
		_ = x.Watch(ctx, project, func() {
			ready()
			w.ringAll()
		}, w.occurred)
		ready()
		w.ringAll()
		if time.Since(began) > longest {
			pause = shortest
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
			pause = min(2*pause, longest)
		}
	}
}

func (w *watcher) close() {
	w.cancel()
	w.ended.Wait()
}

func (w *watcher) occurred(o state.Occurrence) {
	w.ringIf(func(b bell) bool { return b.container == o.Container || b.container == o.Name })
}

func (w *watcher) ringAll() { w.ringIf(func(bell) bool { return true }) }

func (w *watcher) ringIf(wanted func(bell) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range w.bells {
		if wanted(b) {
			select {
			case b.ring <- struct{}{}:
			default: // it rings already
			}
		}
	}
}

// listen returns a channel that is written to when something happens to the
// container, and a function that ends that.
func (w *watcher) listen(container string) (<-chan struct{}, func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := w.nextID
	w.nextID++
	b := bell{container: container, ring: make(chan struct{}, 1)}
	w.bells[id] = b
	return b.ring, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.bells, id)
	}
}
