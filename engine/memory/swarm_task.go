package memory

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/docker/docker/api/types/swarm"
)

// keptTasks is how many tasks of a slot are kept, the one that runs included
// (the Swarm's task history limit).
const keptTasks = 5

func byAge(a, b *task) int {
	return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
}

// newTask makes a task of a service for a slot or, where there is one on each
// node, for a node. It is to be brought so far that only its start is left.
func (w *world) newTask(o *service, slot int, nodeID string, at time.Time) *task {
	t := &task{
		ID: w.shortID("task"), Slot: slot, NodeID: nodeID, Template: o.Template, Iteration: o.Iteration,
		State: swarm.TaskStatePending, Desired: swarm.TaskStateReady, Message: "pending task scheduling",
		Created: at, Since: at, service: o,
	}
	o.Tasks = append(o.Tasks, t)
	s := w.Swarm
	s.tasks[t.ID] = t
	s.pending = append(s.pending, t)
	s.retry = true
	s.changed(o)
	return t
}

// forgetHistory removes the oldest tasks of a new task's slot.
func (w *world) forgetHistory(o *service, newest *task) {
	var same []*task
	for _, t := range o.Tasks {
		if t.key() == newest.key() {
			same = append(same, t)
		}
	}
	for _, t := range same[:max(0, len(same)-keptTasks)] {
		if t.ended() {
			w.forgetTask(t)
		}
	}
}

// forgetTask removes a task and its container, and the service that was removed
// with its last task.
func (w *world) forgetTask(t *task) {
	s, o := w.Swarm, t.service
	o.Tasks = slices.DeleteFunc(o.Tasks, func(other *task) bool { return other == t })
	s.pending = slices.DeleteFunc(s.pending, func(other *task) bool { return other == t })
	delete(s.tasks, t.ID)
	s.changed(o)
	if t.node != nil {
		t.node.let(t)
	}
	if t.c != nil {
		t.c.Due, t.c.task = nil, nil
		delete(w.containersOf(t.node), t.c.ID)
	}
	if o.Removed && len(o.Tasks) == 0 {
		delete(s.Services, o.ID)
	}
}

// want changes what is wanted of a task. One that has no place yet and is not
// wanted any more is gone.
func (w *world) want(t *task, desired swarm.TaskState) {
	if t.Desired == desired {
		return
	}
	before := t.wanted()
	t.Desired = desired
	w.Swarm.changed(t.service)
	if before && !t.wanted() && t.node != nil && t.node.running[t.ID] != nil {
		t.node.active[t.service.ID]--
		w.Swarm.retry = true
	}
	if !t.wanted() && t.node == nil || desired == swarm.TaskStateRemove && t.ended() {
		w.forgetTask(t)
		return
	}
	w.touch(t)
}

// become brings a task into a state, and has what waits for it follow.
func (w *world) become(t *task, s swarm.TaskState, message string, at time.Time) {
	t.State, t.Message, t.Since = s, message, at
	w.Swarm.changed(t.service)
	w.Swarm.roll(t.service)
	if !t.ended() {
		return
	}
	w.Swarm.retry = true
	t.node.let(t)
	for _, other := range t.service.Tasks {
		if other.After == t.ID {
			w.touch(other)
		}
	}
	switch {
	case t.Desired == swarm.TaskStateRemove:
		w.forgetTask(t)
	case t.service.job() && t.State == swarm.TaskStateComplete:
		w.reconcile(t.service, at)
	default:
		w.replaceLost(t, at)
	}
	w.failedInRollout(t, at)
}

// replaceLost replaces a task that ended although it is wanted: one that ended
// before it was to be started, when it was.
func (w *world) replaceLost(t *task, at time.Time) {
	if t.ended() && t.lives() && !at.Before(t.StartAt) {
		w.replace(t, at)
	}
}

