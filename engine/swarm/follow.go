package swarm

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/state"
)

// A Swarm tells when services and nodes change, and nothing of tasks: these are
// looked at again and again, more often while something is under way.
const (
	soon     = 100 * time.Millisecond
	underWay = 300 * time.Millisecond
	atRest   = time.Second
	// gap is the least between two looks, however much happens.
	gap = 30 * time.Millisecond
)

type cluster struct{ *manager }

// Follow looks at a project's services and tasks until ctx ends.
func (c cluster) Follow(ctx context.Context, project string, each func(state.Cluster)) error {
	api, err := c.reach(ctx)
	if err != nil {
		return ended(ctx, err)
	}
	f := &follower{manager: c.manager, api: api, project: project, view: view{project: project, gone: map[string]string{}}, wake: make(chan struct{}, 1)}
	f.stale.Store(true)
	listening, stop := context.WithCancel(ctx)
	var ear sync.WaitGroup
	ear.Go(func() { f.listen(listening) })
	defer ear.Wait()
	defer stop()
	pause := soon
	for {
		began := time.Now()
		changed, err := f.again(ctx)
		switch {
		case err != nil:
			return ended(ctx, err)
		case changed:
			each(f.view.cluster(state.Scope{}))
			pause = soon
		default:
			pause = min(2*pause, f.longest())
		}
		took := time.Since(began)
		select {
		case <-ctx.Done():
			return nil
		case <-f.wake:
			pause = soon
			select {
			case <-ctx.Done():
			case <-time.After(gap):
			}
		case <-time.After(max(pause, took)): // no more than half of the time is spent with asking
		}
	}
}

// follower is one call of Follow.
type follower struct {
	*manager
	api     *client.Client
	project string
	view    view // of the one who looks
	seen    []seen
	removed map[string]bool // nodes that tasks name, and that the Swarm knows no more
	wake    chan struct{}
	stale   atomic.Bool // nodes are to be asked for again
}

// seen is an object at a version.
type seen struct {
	id      string
	version uint64
}

// again looks once more, and says whether anything is not as before.
func (f *follower) again(ctx context.Context) (changed bool, err error) {
	if err := f.look(ctx, f.api, f.project, &f.view); err != nil {
		return false, err
	}
	if f.stale.Swap(false) || f.unknownNode() {
		if changed, err = f.askForNodes(ctx); err != nil {
			return false, err
		}
	}
	if err := f.identify(ctx, f.api, &f.view); err != nil {
		return false, err
	}
	var now []seen
	for _, s := range f.view.services {
		f.view.gone[s.ID] = s.Spec.Name
		now = append(now, seen{s.ID, s.Version.Index})
	}
	for _, t := range f.view.tasks {
		now = append(now, seen{t.ID, t.Version.Index})
	}
	changed = changed || !slices.Equal(now, f.seen)
	f.seen = now
	return changed, nil
}

// unknownNode is true when a task is on a node that was not asked for. A past
// task names its node for as long as it is kept, also one that was removed.
func (f *follower) unknownNode() bool {
	return slices.ContainsFunc(f.view.tasks, func(t swarm.Task) bool {
		_, known := f.view.nodes[t.NodeID]
		return t.NodeID != "" && !known && !f.removed[t.NodeID]
	})
}

// askForNodes says whether any is not as before: for the first time, they are not.
func (f *follower) askForNodes(ctx context.Context) (changed bool, err error) {
	before := f.view.nodes
	if f.view.nodes, err = f.nodes(ctx, f.api); err != nil {
		return false, err
	}
	f.removed = map[string]bool{}
	for _, t := range f.view.tasks {
		if _, known := f.view.nodes[t.NodeID]; !known {
			f.removed[t.NodeID] = true
		}
	}
	return before == nil || !maps.EqualFunc(before, f.view.nodes, func(a, b swarm.Node) bool { return a.Version == b.Version }), nil
}

// longest is how long nothing may be looked at.
func (f *follower) longest() time.Duration {
	updating := func(s swarm.Service) bool {
		return s.UpdateStatus != nil && (s.UpdateStatus.State == swarm.UpdateStateUpdating || s.UpdateStatus.State == swarm.UpdateStateRollbackStarted)
	}
	if slices.ContainsFunc(f.view.services, updating) || slices.ContainsFunc(f.view.tasks, moving) {
		return underWay
	}
	return atRest
}

// moving is true for a task that is not yet where it is meant to get.
func moving(t swarm.Task) bool {
	return !state.TaskEnded(t.Status.State) && t.Status.State != t.DesiredState
}

// listen wakes the follower when something happens that may be about the project.
func (f *follower) listen(ctx context.Context) {
	filter := filters.NewArgs()
	for _, kind := range []events.Type{events.ServiceEventType, events.NodeEventType, events.ContainerEventType} {
		filter.Add("type", string(kind))
	}
	for _, action := range []events.Action{
		events.ActionCreate, events.ActionUpdate, events.ActionRemove, events.ActionStart, events.ActionDie, events.ActionHealthStatus,
	} {
		filter.Add("event", string(action))
	}
	for {
		if err := f.hear(ctx, filter); ended(ctx, err) == nil {
			return
		}
		select { // what is looked at says whether the Swarm is still there
		case <-ctx.Done():
			return
		case <-time.After(atRest):
		}
		f.stale.Store(true)
	}
}

// hear hears what happens until the stream breaks, and returns by what.
func (f *follower) hear(ctx context.Context, filter filters.Args) error {
	messages, failures := f.api.Events(ctx, events.ListOptions{Filters: filter})
	for {
		select {
		case err := <-failures:
			return err
		case message := <-messages:
			if message.Type == events.ContainerEventType && message.Actor.Attributes[state.LabelNamespace] != f.project {
				continue
			}
			if message.Type == events.NodeEventType {
				f.stale.Store(true)
			}
			select {
			case f.wake <- struct{}{}:
			default: // it is about to look anyway
			}
		}
	}
}

// ended is nil for a call that failed because its context ended.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// AllServices are the services of all projects.
func (c cluster) AllServices(ctx context.Context) ([]state.ObservedService, error) {
	api, err := c.reach(ctx)
	if err != nil {
		return nil, err
	}
	v := view{}
	if v.services, err = api.ServiceList(ctx, swarm.ServiceListOptions{
		Filters: filters.NewArgs(filters.Arg("label", state.LabelNamespace)), Status: true,
	}); err != nil {
		return nil, c.Translate(err, "list services")
	}
	if err := c.identify(ctx, api, &v); err != nil {
		return nil, err
	}
	return v.cluster(state.Scope{}).Services, nil
}
