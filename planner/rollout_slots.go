package planner

import (
	"fmt"
	"slices"

	"github.com/stackctl/stack/state"
)

// rolling is a rollout while it is drawn up.
type rolling struct {
	Rollout
	service state.Service
	slots   []*turn
	// obstructed is true where two containers of a slot cannot run at once.
	obstructed bool
}

// turn is a slot's part in a rollout.
type turn struct {
	*bringUp
	own  []ID // its nodes
	ends ID   // the node after which the next slot's turn is
	last ID   // the one after which its container has proved itself
	// gated is true for a turn in which something is stopped that runs.
	gated bool
}

// roll decides whether a service's containers are replaced a few at a time, and
// if so which: those that take the place of another one, and those that are
// created beside them.
func (d *draft) roll(p *servicePlan, changed []*bringUp) *rolling {
	config, field := d.updateConfigOf(p.service)
	if config == nil || d.policy.NoStart || p.service.OneShot {
		return nil
	}
	var slots []*turn
	replaces := false
	for _, b := range changed {
		switch r := b.replica; {
		case r.old != nil && !r.clears:
			replaces = true
		case r.current != nil || r.clears:
			continue
		}
		slots = append(slots, &turn{bringUp: b})
	}
	if !replaces {
		return nil
	}
	if d.movesNetwork(p) {
		d.warnings = append(d.warnings, fmt.Sprintf(
			"service %s: its containers are replaced all at once, whatever deploy.%s says: a network of theirs is replaced", p.service.Name, field))
		return nil
	}
	slices.SortStableFunc(slots, func(a, b *turn) int { return compareBool(a.stops(), b.stops()) })
	r := &rolling{Rollout: d.newRollout(p.service, *config, field), service: p.service, slots: slots}
	d.checkOrder(p, r, field)
	for _, s := range slots {
		s.turn, s.rolling, s.gated = s, r, s.stops()
	}
	return r
}

// movesNetwork is true for a service one of whose containers is on a network
// that is replaced.
func (d *draft) movesNetwork(p *servicePlan) bool {
	return slices.ContainsFunc(d.index.containers[p.service.Name], func(c state.Container) bool {
		return len(d.replacedNetworks(c)) > 0
	})
}

// record notes the nodes that are added meanwhile as the slot's own.
func (b *bringUp) record(add func()) {
	from := len(b.nodes.log)
	add()
	if b.turn != nil {
		b.turn.own = append(b.turn.own, b.nodes.log[from:]...)
	}
}

// startsFirst is true for a slot whose new container is started, or runs
// already, before the old one is stopped.
func (b *bringUp) startsFirst() bool {
	current := b.replica.current
	return b.rolling.Order == StartFirst || current != nil && current.Running() && !b.replica.start
}

// take writes down a slot's turn, but for what comes before it is started.
func (t *turn) take() {
	r := t.replica
	t.record(func() {
		if t.startsFirst() {
			t.start(slices.Concat(t.stopItself(), t.leftovers))
			t.untouched("start")
			t.ends = r.running
			if r.old != nil && r.old.Live() {
				t.ends = t.stopOld()
			}
		} else {
			stopped := t.stopBefore()
			t.untouched("stop")
			t.start(slices.Concat(stopped, t.leftovers))
			t.ends = r.running
		}
		monitor := t.node("monitor", MonitorContainer{Container: r.handle(), For: t.rolling.Monitor}, t.ends)
		monitor.OnFailure = t.undo()
		t.last = t.nodes.add(monitor)
	})
}

// untouched removes what was prepared when the run is interrupted before the
// slot's first node that touches what runs.
func (t *turn) untouched(verb string) {
	if node := t.nodes.get(ID(verb + " " + t.replica.ref.String())); node != nil && t.replica.current == nil {
		node.OnCancel = t.undoCreate()
	}
}

// stopOld stops the old container once the new one is ready.
func (t *turn) stopOld() ID {
	from := len(t.nodes.log)
	id := t.stop(t.oldRemoval([]ID{t.replica.running}))
	for _, added := range t.nodes.log[from:] {
		t.nodes.get(added).OnCancel = t.undo()
	}
	return id
}

