package planner

import (
	"slices"

	"github.com/stackctl/stack/state"
)

// runsPreStart is true for a service whose pre_start hooks run: some of its
// containers are started. Those hooks that run once for the service run only
// if none of its containers goes on running meanwhile: the service is up.
func (d *draft) runsPreStart(p *servicePlan) (any, once bool) {
	once = true
	for _, r := range p.replicas {
		starts := d.starts(r) && r.action != NoOp
		any = any || starts
		if !starts && r.current != nil && r.current.Running() {
			once = false
		}
	}
	return any && len(p.service.PreStart) > 0, once
}

// addPreStart writes down a service's pre_start hooks, in order, before the
// start of the containers that are brought up, and removes the containers of
// hooks that an earlier run left.
//
// A hook that runs once comes after everything that was before it for any
// replica; one that runs for each replica waits for its own replica only.
func (d *draft) addPreStart(p *servicePlan, changed []*bringUp) {
	if p.frozen || p.service.OneOff != nil {
		return
	}
	removed := d.removeHooks(p.service.Name)
	starting := slices.DeleteFunc(slices.Clone(changed), func(b *bringUp) bool { return !d.starts(b.replica) })
	runs, once := d.runsPreStart(p)
	if !runs {
		return
	}
	// A hook that runs once does so for one whose turn is the first.
	slices.SortStableFunc(starting, func(a, b *bringUp) int { return compareBool(a.isGated(), b.isGated()) })
	last := map[*bringUp][]ID{}
	for _, b := range starting {
		last[b] = slices.Concat(b.prepared, b.after, removed)
	}
	for i, hook := range p.service.PreStart {
		switch {
		case hook.PerReplica:
			for _, b := range starting {
				h := newHookRun(b, i, b.replica.ref.Number, last[b])
				h.undo = b.undoCreate()
				b.record(func() { last[b] = []ID{h.add()} })
			}
		case once:
			h := newHookRun(starting[0], i, 0, nil)
			for _, b := range starting {
				if b.turn != nil && b != starting[0] {
					continue // created when its turn comes, which is after the hook
				}
				h.after = append(h.after, last[b]...)
				h.undo = append(h.undo, b.undoCreate()...)
			}
			var done ID
			starting[0].record(func() { done = h.add() })
			for _, b := range starting {
				if b.turn != nil {
					last[b] = append(last[b], done)
				} else {
					last[b] = []ID{done}
				}
			}
		}
	}
	for _, b := range starting {
		b.after = append(b.after, last[b]...)
	}
}

// removeHooks removes the containers of a service's hooks: a run that was
// interrupted left them, or a hook that failed.
func (d *draft) removeHooks(service string) []ID {
	var removed []ID
	for _, c := range d.index.hooks[service] {
		removed = append(removed, d.removeHook(c, nil))
	}
	return removed
}

func (d *draft) removeHook(c state.Container, after []ID) ID {
	ref := state.Ref{Kind: state.KindHook, Name: c.Name}
	const reason = "left by a run that failed or was interrupted"
	d.change(Change{Ref: ref, Name: c.Name, Action: Delete, Reasons: []Reason{{Text: reason}}})
	id := d.nodes.add(Node{
		ID: hookRemoval(c), Ref: ref, Group: c.Service, Reason: reason, After: after,
		Op: RemoveContainer{Container: c.Handle(), Options: state.RemoveOptions{Force: true, Volumes: true}},
	})
	d.releasedBy(id, c)
	return id
}

func hookRemoval(hook state.Container) ID { return ID("remove hook " + hook.Name) }

// hookRemovals are the nodes that remove the containers of a service's hooks.
// They go before the service's own: the last one that has an anonymous volume
// would take it along.
func (d *draft) hookRemovals(service string) []ID {
	var all []ID
	for _, hook := range d.index.hooks[service] {
		all = append(all, hookRemoval(hook))
	}
	return all
}

// undoCreate takes back what was prepared for a container before the one that
// it replaces was stopped.
func (b *bringUp) undoCreate() []Operation {
	undo := b.undo()
	if len(undo) > 1 && (b.turn != nil || len(b.replacedNetworks(*b.replica.old)) == 0) {
		return []Operation{b.removeNew()}
	}
	return undo
}
