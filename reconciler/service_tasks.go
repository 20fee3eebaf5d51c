package reconciler

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

const (
	// placing is how long a service may stand still with a task that has no
	// place: others have to let go of what it needs.
	placing = 20 * time.Second
	// standstill is how long a service may lack tasks that nobody makes: the
	// Swarm makes them at once.
	standstill = 5 * time.Second
	// proving is how long a task that nothing checks has to run before it counts:
	// a program that cannot start ends at once.
	proving = time.Second
)

// failed is true for a task that ended as it should not, or could not begin. One
// of a service that always runs has failed too if it ended with exit code 0: so
// does a program that the Swarm tells to stop because it is unhealthy.
func (w *serviceWait) failed(spec swarm.ServiceSpec, t state.Task) bool {
	switch t.State {
	case swarm.TaskStateFailed, swarm.TaskStateRejected:
		return true
	case swarm.TaskStateComplete:
		return w.op.Condition != state.Completed && !isJob(spec) && restartsAlways(spec)
	}
	return false
}

// wanted is true for a task that is to run, or to be done.
func wanted(t state.Task) bool {
	switch t.Desired {
	case swarm.TaskStateShutdown, swarm.TaskStateRemove, swarm.TaskStateOrphaned, swarm.TaskStateFailed, swarm.TaskStateRejected:
		return false
	}
	return true
}

// tally counts the tasks of a service.
type tally struct {
	want     int // how many are to run or, of a job, to be done
	good     int // how many do
	moving   []state.Task
	homeless *state.Task // one that has no place, and why
	placed   int         // how many of those that move have a place
}

func (w *serviceWait) tally(p part) tally {
	mode := p.service.Spec.Mode
	t := tally{want: 1}
	placed := map[string]bool{} // the nodes that have a task of a service with one on each
	places := map[string]bool{} // where there is a good one
	for _, task := range p.tasks {
		good := w.good(p.service.Spec, task)
		if task.Current && !task.Lost && (good || w.failed(p.service.Spec, task) || wanted(task)) {
			placed[task.NodeID] = true
		}
		switch {
		case good:
			places[slotOf(task)] = true
		case !task.Alive():
			continue
		default:
			t.moving = append(t.moving, task)
			if !wanted(task) || !task.Unplaced() {
				t.placed++
			} else if task.Error != "" {
				t.homeless = &task
			}
		}
	}
	t.good = len(places)
	switch {
	case mode.Replicated != nil && mode.Replicated.Replicas != nil:
		t.want = int(*mode.Replicated.Replicas) //nolint:gosec // a Swarm holds no such number of tasks
	case mode.Global != nil, mode.GlobalJob != nil:
		t.want = len(placed)
	case mode.ReplicatedJob != nil:
		t.want = completions(*mode.ReplicatedJob)
	}
	return t
}

func completions(job swarm.ReplicatedJob) int {
	for _, n := range []*uint64{job.TotalCompletions, job.MaxConcurrent} {
		if n != nil {
			return int(*n) //nolint:gosec // a Swarm holds no such number of tasks
		}
	}
	return 1
}

// slotOf tells the tasks of a service apart that are not one after the other: by
// their slot or, where there is one on each node, by that.
func slotOf(t state.Task) string {
	if t.Slot == 0 {
		return t.NodeID
	}
	return strconv.Itoa(t.Slot)
}

// good is true for a task that is what is waited for.
func (w *serviceWait) good(spec swarm.ServiceSpec, t state.Task) bool {
	switch {
	case !t.Current || t.Lost || t.Desired == swarm.TaskStateRemove:
		return false
	case t.State == swarm.TaskStateComplete:
		return w.op.Condition == state.Completed || isJob(spec) || !restartsAlways(spec)
	case w.op.Condition == state.Started:
		return (t.State == swarm.TaskStateStarting || t.State == swarm.TaskStateRunning) && wanted(t)
	case w.op.Condition == state.Completed || isJob(spec):
		return false
	}
	return t.State == swarm.TaskStateRunning && wanted(t)
}

func isJob(spec swarm.ServiceSpec) bool {
	return spec.Mode.ReplicatedJob != nil || spec.Mode.GlobalJob != nil
}

// restartsAlways is true for a service whose tasks are started again also when
// they end well.
func restartsAlways(spec swarm.ServiceSpec) bool {
	policy := spec.TaskTemplate.RestartPolicy
	return policy == nil || policy.Condition == "" || policy.Condition == swarm.RestartPolicyConditionAny
}

