package planner

import (
	"cmp"
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// rollback draws up what brings the old containers of a rollout back, as the
// service's rollback_config says. It has nodes of its own.
func (d *draft) rollback(r *rolling) *Rollout {
	config := cmp.Or(r.service.Config.Deploy.RollbackConfig, &types.UpdateConfig{})
	back := d.newRollout(r.service, *config, rollbackConfig)
	if r.obstructed {
		back.Order = StopFirst
	}
	var nodes nodeSet
	var turns []*turn
	for _, s := range r.slots {
		b := bringBack{turn: s, rollout: back, nodes: &nodes}
		turns = append(turns, b.take())
	}
	inTurns(&nodes, turns, &back, "rollback delay")
	all, err := nodes.sorted()
	if err != nil {
		d.fail(err)
	}
	back.Nodes = all
	return &back
}

// bringBack writes down how the old container of a slot that was updated comes
// back. A slot without one is emptied.
type bringBack struct {
	*turn
	rollout Rollout
	nodes   *nodeSet // of the rollback
}

func (b bringBack) take() *turn {
	t := &turn{bringUp: b.bringUp, gated: true}
	switch old := b.replica.old; {
	case old == nil || !b.restores(b.replica):
		t.ends = b.stopNew()
	case b.rollout.Order == StartFirst:
		t.ends = b.stopNew(b.startOld())
	default:
		t.ends = b.startOld(b.stopNew())
	}
	remove := b.add("remove", RemoveContainer{Container: b.replica.handle()}, t.ends)
	if old := b.replica.old; old != nil {
		if b.restores(b.replica) {
			b.add("monitor", MonitorContainer{Container: old.Handle(), For: b.rollout.Monitor}, t.ends)
		}
		if old.Name != b.replica.name {
			b.add("rename", RenameContainer{Container: old.Handle(), Name: b.replica.name}, remove)
		}
	}
	for _, id := range b.nodes.log {
		if b.nodes.get(id).Ref == b.replica.ref {
			t.own = append(t.own, id)
		}
	}
	return t
}

func (b bringBack) add(verb string, op Operation, after ...ID) ID {
	ref := b.replica.ref
	return b.nodes.add(Node{
		ID: ID("rollback " + verb + " " + ref.String()), Ref: ref, Group: b.rollout.Service, After: after,
		Op: op, Reason: "the update is rolled back",
	})
}

// startOld starts the old container, runs its post_start hooks and waits until it
// is ready again.
func (b bringBack) startOld(after ...ID) ID {
	old := b.replica.old.Handle()
	started := b.add("start", StartContainer{Container: old}, after...)
	for i, hook := range b.appliedTo(*b.replica.old).PostStart {
		started = b.add(fmt.Sprintf("post_start %d", i+1), RunHook{Container: old, Hook: "post_start", Spec: hook}, started)
	}
	return b.add("await", AwaitContainer{
		Container: old, Condition: state.Ready, Timeout: b.policy.WaitTimeout, Probe: b.probes(b.rolling.service, state.Ready),
	}, started)
}

// stopNew runs the pre_stop hooks of the new container and stops it, whatever
// they say.
func (b bringBack) stopNew(after ...ID) ID {
	var hooks []ID
	for i, hook := range b.rolling.service.Config.PreStop {
		op := RunHook{Container: b.replica.handle(), Hook: "pre_stop", Spec: hook}
		id := b.add(fmt.Sprintf("pre_stop %d", i+1), op, after...)
		node := b.nodes.get(id)
		node.Optional, node.Settled = true, hooks
		hooks = []ID{id}
	}
	id := b.add("stop", StopContainer{Container: b.replica.handle(), Options: b.stopOptions()}, after...)
	b.nodes.settled(id, hooks...)
	return id
}
