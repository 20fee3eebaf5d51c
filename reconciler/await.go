package reconciler

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// maxRestarts is how often a container may restart while it is waited for:
// more is a loop that will not end by itself.
const maxRestarts = 3

// await returns when a container meets a condition, or cannot any more.
func (r *run) await(ctx context.Context, node planner.Node, op planner.AwaitContainer) error {
	if op.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, op.Timeout, errTooLong)
		defer cancel()
	}
	w := &wait{run: r, node: node, op: op, key: r.names.key(op.Container)}
	err := w.until(ctx)
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, engine.ErrUnavailable) {
		return err
	}
	return w.explain(err)
}

var errTooLong = errors.New("timed out")

// settling is how long a container that restarted has to run to count as
// running: the engine takes it for one that restarts in a loop until then.
const settling = 10 * time.Second

// proof is how long a container without a healthcheck has to run to be ready: a
// program that cannot do its work ends at once.
const proof = 500 * time.Millisecond

// longestSilence is how long a wait trusts a stream of events that says
// nothing. A wait ends with an event; this is for a stream that hangs.
const longestSilence = 30 * time.Second

// wait is one wait for one container.
type wait struct {
	*run
	node planner.Node
	op   planner.AwaitContainer
	key  string
	last state.Container // as it was last seen

	restarts int // when the wait began
	seen     bool
	settled  <-chan time.Time // since the container's last start
	proven   bool             // it has run on since then
	probes   sync.WaitGroup
}

func (w *wait) until(ctx context.Context) error {
	rung, stopListening := w.watcher.listen(w.key)
	defer stopListening()
	probing, endProbing := context.WithCancel(ctx)
	defer w.probes.Wait()
	defer endProbing()
	var healthy <-chan struct{}
	for {
		met, err := w.look(ctx)
		if met || err != nil {
			return err
		}
		if healthy == nil && w.op.Probe && w.last.Healthcheck != nil && w.last.Status == state.StatusRunning {
			healthy = w.probe(probing)
		}
		select {
		case <-rung:
		case <-time.After(longestSilence):
		case <-healthy:
			return nil
		case <-w.settled:
			w.proven = true
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// look inspects the container and says whether the condition is met; an error
// says that it will not be.
func (w *wait) look(ctx context.Context) (met bool, err error) {
	c, err := w.Engine.InspectContainer(ctx, w.key)
	if err != nil {
		return false, err
	}
	if c.StartedAt != w.last.StartedAt || c.Status != state.StatusRunning {
		w.settled, w.proven = nil, false
	}
	w.last = c
	if !w.seen {
		w.seen, w.restarts = true, c.RestartCount
	}
	if c.RestartCount-w.restarts >= maxRestarts && w.op.Condition != state.Completed {
		return false, fmt.Errorf("restarts in a loop: exited (%d)", c.ExitCode)
	}
	switch c.Status {
	case state.StatusExited, state.StatusDead:
		return w.exited(c)
	case state.StatusRunning:
		return w.running(c)
	case state.StatusCreated, state.StatusPaused, state.StatusRestarting, state.StatusRemoving:
	}
	return false, nil
}

func (w *wait) exited(c state.Container) (met bool, err error) {
	oneShot := w.op.Condition == state.Completed || w.op.Condition == state.Ready && endsByItself(c)
	if oneShot && c.ExitCode == 0 && c.Status == state.StatusExited {
		return true, nil
	}
	if c.OOMKilled {
		return false, fmt.Errorf("exited (%d): out of memory", c.ExitCode)
	}
	return false, fmt.Errorf("exited (%d)", c.ExitCode)
}

// endsByItself is true for a container that the engine does not restart when
// it exits with 0.
func endsByItself(c state.Container) bool {
	switch c.RestartPolicy {
	case "", "no", "on-failure":
		return true
	}
	return false
}

func (w *wait) running(c state.Container) (met bool, err error) {
	switch {
	case w.op.Condition == state.Completed:
		return false, nil
	case w.op.Condition == state.Started:
		return true, nil
	case c.Healthcheck == nil && w.op.Condition == state.Ready:
		return w.runsOn(c), nil
	case c.Healthcheck == nil:
		return false, errors.New("has no healthcheck configured, so it can never be healthy: give it a `healthcheck`, or depend on it with `condition: service_started`")
	case c.Health == state.HealthHealthy:
		return true, nil
	case c.Health == state.HealthUnhealthy && !wasPaused(c):
		return false, engine.AboutPart(errors.New("is unhealthy"), state.PartHealth, "")
	}
	return false, nil
}

// wasPaused is true for a container that the engine calls unhealthy only because
// it did not look while it was paused: until its next look it says so.
func wasPaused(c state.Container) bool {
	return len(c.HealthLog) == 0 || c.HealthLog[len(c.HealthLog)-1].ExitCode == 0
}

// runsOn is true for a container that has run for a while: for longer if it has
// restarted.
func (w *wait) runsOn(c state.Container) bool {
	if w.settled == nil && !w.proven {
		left := min(proof, proof-time.Since(c.StartedAt)) // by two clocks
		if c.RestartCount > 0 {
			left = settling
		}
		w.proven, w.settled = left <= 0, time.After(left)
	}
	return w.proven
}

// explain says why a wait failed, with what the container had to say last.
func (w *wait) explain(err error) error {
	name := w.node.Name()
	text := fmt.Sprintf("container %s %s", name, err)
	switch {
	case errors.Is(err, errTooLong):
		text = fmt.Sprintf("container %s: %s: it is %s", name, w.tooLong(), describe(w.last))
	case w.op.Hook != "":
		text = fmt.Sprintf("%s: container %s %s; it is kept until the next run, for `docker logs %s`", w.op.Hook, name, err, name)
	case w.op.Condition != state.Ready:
		text = "dependency failed to start: " + text
	}
	return &WaitError{
		Text: text, Err: err, Probes: lastProbes(w.last),
		Logs: w.lastLogs(),
	}
}

// tooLong says what took too long, in the sentences that scripts look for.
func (w *wait) tooLong() string {
	switch {
	case w.op.Hook != "":
		return fmt.Sprintf("timed out after %s", w.op.Timeout)
	case w.op.Condition == state.Ready:
		return fmt.Sprintf("application not healthy after %s", w.op.Timeout)
	}
	return fmt.Sprintf("timeout waiting for dependencies: not %s after %s", w.op.Condition, w.op.Timeout)
}

func describe(c state.Container) string {
	if c.Health != state.HealthNone {
		return fmt.Sprintf("%s, its health is %s", c.Status, c.Health)
	}
	return string(c.Status)
}

func lastProbes(c state.Container) []state.Probe {
	return c.HealthLog[max(0, len(c.HealthLog)-2):]
}

const logTail = "10"

func (w *wait) lastLogs() []string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), 5*time.Second)
	defer cancel()
	var lines []string
	_ = w.Engine.Logs(ctx, w.key, state.LogOptions{Tail: logTail}, func(line state.LogLine) {
		lines = append(lines, line.Text)
	})
	return lines
}

func (w *wait) say(detail string) {
	e := about(w.node, event.Progress)
	e.Detail = detail
	w.emit(e)
}