// judgeTasks says how the tasks do. While the Swarm updates them, it is for the
// update to say how many may fail.
func (w *serviceWait) judgeTasks(p part, updating bool) standing {
	t := w.tally(p)
	now := standing{detail: w.detail(p, t)}
	if updating && len(t.moving) == 0 {
		now.detail += "; the update goes on"
	}
	if loop := w.loops(p.service.Spec); loop != nil && !updating {
		now.err = loop
		return now
	}
	switch {
	case w.op.Condition == state.Started && t.good > 0 && t.good == t.want:
		now.met = true
	case t.homeless != nil:
		now.patience, now.stuck = placing, taskError(*t.homeless)
	case len(t.moving) > 0 && t.placed == 0:
		now.patience, now.stuck = placing, unplaced(t.moving[0], p.service.Spec)
	case updating:
		now.patience, now.stuck = w.restsTooLong(p)
	case len(t.moving) > 0:
	case t.good < t.want:
		now.patience, now.stuck = standstill, w.failure(p)
	case t.good > t.want: // none of them was told to stop yet
		now.patience, now.stuck = standstill, fmt.Errorf("it has %d tasks, and the Swarm stops none of them", t.good)
	case t.want == 0 && p.service.Spec.Mode.Replicated == nil:
		now.patience, now.note = standstill, "no node takes a task of it: none meets its placement constraints, or none is active"
	case len(w.ended) > 0 && w.op.Condition != state.Completed && !isJob(p.service.Spec):
		now.patience = settling // it has to go on running for a while
	case w.unproven(p.service) && t.want > 0:
		now.patience = proving
	default:
		now.met = true
	}
	return now
}

// restsTooLong is how long an update may go on while no task of it is under way,
// and what it is an error with then. There is no limit while one is.
func (w *serviceWait) restsTooLong(p part) (most time.Duration, stuck error) {
	rests, most := planner.Rests(*p.service, p.tasks)
	if !rests {
		return 0, nil
	}
	return most, fmt.Errorf("its update stands still: the Swarm has done nothing for %s; run it again, and the update is begun anew", most)
}

// unproven is true for a service of this run's whose tasks nobody has looked at
// but for their start: it has no healthcheck, and no update that the Swarm
// monitors.
func (w *serviceWait) unproven(s *state.ObservedService) bool {
	if !w.written || w.op.Condition != state.Ready || isJob(s.Spec) || s.Update != nil && !w.stale {
		return false
	}
	container := s.Spec.TaskTemplate.ContainerSpec
	return container == nil || container.Healthcheck == nil || len(container.Healthcheck.Test) == 0 || container.Healthcheck.Test[0] == "NONE"
}

// loops is the error of a service whose task fails again and again in the same
// place.
func (w *serviceWait) loops(spec swarm.ServiceSpec) error {
	most := maxRestarts
	if policy := spec.TaskTemplate.RestartPolicy; policy != nil && policy.MaxAttempts != nil && *policy.MaxAttempts > 0 {
		most = int(*policy.MaxAttempts) + 1 //nolint:gosec // nobody waits for so many
	}
	failures := map[string]int{} // by slot, or node
	for _, t := range w.endedInOrder() {
		if failures[slotOf(t)]++; t.Current && failures[slotOf(t)] >= most {
			return &taskFailure{task: t, times: failures[slotOf(t)]}
		}
	}
	return nil
}

// endedInOrder are the tasks that failed, those first that were made first.
func (w *serviceWait) endedInOrder() []state.Task {
	return slices.SortedFunc(maps.Values(w.ended), func(a, b state.Task) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
}

// failure is the failed task that tells why the service is not as it should be:
// the one that the update names, or the last.
func (w *serviceWait) failure(p part) error {
	var told *state.Task
	for _, t := range slices.Concat(p.tasks, w.endedInOrder()) {
		if !w.failed(p.service.Spec, t) {
			continue
		}
		if u := p.service.Update; u != nil && strings.Contains(u.Message, t.ID) {
			told = &t
			break
		}
		if told == nil || t.Since.After(told.Since) {
			told = &t
		}
	}
	switch {
	case told != nil:
		return taskError(*told)
	case p.service.Update != nil && p.service.Update.Message != "":
		return errors.New(p.service.Update.Message)
	}
	return errors.New("not all its tasks run, and the Swarm makes no more of them")
}

// rolledBack is the error of a service that is what it was before its update.
func (w *serviceWait) rolledBack(p part, outcome RolloutOutcome) error {
	places := map[string]bool{}
	for _, t := range w.ended {
		places[place(t)] = true
	}
	return &rolledBackError{
		RolloutError: RolloutError{Service: w.node.Ref.Name, Outcome: outcome, Slots: w.tally(p).want, Failed: len(places)},
		why:          cmp.Or(w.cause, w.failure(p)),
	}
}

// detail says how far the service is: "2/3 running; web.2 on node2: starting".
func (w *serviceWait) detail(p part, t tally) string {
	word := "running"
	switch {
	case w.op.Condition == state.Started:
		word = "started"
	case w.op.Condition == state.Completed || isJob(p.service.Spec):
		word = "done"
	}
	text := fmt.Sprintf("%d/%d %s", t.good, t.want, word)
	if len(t.moving) == 0 {
		return text
	}
	first := t.moving[0]
	text += fmt.Sprintf("; %s: %s", place(first), doing(first))
	if more := len(t.moving) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// doing is what a task is about: the Swarm's word for its state, and why it is
// no further.
func doing(t state.Task) string {
	switch {
	case !wanted(t):
		return "stopping"
	case t.Error != "":
		return fmt.Sprintf("%s, %s", t.State, t.Error)
	}
	return string(t.State)
}

// place names a task by its service, slot and node: "web.2 on node2".
func place(t state.Task) string {
	text := t.Service
	if t.Slot > 0 {
		text += fmt.Sprintf(".%d", t.Slot)
	}
	if t.Node != "" {
		text += " on " + t.Node
	}
	return text
}
