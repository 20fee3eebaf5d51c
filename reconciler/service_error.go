package reconciler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/state"
)

// taskFailure is a task that failed, or that has no place.
type taskFailure struct {
	task  state.Task
	times int // how often what it does has failed in its place; 0 is not counted
}

func taskError(t state.Task) error { return &taskFailure{task: t} }

// unplaced is the error of a task that no node has taken on.
func unplaced(t state.Task, spec swarm.ServiceSpec) error {
	t.Error = WhyUnplaced(t, spec)
	return taskError(t)
}

// WhyUnplaced says why no node has taken a task on for long: what the scheduler
// says or, as it does not come to a task that lacks an address or a port, that.
// The Swarm says which in its log alone.
func WhyUnplaced(t state.Task, spec swarm.ServiceSpec) string {
	switch {
	case t.Error != "":
		return t.Error
	case t.State == swarm.TaskStatePending:
		return "no node was chosen for it"
	}
	var lacks []string
	for _, n := range spec.TaskTemplate.Networks {
		lacks = append(lacks, "free address in network "+n.Target)
	}
	if spec.EndpointSpec != nil && len(spec.EndpointSpec.Ports) > 0 {
		lacks = append(lacks, "free port")
	}
	if len(lacks) == 0 {
		return "the Swarm does not schedule it; a manager's log says why"
	}
	return "the Swarm finds no " + strings.Join(lacks, " or ") + " for it; a manager's log says which"
}

// Error says which task, where, and what the Swarm says of it.
func (e *taskFailure) Error() string {
	text := fmt.Sprintf("%s: %s", place(e.task), cmp.Or(e.task.Error, e.task.Message, string(e.task.State)))
	if e.task.State == swarm.TaskStateComplete {
		text = place(e.task) + ": ended with exit code 0, by itself or because it was unhealthy"
	}
	if e.times > 1 {
		return fmt.Sprintf("fails again and again: %s (%d times)", text, e.times)
	}
	return text
}

// rolledBackError is a [RolloutError] that names the task it was for.
type rolledBackError struct {
	RolloutError
	why error
}

func (e *rolledBackError) Error() string { return fmt.Sprintf("%s: %s", e.Outcome, e.why) }

func (e *rolledBackError) Unwrap() []error { return []error{&e.RolloutError, e.why} }

// explain says why a wait failed, with what the task had to say last.
func (w *serviceWait) explain(err error) error {
	name := w.node.Name()
	text := fmt.Sprintf("service %s: %s", name, err)
	if errors.Is(err, errTooLong) {
		text = fmt.Sprintf("service %s: not converged after %s: %s", name, w.op.Timeout, cmp.Or(w.last.detail, "nothing is known of it"))
		if w.last.stuck != nil {
			err = errors.Join(err, w.last.stuck)
		}
	}
	failed := &WaitError{Text: text, Err: err}
	var task *taskFailure
	if errors.As(err, &task) && task.task.ContainerID != "" {
		failed.Logs = w.taskLogs(task.task.ID)
	}
	return failed
}

func (w *serviceWait) taskLogs(task string) []string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), 5*time.Second)
	defer cancel()
	var lines []string
	_ = w.Engine.ServiceLogs(ctx, state.LogSource{Task: task}, state.LogOptions{Tail: logTail}, func(_ string, line state.LogLine) {
		lines = append(lines, line.Text)
	})
	return lines
}
