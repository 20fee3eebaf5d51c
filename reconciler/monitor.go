package reconciler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// blocks is true for a node that waits for something that may never come. What
// monitors a container ends at once when the run is interrupted.
func blocks(node planner.Node) bool {
	switch node.Op.(type) {
	case planner.AwaitContainer, planner.Delay:
		return true
	}
	return followsCluster(node)
}

// followsCluster is true for a node that waits for a service of a Swarm.
func followsCluster(node planner.Node) bool {
	switch node.Op.(type) {
	case planner.AwaitService, planner.AwaitServiceGone:
		return true
	}
	return false
}

// callsEngine is false for a node that only waits.
func callsEngine(node planner.Node) bool {
	_, monitors := node.Op.(planner.MonitorContainer)
	return !monitors && !blocks(node)
}

// delay waits for a while.
func (r *run) delay(ctx context.Context, op planner.Delay) error {
	select {
	case <-time.After(op.For):
	case <-ctx.Done():
	}
	return r.waits.Err()
}

// monitor returns an error when a container does not stay as it should be for
// a while. When nobody wants to know any more, it has been good so far.
func (r *run) monitor(ctx context.Context, node planner.Node, op planner.MonitorContainer) error {
	await := planner.AwaitContainer{Container: op.Container, Condition: state.Ready}
	w := &wait{run: r, node: node, op: await, key: r.names.key(op.Container)}
	ctx, cancel := context.WithTimeout(ctx, op.For)
	defer cancel()
	err := w.stays(ctx)
	if err == nil || r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	if errors.Is(err, engine.ErrUnavailable) {
		return err
	}
	return w.explain(fmt.Errorf("%w within %s after it was ready", err, op.For))
}

var errRestarted = errors.New("restarted")

// stays returns when ctx ends, or with an error that says what the container
// does not do any more.
func (w *wait) stays(ctx context.Context) error {
	rung, stopListening := w.watcher.listen(w.key)
	defer stopListening()
	var first *state.Container
	for ctx.Err() == nil {
		c, err := w.Engine.InspectContainer(ctx, w.key)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		w.last = c
		if first == nil {
			first = &c
		}
		if err := stayed(*first, c); err != nil {
			return err
		}
		select {
		case <-rung:
		case <-ctx.Done():
		}
	}
	return nil
}

func stayed(first, now state.Container) error {
	switch {
	case now.RestartCount > first.RestartCount || now.Status == state.StatusRestarting:
		return errRestarted
	case !now.Running():
		return fmt.Errorf("exited (%d)", now.ExitCode)
	case now.Health == state.HealthUnhealthy:
		return errors.New("became unhealthy")
	case !now.StartedAt.Equal(first.StartedAt):
		return errRestarted
	}
	return nil
}
