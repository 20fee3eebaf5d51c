package planner

import (
	"fmt"

	"github.com/stackctl/stack/state"
)

// StartingSuffix ends the name of a container whose post_start hooks have not
// all run.
const StartingSuffix = ".starting"

// startingName is what a container is called from before it is started until
// its post_start hooks have run: nothing else about a container can be changed,
// and a run that is killed in between has to be recognised.
func startingName(canonical string) string { return canonical + StartingSuffix }

// mark gives a container that has post_start hooks another name before it is
// started. One that replaces another has one already.
func (b *bringUp) mark(after []ID) []ID {
	r := b.replica
	if len(b.service.service.Config.PostStart) == 0 || b.service.service.OneOff != nil || r.handle().Name != r.name {
		return after
	}
	b.marked = true
	node := b.node("mark", RenameContainer{Container: r.handle(), Name: startingName(r.name)}, after...)
	node.Canonical, node.Settled = r.name, b.settled
	return []ID{b.nodes.add(node)}
}

// postStart runs the post_start hooks of a container that was started. One
// whose hooks fail is stopped: the next run starts it, and tries them again.
func (b *bringUp) postStart(after ...ID) {
	r := b.replica
	for i, hook := range b.service.service.Config.PostStart {
		node := b.node("post_start", RunHook{Container: r.handle(), Hook: "post_start", Spec: hook}, after...)
		node.ID += ID(fmt.Sprintf(" %d", i+1))
		if b.service.service.OneOff == nil { // that goes on, whatever becomes of a hook
			node.OnFailure = b.undo()
		}
		if b.marked && len(node.OnFailure) == 0 {
			node.OnFailure = append([]Operation{StopContainer{Container: r.handle()}}, b.unmark()...)
		}
		if b.marked || b.turn != nil {
			node.OnCancel = node.OnFailure
		}
		r.running = b.nodes.add(node)
		after = []ID{r.running}
	}
}

// unmark gives a container that was not started, or is stopped, its name back:
// the next run starts it, and runs its hooks.
func (b *bringUp) unmark() []Operation {
	if !b.marked {
		return nil
	}
	return []Operation{RenameContainer{Container: b.replica.handle(), Name: b.replica.name}}
}

// hooksPending is true for a container that runs, and whose post_start hooks a
// run that was interrupted has perhaps not run to their end. They run once more.
func (r *replicaPlan) hooksPending(service state.Service, c state.Container) bool {
	return c.Running() && c.Name != r.name && len(service.Config.PostStart) > 0
}