// proves waits until the container of a slot is ready: the old one goes, or
// stays away, only then.
func (t *turn) proves() {
	r := t.replica
	r.running = t.await(t.service, r, state.Ready, false)
	node := t.nodes.get(r.running)
	t.nodes.after(r.running, t.prepared...)
	node.OnFailure, node.OnCancel = t.undo(), t.undo()
}

// undoTurn brings the old container back. One that may still run is made sure
// of before the new one goes, which gets its grace then.
func (t *turn) undoTurn() []Operation {
	r := t.replica
	switch {
	case r.old == nil && t.rolling.FailureAction != FailRollback:
		return nil
	case r.old == nil || !t.restores(r):
		return []Operation{t.removeNew()}
	case t.rolling.Order == StartFirst || t.startsFirst() && r.old.Live():
		return []Operation{StartContainer{Container: r.old.Handle()}, StopContainer{Container: r.handle(), Options: t.stopOptions()}, t.removeNew()}
	}
	return []Operation{t.killNew(), StartContainer{Container: r.old.Handle()}, t.removeNew()}
}

// addTo finishes the rollout: the slots get their turns, and what makes them
// final comes when it may.
func (r *rolling) addTo(d *draft) {
	inTurns(&d.nodes, r.slots, &r.Rollout, "delay")
	for _, s := range r.slots {
		for _, head := range d.nodes.heads(s.own) {
			d.nodes.after(head, foreign(s.after, s.own)...)
		}
	}
	var proved []ID
	if r.FailureAction == FailRollback {
		for _, s := range r.slots {
			proved = append(proved, s.last)
		}
	}
	for _, s := range r.slots {
		from := len(d.nodes.log)
		s.settleName([]ID{s.last}, nil)
		if r.FailureAction != FailRollback {
			continue
		}
		for _, id := range d.nodes.log[from:] {
			d.nodes.settled(id, slices.DeleteFunc(slices.Clone(proved), func(p ID) bool { return p == s.last })...)
			r.Final = append(r.Final, id)
		}
	}
	if r.FailureAction == FailRollback {
		r.Rollback = d.rollback(r)
	}
	d.rollouts = append(d.rollouts, r.Rollout)
}

// stops is true for a slot in whose turn something is stopped that runs, so that
// it may be worse off for a while. In a new slot, and in one that a run left
// half way, it can only get better.
func (t *turn) stops() bool {
	r := t.replica
	return r.old != nil && r.old.Live() || r.current != nil && r.start && r.current.Running()
}

// isGated is true for what waits for the turns of others.
func (b *bringUp) isGated() bool { return b.turn != nil && b.turn.gated }

// inTurns makes the slots wait for each other. Those that are not gated come
// first, all at once. Of the others each waits for the one that is as many
// places before it as slots are worked on at once, and for those before that
// one: each of these rows of slots is worked through one by one, whichever of
// them are left out.
func inTurns(nodes *nodeSet, turns []*turn, r *Rollout, verb string) {
	if r.Parallelism == 0 || r.Parallelism > len(turns) {
		r.Parallelism = len(turns)
	}
	var first []ID
	for i, t := range turns {
		slot := Slot{Ref: t.replica.ref, Nodes: t.own}
		var before []ID
		if t.gated {
			before = slices.Clone(first)
			for j := i - r.Parallelism; j >= len(first); j -= r.Parallelism {
				before = append(before, turns[j].ends)
			}
		} else {
			first = append(first, t.ends)
		}
		if len(before) > 0 && r.Delay > 0 {
			slot.Delay = nodes.add(Node{
				ID: ID(verb + " " + slot.Ref.String()), Ref: slot.Ref, Group: r.Service, Settled: before, Canonical: t.replica.name,
				Op: Delay{Container: t.replica.handle(), For: r.Delay},
			})
		}
		for _, head := range nodes.heads(t.own) {
			if slot.Delay != "" {
				nodes.after(head, slot.Delay)
			} else {
				nodes.settled(head, before...)
			}
		}
		r.Slots = append(r.Slots, slot)
	}
}

// foreign are the ids that are not a slot's own.
func foreign(ids, own []ID) []ID {
	return slices.DeleteFunc(slices.Clone(ids), func(id ID) bool { return slices.Contains(own, id) })
}
