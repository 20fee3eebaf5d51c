package memory

import (
	"cmp"
	"slices"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// everywhere is true for a service with a task on each node.
func (o *service) everywhere() bool { return o.Spec.Mode.Global != nil || o.Spec.Mode.GlobalJob != nil }

// job is true for a service whose tasks run to their end.
func (o *service) job() bool { return o.Spec.Mode.ReplicatedJob != nil || o.Spec.Mode.GlobalJob != nil }

// goal is what is wanted of the service's tasks.
func (o *service) goal() swarm.TaskState {
	if o.job() {
		return swarm.TaskStateComplete
	}
	return swarm.TaskStateRunning
}

func (o *service) placement(template string) *swarm.Placement {
	return o.Templates[template].Task.Placement
}

// serviceKey is the service's key in the compose file.
func (o *service) serviceKey() string { return state.ServiceKey(o.Spec.Annotations) }

// nodeOf is the node that a task is bound to.
func (o *service) nodeOf(t *task) string {
	if o.everywhere() {
		return t.NodeID
	}
	return ""
}

// live are the tasks that run or will, by slot or node.
func (o *service) live() map[string][]*task {
	all := map[string][]*task{}
	for _, t := range o.Tasks {
		if t.lives() {
			all[t.key()] = append(all[t.key()], t)
		}
	}
	return all
}

// updatable are the live tasks and, of a slot that has none, the last one that
// the restart policy leaves at its end: it has its slot until it is replaced
// (swarmkit, restart.UpdatableTasksInSlot). What is rolled back has all its tasks.
func (o *service) updatable() map[string][]*task {
	all := o.live()
	if o.rollingBack() {
		return all
	}
	last := map[string]*task{}
	for _, t := range o.Tasks {
		if t.Desired != swarm.TaskStateRemove && all[t.key()] == nil {
			last[t.key()] = t
		}
	}
	for key, t := range last {
		if !t.restarts(t.policy(), t.Since) {
			all[key] = []*task{t}
		}
	}
	return all
}

// reconcile makes and removes tasks so that there are as many as the service
// asks for. A slot whose last task was not restarted gets another one only when
// what tasks are made from changes.
func (w *world) reconcile(o *service, at time.Time) {
	switch mode := o.Spec.Mode; {
	case o.Removed:
	case mode.ReplicatedJob != nil:
		w.reconcileJob(o, mode.ReplicatedJob, at)
	case o.everywhere():
		w.reconcileEverywhere(o, at)
	default:
		w.reconcileSlots(o, at)
	}
}

// orchestrate makes of a service what it is to be, at once or after a while.
func (w *world) orchestrate(o *service, at time.Time) {
	o.Acts = at.Add(w.options.Hesitates)
	if o.Acts.After(at) {
		w.wakeAt(timer{At: o.Acts, Service: o.ID})
		return
	}
	w.begins(o, at)
}

func (w *world) begins(o *service, at time.Time) {
	if o.Acts.IsZero() || o.Acts.After(at) {
		return
	}
	o.Acts = time.Time{}
	w.reconcile(o, at)
	w.rollOut(o, at)
}

func (w *world) reconcileSlots(o *service, at time.Time) {
	replicas := 1
	if r := o.Spec.Mode.Replicated; r != nil && r.Replicas != nil {
		replicas = int(*r.Replicas) //nolint:gosec // a small number
	}
	live := o.slots()
	if len(live) > replicas {
		w.scaleDown(o, live, replicas)
		return
	}
	taken := map[int]bool{}
	for _, slot := range live {
		taken[slot[0].Slot] = true
	}
	for missing, slot := replicas-len(live), 1; missing > 0; slot++ {
		if !taken[slot] {
			w.newTask(o, slot, "", at)
			missing--
		}
	}
}

// slots are the updatable tasks, slot by slot.
func (o *service) slots() [][]*task {
	var all [][]*task
	for _, tasks := range o.updatable() {
		all = append(all, tasks)
	}
	slices.SortFunc(all, func(a, b []*task) int { return cmp.Compare(a[0].Slot, b[0].Slot) })
	return all
}

// scaleDown removes slots: those first where nothing runs, then those on the
// nodes that have most.
func (w *world) scaleDown(o *service, live [][]*task, replicas int) {
	type place struct {
		tasks []*task
		runs  bool
		index int // among those of its node
	}
	var places []*place
	for _, tasks := range live {
		runs := slices.ContainsFunc(tasks, func(t *task) bool { return t.State == swarm.TaskStateRunning })
		places = append(places, &place{tasks: tasks, runs: runs})
	}
	slices.SortStableFunc(places, func(a, b *place) int { return compareBools(b.runs, a.runs) })
	counts := map[string]int{}
	for _, p := range places {
		p.index = counts[p.tasks[0].NodeID]
		counts[p.tasks[0].NodeID]++
	}
	slices.SortStableFunc(places, func(a, b *place) int {
		return cmp.Or(compareBools(b.runs, a.runs), cmp.Compare(a.index, b.index))
	})
	for _, p := range places[replicas:] {
		w.removeSlot(o, p.tasks[0].key())
	}
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// removeSlot removes all tasks of a slot, past ones included.
func (w *world) removeSlot(o *service, key string) {
	for _, t := range slices.Clone(o.Tasks) {
		if t.key() == key {
			w.want(t, swarm.TaskStateRemove)
		}
	}
}

// reconcileEverywhere has one task on each node that takes them. Nodes that are
// paused keep theirs.
func (w *world) reconcileEverywhere(o *service, at time.Time) {
	live := o.updatable()
	if o.job() {
		live = o.live()
	}
	done := map[string]bool{}
	for _, t := range o.Tasks {
		if o.job() && t.Iteration == o.Iteration && t.ended() {
			done[t.NodeID] = true // to its end, or as often as it may be tried
		}
	}
	for _, n := range w.Swarm.Nodes {
		suits := n.State == nodeReady && n.Availability != nodeDrain && n.fits(o.Spec.TaskTemplate.Placement)
		switch {
		case !suits:
			for _, t := range live[n.ID] {
				w.want(t, swarm.TaskStateShutdown)
			}
		case len(live[n.ID]) == 0 && n.Availability == nodeActive && !done[n.ID]:
			w.newTask(o, 0, n.ID, at)
		}
	}
}

// reconcileJob has as many tasks of a job run as may at a time, until as many as
// are asked for have run to their end. Those of earlier runs are removed.
func (w *world) reconcileJob(o *service, job *swarm.ReplicatedJob, at time.Time) {
	concurrent, total := uint64(1), uint64(1)
	if job.MaxConcurrent != nil {
		concurrent, total = *job.MaxConcurrent, *job.MaxConcurrent
	}
	if job.TotalCompletions != nil {
		total = *job.TotalCompletions
	}
	var running, completed uint64
	taken := map[int]bool{}
	for _, t := range slices.Clone(o.Tasks) {
		switch {
		case t.Iteration != o.Iteration:
			if t.lives() {
				w.want(t, swarm.TaskStateRemove)
			}
			continue
		case t.State == swarm.TaskStateComplete:
			completed++
		case t.lives():
			running++
		default:
			continue
		}
		taken[t.Slot] = true
	}
	missing := min(total-min(total, completed+running), concurrent-min(concurrent, running))
	for slot := 0; missing > 0; slot++ {
		if !taken[slot] {
			w.newTask(o, slot, "", at)
			missing--
		}
	}
}
