package planner

import (
	"slices"
	"time"

	"github.com/stackctl/stack/state"
)

// bringUp writes down how one replica becomes what it should be. The steps are
// the same for a new container, a replacement and one that is only started;
// those that have nothing to do are left out:
//
//	create → connect → write files → pre_start → stop the old one → mark →
//	start → post_start → await (where health decides) → remove the old one →
//	rename
//
// Until the new container is good the old one is only stopped, and a failure
// brings it back.
type bringUp struct {
	*draft
	service *servicePlan
	replica *replicaPlan

	after, settled []ID // what the service depends on
	leftovers      []ID // the nodes that remove them
	prepared       []ID
	marked         bool // it has another name while it is started
	keeper         state.Handle

	rolling *rolling // nil where all are replaced at once
	turn    *turn    // in it
}

// prepare writes down all that comes before the pre_start hooks: the container
// is there, and nothing that runs was touched for it.
func (b *bringUp) prepare() {
	if b.starts(b.replica) || b.replica.unpause {
		b.after, b.settled = b.dependencies(b.service.service)
	}
	b.record(func() {
		b.leftovers = b.removeLeftovers()
		cleared := b.clear()
		if b.replica.current == nil {
			b.create(slices.Concat(b.leftovers, cleared))
		} else {
			b.repair()
		}
	})
}

// finish writes down the rest.
func (b *bringUp) finish() {
	if b.turn != nil {
		b.turn.take()
		return
	}
	stopped := b.stopBefore()
	b.start(slices.Concat(stopped, b.leftovers))
	last := slices.Concat(b.leftovers, []ID{b.replica.running})
	if b.replica.running == "" {
		last = append(last, b.prepared...)
	}
	b.settleName(last, stopped)
}

// starts is true when a replica's container is started in the end.
func (d *draft) starts(r *replicaPlan) bool {
	if d.policy.NoStart {
		return false
	}
	return r.current == nil || r.start || r.current.Running() && len(d.replacedNetworks(*r.current)) > 0
}

func (b *bringUp) node(verb string, op Operation, after ...ID) Node {
	return Node{
		ID: ID(verb + " " + b.replica.ref.String()), Ref: b.replica.ref, Group: b.service.service.Name,
		Op: op, After: after, Reason: b.reason(), Canonical: b.replica.canonical(),
	}
}

func (b *bringUp) reason() string {
	if len(b.replica.reasons) > 0 {
		return b.replica.reasons[0].String()
	}
	return ""
}

func (b *bringUp) removeLeftovers() []ID {
	var removed []ID
	for _, c := range b.replica.leftovers {
		removed = append(removed, b.remove(removal{
			label: b.replica.ref.String() + " " + c.Name, ref: b.replica.ref, container: c,
			group: b.service.service.Name, reason: "left by a run that was interrupted",
		}))
	}
	return removed
}

// clear removes the old container first, where what it holds is replaced too:
// once the next one's images are there.
func (b *bringUp) clear() []ID {
	r := b.replica
	if !r.clears || r.old == nil {
		return nil
	}
	after := slices.Concat(b.leftovers, b.imagesReady())
	if kept := b.keep(after); kept != "" {
		after = append(after, kept)
	}
	return []ID{b.remove(b.oldRemoval(after))}
}

// imagesReady are the nodes that bring the images of the service.
func (b *bringUp) imagesReady() []ID {
	var after []ID
	for _, image := range b.service.service.Images() {
		after = append(after, b.images[image])
	}
	return after
}

func (b *bringUp) oldRemoval(after []ID) removal {
	r := b.replica
	label := r.ref.String()
	if r.current != nil {
		label += " " + r.old.Name
	}
	return removal{
		label: label, ref: r.ref, container: *r.old, group: b.service.service.Name,
		reason: b.reason(), after: after, onFailure: b.undo(),
	}
}

// create creates the container, attaches it to its networks and writes its
// files.
func (b *bringUp) create(after []ID) {
	service := b.service.service
	if len(b.service.files.unread) > 0 {
		b.fail(b.service.unreadError(b.index.engine))
		return
	}
	spec, err := b.containerSpec(service, b.replica)
	if err != nil {
		b.fail(err)
		return
	}
	if b.replica.old != nil {
		b.leavesBehind(*b.replica.old, spec.Config.Volumes)
	}
	after = append(after, b.imagesReady()...)
	after = append(after, b.service.filled)
	after = append(after, b.namespaces(service)...)
	for _, v := range b.volumesOf(service) {
		after = append(after, v.ready)
	}
	for key := range service.Config.Networks {
		if n := b.networks[key]; n != nil {
			after = append(after, n.ready)
		}
	}
	if old := b.replica.old; old != nil && !b.replica.clears {
		after = append(after, b.detach(*old)...)
	}
	attachments := spec.Attachments
	oneNetwork := !b.index.engine.CreatesWithAllNetworks()
	if oneNetwork && len(attachments) > 1 {
		spec.Attachments = attachments[:1]
	}
	node := b.node("create", CreateContainer{Spec: spec}, after...)
	node.OnCancel = b.discard()
	b.replica.created = b.nodes.add(node)
	b.prepared = []ID{b.replica.created}
	b.dismiss()
	if oneNetwork && len(attachments) > 1 {
		b.connect(attachments[1:])
	}
	b.writeFiles()
}