// fail ends a task with an error.
func (w *world) fail(t *task, s swarm.TaskState, reason string, at time.Time) {
	t.Error = reason
	if t.c != nil && t.c.Running() {
		w.die(t.c, at, exitKilled)
	}
	w.become(t, s, t.Message, at)
}

// drive brings a task as far as it can come now, as its node's engine does.
func (w *world) drive(t *task, at time.Time) {
	w.replaceLost(t, at)
	for w.Swarm.tasks[t.ID] == t && !t.ended() && t.node != nil && t.node.State != nodeDown && w.bring(t, at) {
		continue
	}
}

func (w *world) bring(t *task, at time.Time) (moved bool) {
	if !t.wanted() {
		return w.shutDown(t, at)
	}
	switch t.State {
	case swarm.TaskStateAssigned:
		w.become(t, swarm.TaskStateAccepted, "accepted", at)
	case swarm.TaskStateAccepted:
		w.become(t, swarm.TaskStatePreparing, "preparing", at)
		w.takes(t, w.pullTime(t), at)
	case swarm.TaskStatePreparing:
		if at.Before(t.Due) {
			return false
		}
		if err := w.prepareTask(t, at); err != nil {
			w.fail(t, swarm.TaskStateRejected, err.Error(), at)
			return true
		}
		w.become(t, swarm.TaskStateReady, "prepared", at)
	case swarm.TaskStateReady:
		if !w.mayStart(t, at) {
			return false
		}
		w.want(t, t.service.goal())
		w.become(t, swarm.TaskStateStarting, "starting", at)
		w.takes(t, t.c.Behavior.StartDelay, at)
	case swarm.TaskStateStarting:
		if at.Before(t.Due) {
			return false
		}
		if !t.Begun {
			t.Begun = true
			if err := w.start(t.c, at); err != nil {
				w.fail(t, swarm.TaskStateFailed, "starting container failed: "+err.Error(), at)
				return true
			}
		}
		return w.follow(t, at)
	case swarm.TaskStateRunning:
		return w.follow(t, at)
	}
	return true
}

// takes has the work of a task's state take time.
func (w *world) takes(t *task, d time.Duration, at time.Time) {
	t.Due = at.Add(d)
	if d > 0 {
		w.wakeAt(timer{At: t.Due, Task: t.ID})
	}
}

// mayStart is true for a task whose start nothing holds back any more.
func (w *world) mayStart(t *task, at time.Time) bool {
	before := w.Swarm.tasks[t.After]
	return !at.Before(t.StartAt) && (before == nil || before.ended() || before.node != nil && before.node.State == nodeDown)
}

// follow brings a task whose container was started into the state that the
// container is in.
func (w *world) follow(t *task, at time.Time) (moved bool) {
	c := t.c
	switch {
	case !c.Running():
		w.finish(t, at)
	case c.unhealthy():
		if t.Sick {
			return false
		}
		t.Sick = true
		w.stopTask(t, at)
	case t.State == swarm.TaskStateStarting && c.ready():
		w.become(t, swarm.TaskStateRunning, "started", at)
	default:
		return false
	}
	return true
}

// finish is the end of a task whose container has ended.
func (w *world) finish(t *task, at time.Time) {
	t.ExitCode = t.c.ExitCode
	if t.ExitCode == 0 {
		w.become(t, swarm.TaskStateComplete, "finished", at)
		return
	}
	reason := fmt.Sprintf("non-zero exit (%d)", t.ExitCode)
	if t.Sick {
		reason += ": dockerexec: unhealthy container"
	}
	w.fail(t, swarm.TaskStateFailed, reason, at)
}

// shutDown stops a task that is not wanted any more.
func (w *world) shutDown(t *task, at time.Time) (moved bool) {
	if t.c != nil && t.c.Running() {
		if !t.c.Stopped {
			w.stopTask(t, at)
		}
		if t.c.Running() {
			return false
		}
	}
	if t.c != nil {
		t.ExitCode = t.c.ExitCode
	}
	w.become(t, swarm.TaskStateShutdown, "shutdown", at)
	return true
}
