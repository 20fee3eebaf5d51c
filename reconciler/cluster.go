package reconciler

import (
	"context"
	"errors"
	"reflect"
	"sync"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// cluster is what the services of a project are, for all waits of a run: it
// wakes those whose service has changed.
type cluster struct {
	cancel context.CancelFunc
	ended  sync.WaitGroup

	mu    sync.Mutex
	parts parts
	err   error // why nothing more is seen
	bells map[chan struct{}]state.Handle
}

// part is one service and its tasks. The service is nil for one that is gone,
// and whose tasks may not be.
type part struct {
	service *state.ObservedService
	tasks   []state.Task
}

// parts are the services by id, and the ids by name.
type parts struct {
	byID map[string]part
	ids  map[string]string
}

func partsOf(all state.Cluster) parts {
	p := parts{byID: map[string]part{}, ids: map[string]string{}}
	for i, s := range all.Services {
		p.byID[s.ID] = part{service: &all.Services[i]}
		p.ids[s.Name()] = s.ID
	}
	for _, t := range all.Tasks {
		one := p.byID[t.ServiceID]
		one.tasks = append(one.tasks, t)
		p.byID[t.ServiceID] = one
	}
	return p
}

func (p parts) of(h state.Handle) part {
	if h.ID == "" {
		h.ID = p.ids[h.Name]
	}
	return p.byID[h.ID]
}

// follow begins to look at a project's services.
func follow(ctx context.Context, x engine.Engine, project string) *cluster {
	ctx, cancel := context.WithCancel(ctx)
	c := &cluster{cancel: cancel, bells: map[chan struct{}]state.Handle{}}
	if x.Cluster == nil {
		c.err = errNoSwarm
		return c
	}
	c.ended.Go(func() {
		if err := x.Follow(ctx, project, c.see); err != nil && ctx.Err() == nil {
			c.fail(err)
		}
	})
	return c
}

var errNoSwarm = errors.New("this engine holds no services: it is not a Swarm")

func (c *cluster) close() {
	c.cancel()
	c.ended.Wait()
}

func (c *cluster) see(all state.Cluster) {
	now := partsOf(all)
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.parts
	c.parts = now
	c.ring(func(h state.Handle) bool { return before.byID == nil || !reflect.DeepEqual(before.of(h), now.of(h)) })
}

func (c *cluster) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
	c.ring(func(state.Handle) bool { return true })
}

func (c *cluster) ring(whom func(state.Handle) bool) {
	for bell, h := range c.bells {
		if whom(h) {
			select {
			case bell <- struct{}{}:
			default: // it rings already
			}
		}
	}
}

// listen returns a channel that is written to when the service has changed, and
// a function that ends that.
func (c *cluster) listen(h state.Handle) (<-chan struct{}, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	bell := make(chan struct{}, 1)
	c.bells[bell] = h
	return bell, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.bells, bell)
	}
}

// look returns the service as it was last seen. It is false before anything was
// seen.
func (c *cluster) look(h state.Handle) (p part, seen bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.parts.of(h), c.parts.byID != nil, c.err
}

// written remembers which services a run has written.
type written struct {
	mu    sync.Mutex
	calls map[string]writing
}

// writing is a service that was created or updated.
type writing struct {
	// over is the version that was overwritten, 0 of one that was created: what is
	// seen of that one is from before.
	over     uint64
	rollback bool // it was updated to what it was before
}

func (w *written) note(service string, call writing) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls == nil {
		w.calls = map[string]writing{}
	}
	w.calls[service] = call
}

func (w *written) forget(service string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.calls, service)
}

func (w *written) of(service string) (call writing, any bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	call, any = w.calls[service]
	return call, any
}