func (b *bringUp) connect(attachments []state.Attachment) {
	for _, a := range attachments {
		after := slices.Clone(b.prepared)
		for _, n := range b.networks {
			if n.network.Config.Name == a.Network {
				after = append(after, n.ready)
			}
		}
		node := b.node("connect", ConnectNetwork{Container: b.replica.handle(), Attachment: a}, after...)
		node.ID += ID(" " + a.Network)
		node.OnFailure = b.undo()
		node.OnCancel = b.discard()
		b.prepared = append(b.prepared, b.nodes.add(node))
	}
}

func (b *bringUp) writeFiles() {
	files := b.service.files.written
	if len(files) == 0 {
		return
	}
	node := b.node("write files", WriteFiles{Container: b.replica.handle(), Files: files}, b.prepared...)
	node.OnFailure = b.undo()
	node.OnCancel = b.discard()
	b.prepared = append(b.prepared, b.nodes.add(node))
}

// repair gives a container that is kept what it lacks.
func (b *bringUp) repair() {
	c := *b.replica.current
	if b.service.filled != "" && mountsFrom(c, b.service.files.volume) {
		b.prepared = append(b.prepared, b.service.filled)
	}
	missing := b.missingAttachments(b.service.service, c)
	if replaced := b.replacedNetworks(c); len(replaced) > 0 {
		b.prepared = append(b.prepared, b.detach(c)...)
		for _, a := range b.attachments(b.service.service, c.Number) {
			if slices.ContainsFunc(replaced, func(n *networkPlan) bool { return n.network.Config.Name == a.Network }) {
				missing = append(missing, a)
			}
		}
	}
	b.connect(missing)
	if c.Status == state.StatusCreated {
		b.writeFiles()
	}
}

// stopBefore stops what must not run when the container is started: the one
// that it replaces, and itself.
func (b *bringUp) stopBefore() []ID {
	r := b.replica
	if r.stopped != "" {
		return []ID{r.stopped}
	}
	stopped := b.stopItself()
	if r.old != nil && !r.clears && r.old.Live() && len(b.replacedNetworks(*r.old)) == 0 { // detaching it stops it too
		stopped = append(stopped, b.stop(b.oldRemoval(slices.Concat(b.prepared, b.after))))
	}
	return stopped
}

// stopItself stops a container that runs and is to be started again.
func (b *bringUp) stopItself() []ID {
	r := b.replica
	if r.current == nil || !r.start || !r.current.Running() || len(b.replacedNetworks(*r.current)) > 0 {
		return nil
	}
	return []ID{b.stop(removal{
		label: r.ref.String(), ref: r.ref, container: *r.current, group: b.service.service.Name,
		reason: b.reason(), after: slices.Concat(b.prepared, b.after),
	})}
}

func (b *bringUp) start(stopped []ID) {
	r := b.replica
	r.running = r.created
	after := slices.Concat(b.prepared, stopped, b.after)
	switch {
	case b.starts(r):
		b.startAfter(b.mark(after))
		b.postStart(r.running)
	case r.unpause:
		r.running = b.nodes.add(b.node("unpause", UnpauseContainer{Container: r.handle()}, after...))
		if r.hooks {
			b.postStart(r.running)
		}
	case r.hooks:
		b.postStart(after...)
	}
	switch {
	case b.turn != nil:
		b.turn.proves()
	case b.awaitsReplacement():
		r.running = b.await(b.service, r, state.Ready, false)
		b.nodes.get(r.running).OnFailure = b.undo()
	}
}

func (b *bringUp) startAfter(after []ID) {
	r := b.replica
	node := b.node("start", StartContainer{Container: r.handle()}, after...)
	node.Settled = b.settled
	node.OnFailure = append(b.undo(), b.unmark()...)
	node.OnCancel = append(b.unmark(), b.discard()...)
	r.running = b.nodes.add(node)
}

// settleName removes the old container and gives the new one its name.
func (b *bringUp) settleName(last, stopped []ID) {
	r := b.replica
	if r.old != nil && !r.clears {
		m := b.oldRemoval(nil)
		last = append(last, b.nodes.add(Node{
			ID: ID("remove " + m.label), Ref: m.ref, Group: m.group, Reason: m.reason,
			After: slices.Concat(last, stopped), Op: RemoveContainer{Container: m.container.Handle()},
		}))
	}
	if r.handle().Name != r.name || b.marked {
		node := b.node("rename", RenameContainer{Container: r.handle(), Name: r.name}, last...)
		node.OnCancel = b.unmark()
		r.created = b.nodes.add(node)
	}
}

// undo brings the old container back.
func (b *bringUp) undo() []Operation {
	r := b.replica
	switch {
	case b.service.service.OneOff != nil:
		return b.discard()
	case b.turn != nil:
		return b.turn.undoTurn()
	case r.old == nil || r.clears:
		return nil
	}
	if !b.restores(r) || b.followsEndedJob() {
		return []Operation{b.removeNew()}
	}
	undo := append([]Operation{b.killNew()}, b.reattach(*r.old)...)
	return append(undo, StartContainer{Container: r.old.Handle()}, b.removeNew())
}

// killNew takes from the new container, at once, what the old one needs to run.
func (b *bringUp) killNew() Operation {
	return StopContainer{Container: b.replica.handle(), Options: state.StopOptions{Timeout: new(time.Duration)}}
}

func (b *bringUp) removeNew() Operation {
	return RemoveContainer{Container: b.replica.handle(), Options: state.RemoveOptions{Force: true}}
}

// restores is true for a replica whose old container has run: one that has
// stopped may have been by a run that was killed before it could undo that.
func (d *draft) restores(r *replicaPlan) bool {
	stopped := r.old.Status == state.StatusExited && !d.policy.NoStart
	return r.old.Running() || r.old.Status == state.StatusRestarting || stopped || r.current != nil
}
