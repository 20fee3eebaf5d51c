package memory

import (
	"context"
	"sync"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// Options say how an engine behaves. With the zero value every image can be
// pulled and built, and every container behaves as the package comment says.
type Options struct {
	// Behavior says how a container behaves; its labels prevail. Nil is the
	// zero Behavior for all.
	Behavior func(state.ContainerSpec) Behavior
	// Images are what is known of images, by reference.
	Images map[string]Image
	// Build decides how a build ends; nil succeeds. The image's id is a digest
	// of the spec and of revision.
	Build func(state.BuildSpec) (revision string, err error)
	// APIVersion is the version of the Engine API that the engine behaves like.
	// It is a new one if it is empty.
	APIVersion string
	// Remote is true for an engine that is as if on another machine.
	Remote bool
	// Nodes are the machines of a Swarm, the one that answers first; none is an
	// engine that runs containers on its own machine.
	Nodes []Node
	// Hesitates is how long the Swarm takes until it begins with what a service
	// that was created or updated is to be; it answers the call before that.
	Hesitates time.Duration

	invalid error // what a variable has that says no option
}

// Image is an image of the registry or of the engine.
type Image struct {
	Present     bool // the engine has it without a pull
	Volumes     []string
	HealthCheck *types.HealthCheckConfig
	PullError   string // the registry answers with this text when it is pulled or looked up
	PushError   string // and with this one when it is pushed
	PullTakes   time.Duration
}

// Memory is an engine in memory. Its methods and roles may be called from
// several goroutines; in a bubble of testing/synctest it must be made there.
type Memory struct {
	options Options
	file    *file // nil for one that lives only in this process

	mu      sync.Mutex
	world   *world
	changed chan struct{} // closed at the next change
	broken  error         // why streams that began before breaks ended
	breaks  int
}

// New returns an engine that holds nothing but the images that are present and
// the networks that every engine has: bridge, host and none.
func New(options Options) *Memory {
	m := &Memory{options: options, changed: make(chan struct{})}
	m.world = newWorld(options, now())
	return m
}

// Engine returns the engine's roles.
func (m *Memory) Engine() engine.Engine {
	e := engine.Engine{
		Observer:   observer{m},
		Containers: containers{m},
		Signals:    signals{m},
		Networks:   networks{m},
		Volumes:    volumes{m},
		Images:     images{m},
		Watcher:    watcher{m},
		LogReader:  logs{m},
		Execer:     executor{m},
		Archives:   archives{m},
		Monitor:    monitor{m},
		Sessions:   sessions{m},
		Presence:   presence{},
	}
	if len(m.options.Nodes) > 0 {
		e.Services, e.Cluster = services{m}, clusterRole{m}
	}
	return e
}

// Exit ends a container's process with an exit code, as if it had ended by
// itself.
func (m *Memory) Exit(container string, code int) error {
	return m.update(context.Background(), func(w *world, now time.Time) error {
		c, err := w.container(container)
		if err != nil {
			return err
		}
		if c.Running() {
			w.die(c, now, code)
		}
		return nil
	})
}

// Publish moves a reference to a new image in the registry: the next pull of
// it brings another id.
func (m *Memory) Publish(reference string) error {
	return m.update(context.Background(), func(w *world, _ time.Time) error {
		w.Published[canonical(reference)]++
		delete(w.Pushed, canonical(reference))
		return nil
	})
}

// BreakStreams ends every call of Watch that is in progress with err.
func (m *Memory) BreakStreams(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.breaks++
	m.broken = err
	m.notify()
}

func now() time.Time { return time.Now().UTC().Round(0) }

// update runs a change on the state as it is now. What it changed before it
// returned an error stays.
func (m *Memory) update(ctx context.Context, change func(*world, time.Time) error) error {
	return m.transact(ctx, true, change)
}

// view reads the state as it is now.
func (m *Memory) view(ctx context.Context, read func(*world) error) error {
	return m.transact(ctx, false, func(w *world, _ time.Time) error { return read(w) })
}

func (m *Memory) transact(ctx context.Context, writes bool, run func(*world, time.Time) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.file != nil {
		unlock, err := m.file.lock()
		if err != nil {
			return err
		}
		defer unlock()
		if m.world, err = m.file.refresh(m.world); err != nil {
			return err
		}
	}
	at := now()
	moved := m.world.advance(at)
	err = run(m.world, at)
	m.world.settle(at)
	if !moved && !writes {
		return err
	}
	m.notify()
	if m.file != nil {
		if failed := m.file.store(m.world); failed != nil {
			return failed
		}
	}
	return err
}

func (m *Memory) notify() {
	close(m.changed)
	m.changed = make(chan struct{})
}

// await returns when done does, nil or not, or when ctx ends. It looks when
// something changes and when something is due.
func (m *Memory) await(ctx context.Context, done func(*world) (bool, error)) error {
	for {
		var met bool
		var due time.Time
		var changed <-chan struct{}
		err := m.view(ctx, func(w *world) (err error) {
			met, err = done(w)
			due, changed = w.next(), m.changed
			return err
		})
		if err != nil || met {
			return err
		}
		if err := m.sleep(ctx, due, changed); err != nil {
			return err
		}
	}
}

func (m *Memory) sleep(ctx context.Context, due time.Time, changed <-chan struct{}) error {
	var timer <-chan time.Time
	if at, ok := m.wake(due); ok {
		t := time.NewTimer(time.Until(at))
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-changed:
	case <-timer:
	}
	return nil
}

// wake is when to look again at the latest: other processes change a file
// without telling.
func (m *Memory) wake(due time.Time) (time.Time, bool) {
	if m.file == nil {
		return due, !due.IsZero()
	}
	poll := time.Now().Add(pollInterval)
	if due.IsZero() || poll.Before(due) {
		return poll, true
	}
	return due, true
}

// pause takes the time that a call takes.
func pause(ctx context.Context, takes time.Duration) error {
	if takes <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(takes)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
