package memory

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/swarm"
)

// rollout is an update of a service's tasks that goes on (swarmkit,
// manager/orchestrator/update).
type rollout struct {
	Dirty    int      // how many slots it began with
	Queue    []string // the slots, or nodes, whose turn has not come
	Working  []*replacement
	Made     map[string]time.Time // when the tasks that it made came up, zero before
	Failures int
	Until    time.Time // it is watched, once all are replaced
}

// replacement is a slot whose task is being replaced.
type replacement struct {
	Key   string
	Task  string    // the new one
	Up    bool      // it came up, or ended
	Until time.Time // the delay that follows
}

// rollingBack is true while a service goes back to what it was.
func (o *service) rollingBack() bool {
	return o.Update != nil && o.Update.State == swarm.UpdateStateRollbackStarted
}

// config is how the service's tasks are updated, with the Swarm's defaults.
func (o *service) config() swarm.UpdateConfig {
	asked := o.Spec.UpdateConfig
	if o.rollingBack() {
		asked = o.Spec.RollbackConfig
	}
	config := swarm.UpdateConfig{Parallelism: 1}
	if asked != nil {
		config = *asked
	}
	config.Monitor = cmp.Or(config.Monitor, defaultMonitor)
	config.FailureAction = cmp.Or(config.FailureAction, swarm.UpdateFailureActionPause)
	return config
}

// dirty are the slots, or nodes, with a task that was made from something else.
func (o *service) dirty() []string {
	var keys []string
	for key, tasks := range o.updatable() {
		if slices.ContainsFunc(tasks, func(t *task) bool { return t.Template != o.Template }) {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	return keys
}

// rollOut begins to replace the tasks that were made from something else.
func (w *world) rollOut(o *service, at time.Time) {
	o.Rollout = nil
	if o.job() {
		return
	}
	dirty := o.dirty()
	switch {
	case len(dirty) > 0:
		if !o.rollingBack() {
			w.say(o, swarm.UpdateStateUpdating, "update in progress", at)
		}
		o.Rollout = &rollout{Dirty: len(dirty), Queue: dirty, Made: map[string]time.Time{}}
		w.Swarm.roll(o)
	case o.rollingBack():
		w.complete(o, at)
	}
}

// say sets what is told of a service's update.
func (w *world) say(o *service, s swarm.UpdateState, message string, at time.Time) {
	status := swarm.UpdateStatus{State: s, Message: message}
	if o.Update != nil {
		status.StartedAt = o.Update.StartedAt
	}
	switch s {
	case swarm.UpdateStateUpdating:
		status.StartedAt = &at
	case swarm.UpdateStateCompleted, swarm.UpdateStateRollbackCompleted:
		status.CompletedAt = &at
	case swarm.UpdateStatePaused, swarm.UpdateStateRollbackPaused, swarm.UpdateStateRollbackStarted:
	}
	o.Update = &status
	o.Updated = at
	w.Swarm.bump(o)
}

// complete ends a rollout that went well.
func (w *world) complete(o *service, at time.Time) {
	o.Rollout = nil
	if o.rollingBack() {
		w.say(o, swarm.UpdateStateRollbackCompleted, "rollback completed", at)
		return
	}
	w.say(o, swarm.UpdateStateCompleted, "update completed", at)
}

// proceed brings a rollout as far as it can come now.
func (w *world) proceed(o *service, at time.Time) {
	r := o.Rollout
	if r == nil || o.Removed {
		return
	}
	config := o.config()
	r.Working = slices.DeleteFunc(r.Working, func(s *replacement) bool { return w.replaced(o, s, config, at) })
	parallel := int(config.Parallelism) //nolint:gosec // a small number
	if parallel == 0 {
		parallel = r.Dirty
	}
	for len(r.Queue) > 0 && len(r.Working) < parallel {
		key := r.Queue[0]
		r.Queue = r.Queue[1:]
		w.begin(o, key, config, at)
	}
	switch {
	case len(r.Working) > 0 || len(r.Queue) > 0:
	case r.Until.IsZero():
		r.Until = at.Add(config.Monitor)
		w.wakeAt(timer{At: r.Until, Service: o.ID})
	case !at.Before(r.Until):
		w.complete(o, at)
	}
}

// replaced is true for a slot that is done, its delay included.
func (w *world) replaced(o *service, s *replacement, config swarm.UpdateConfig, at time.Time) bool {
	if !s.Up {
		t := w.Swarm.tasks[s.Task]
		if t != nil && !t.ended() && t.State != swarm.TaskStateRunning {
			return false
		}
		if t != nil && t.State == swarm.TaskStateRunning {
			o.Rollout.Made[t.ID] = at
			if config.Order == swarm.UpdateOrderStartFirst {
				w.stopOthers(o, t)
			}
		}
		s.Up, s.Until = true, at.Add(config.Delay)
		if config.Delay > 0 {
			w.wakeAt(timer{At: s.Until, Service: o.ID})
		}
	}
	return !at.Before(s.Until)
}

// begin replaces the task of a slot.
func (w *world) begin(o *service, key string, config swarm.UpdateConfig, at time.Time) {
	tasks := o.updatable()[key]
	if len(tasks) == 0 {
		return
	}
	i := slices.IndexFunc(tasks, func(t *task) bool { return t.Template == o.Template })
	var next *task
	if i >= 0 {
		next = tasks[i] // its predecessor was started again meanwhile
	} else {
		next = w.newTask(o, tasks[0].Slot, o.nodeOf(tasks[0]), at)
		w.forgetHistory(o, next)
		w.touch(next)
	}
	o.Rollout.Made[next.ID] = time.Time{}
	o.Rollout.Working = append(o.Rollout.Working, &replacement{Key: key, Task: next.ID})
	if config.Order != swarm.UpdateOrderStartFirst || i >= 0 {
		if i < 0 {
			next.After = tasks[0].ID
		}
		w.stopOthers(o, next)
	}
	w.Swarm.roll(o)
}

// stopOthers stops the other tasks of a task's slot.
func (w *world) stopOthers(o *service, t *task) {
	for _, other := range o.live()[t.key()] {
		if other != t {
			w.want(other, swarm.TaskStateShutdown)
		}
	}
}

// failedInRollout has a rollout mind a task of it that ended too early.
func (w *world) failedInRollout(t *task, at time.Time) {
	o := t.service
	r := o.Rollout
	if r == nil {
		return
	}
	up, made := r.Made[t.ID]
	config := o.config()
	if !made || !up.IsZero() && at.Sub(up) > config.Monitor {
		return
	}
	delete(r.Made, t.ID)
	r.Failures++
	if float32(r.Failures)/float32(r.Dirty) <= config.MaxFailureRatio {
		return
	}
	const reason = " due to failure or early termination of task "
	switch {
	case config.FailureAction == swarm.UpdateFailureActionContinue:
	case o.rollingBack():
		o.Rollout = nil
		w.say(o, swarm.UpdateStateRollbackPaused, "rollback paused"+reason+t.ID, at)
	case config.FailureAction == swarm.UpdateFailureActionRollback && o.Previous != nil:
		w.say(o, swarm.UpdateStateRollbackStarted, "update rolled back"+reason+t.ID, at)
		o.become(*o.Previous)
		o.Previous = nil
		w.reconcile(o, at)
		w.rollOut(o, at)
	default:
		o.Rollout = nil
		w.say(o, swarm.UpdateStatePaused, "update paused"+reason+t.ID, at)
	}
}
