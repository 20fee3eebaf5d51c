package memory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// Exit codes and statuses that the engine itself gives.
const (
	exitNotStarted = 128
	exitNotFound   = 127
	exitKilled     = 137 // 128 + SIGKILL
	exitTerminated = 143 // 128 + SIGTERM
)

// The pause before a restart doubles from the first to the last; a container
// that ran for calm begins again.
const (
	firstBackoff = 100 * time.Millisecond
	lastBackoff  = time.Minute
	calm         = 10 * time.Second
)

// StartContainer starts a container that does not run.
func (m containers) StartContainer(ctx context.Context, name string) error {
	var delay time.Duration
	err := m.view(ctx, func(w *world) error {
		c, err := w.container(name)
		if err == nil && !c.Running() {
			delay = c.Behavior.StartDelay
		}
		return err
	})
	if err == nil {
		err = pause(ctx, delay)
	}
	if err == nil {
		err = m.update(ctx, func(w *world, at time.Time) error {
			c, err := w.container(name)
			if err != nil || c.Running() {
				return err
			}
			c.RestartCount, c.Backoff = 0, 0
			return w.start(c, at)
		})
	}
	if err != nil {
		return fmt.Errorf("start container %s: %w", name, err)
	}
	return nil
}

// start runs a container's process. One that cannot be started keeps the
// status that it has, and says why in Error.
func (w *world) start(c *container, at time.Time) error {
	c.Due = nil
	if err := w.prepare(c); err != nil {
		w.release(c)
		if c.Status == state.StatusRestarting {
			c.Status = state.StatusExited
		}
		c.Error, c.ExitCode = err.Error(), exitNotStarted
		if c.Removes {
			w.bury(c, at)
		}
		return err
	}
	c.Status, c.Error, c.ExitCode, c.OOMKilled = state.StatusRunning, "", 0, false
	c.StartedAt, c.Stopped = at, false
	w.tell(c, state.ActionStart, at)
	c.run(at)
	c.beginChecks(at)
	return nil
}

// prepare gives a container what it needs to run: its networks and its ports.
func (w *world) prepare(c *container) error {
	if c.Behavior.StartError != "" {
		return errors.New(c.Behavior.StartError)
	}
	for _, mode := range []string{c.NetworkMode, c.IpcMode, c.PidMode} {
		id, ok := strings.CutPrefix(mode, types.ContainerPrefix)
		if !ok {
			continue
		}
		other, err := w.container(id)
		if err != nil {
			return err
		}
		if !other.Running() {
			return fmt.Errorf("cannot join a container that does not run: %s: %w", other.Name, engine.ErrConflict)
		}
	}
	if err := w.address(c); err != nil {
		return err
	}
	return w.publish(c)
}

// release takes back what prepare gave.
func (w *world) release(c *container) {
	c.Ports = nil
	for _, j := range c.Joined {
		j.Address = ""
	}
}

// die ends a container's process, and starts it again later if its restart
// policy says so.
func (w *world) die(c *container, at time.Time, code int) {
	w.release(c)
	c.Status, c.ExitCode, c.FinishedAt, c.Due, c.Frozen = state.StatusExited, code, at, nil, nil
	if c.Health != state.HealthNone {
		c.Health = state.HealthUnhealthy
	}
	w.tell(c, state.ActionDie, at)
	w.touch(c.task)
	if c.Removes {
		w.bury(c, at)
		return
	}
	if !c.restarts() {
		return
	}
	c.Status = state.StatusRestarting
	c.RestartCount++
	c.Backoff = min(max(2*c.Backoff, firstBackoff), lastBackoff)
	if at.Sub(c.StartedAt) >= calm {
		c.Backoff = firstBackoff
	}
	c.schedule(due{At: at.Add(c.Backoff), What: restarts})
}

func (c *container) restarts() bool {
	if c.Stopped {
		return false
	}
	switch c.RestartPolicy {
	case types.RestartPolicyAlways, types.RestartPolicyUnlessStopped:
		return true
	case types.RestartPolicyOnFailure:
		return c.ExitCode != 0 && (c.Attempts == 0 || c.RestartCount < c.Attempts)
	default:
		return false
	}
}

// StopContainer stops a container and returns when it has stopped. When ctx
// ends first the container goes on stopping.
func (m containers) StopContainer(ctx context.Context, name string, options state.StopOptions) error {
	var id string
	err := m.update(ctx, func(w *world, at time.Time) error {
		c, err := w.container(name)
		if err != nil {
			return err
		}
		id = c.ID
		w.stop(c, at, options)
		return nil
	})
	if err == nil {
		err = m.await(ctx, func(w *world) (bool, error) {
			c, ok := w.Containers[id]
			return !ok || !c.Running(), nil
		})
	}
	if err != nil {
		return fmt.Errorf("stop container %s: %w", name, err)
	}
	return nil
}

func (w *world) stop(c *container, at time.Time, options state.StopOptions) {
	c.Stopped = true
	if c.Status == state.StatusRestarting {
		c.Status, c.Due = state.StatusExited, nil
	}
	if !c.Running() {
		return
	}
	grace := c.Grace
	if options.Timeout != nil {
		grace = *options.Timeout
	}
	takes, code := c.Behavior.StopTakes, c.StopCode
	switch {
	case strings.HasSuffix(c.Signal, "KILL"):
		takes, code = 0, exitKilled
	case c.Traps || takes > grace:
		takes, code = grace, exitKilled
	}
	if takes <= 0 {
		w.die(c, at, code)
		return
	}
	c.schedule(due{At: at.Add(takes), What: exits, Code: code})
}

// RemoveContainer removes a container.
func (m containers) RemoveContainer(ctx context.Context, name string, options state.RemoveOptions) error {
	err := m.update(ctx, func(w *world, at time.Time) error {
		c, err := w.container(name)
		if err != nil {
			return nil // what is absent needs no removal
		}
		return w.remove(c, at, options)
	})
	if err != nil {
		return fmt.Errorf("remove container %s: %w", name, err)
	}
	return nil
}

func (w *world) remove(c *container, at time.Time, options state.RemoveOptions) error {
	c.Stopped = c.Stopped || options.Force
	if c.Running() || c.Status == state.StatusRestarting {
		if !options.Force {
			return fmt.Errorf("it is running: stop it first, or force its removal: %w", engine.ErrConflict)
		}
		if c.Running() {
			w.die(c, at, exitKilled)
		}
	}
	if _, there := w.Containers[c.ID]; there {
		w.forget(c, at, options.Volumes)
	}
	return nil
}

// bury removes a container that removes itself. Who is attached to it still
// reads its last words.
func (w *world) bury(c *container, at time.Time) {
	const kept = 16
	w.Buried = append(w.Buried[max(0, len(w.Buried)-kept+1):], c)
	w.forget(c, at, true)
}

func (w *world) forget(c *container, at time.Time, volumes bool) {
	delete(w.Containers, c.ID)
	c.Due = nil
	if volumes {
		for _, name := range c.Anonymous {
			if len(w.users(name)) == 0 {
				delete(w.Volumes, name)
			}
		}
	}
	w.tell(c, state.ActionDestroy, at)
}

// RenameContainer gives a container another name, or the one it has.
func (m containers) RenameContainer(ctx context.Context, from, to string) error {
	err := m.update(ctx, func(w *world, at time.Time) error {
		c, err := w.container(from)
		if err != nil {
			return err
		}
		holder, err := w.container(to)
		if err == nil && holder != c {
			return fmt.Errorf("the name is already in use by container %s: %w", holder.ID, engine.ErrConflict)
		}
		if c.Name != to {
			c.Name = to
			w.tell(c, state.ActionRename, at)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("rename container %s to %s: %w", from, to, err)
	}
	return nil
}

// WriteFiles writes files into a container.
func (m containers) WriteFiles(ctx context.Context, name string, files []state.File) error {
	err := m.update(ctx, func(w *world, _ time.Time) error {
		c, err := w.container(name)
		if err != nil {
			return err
		}
		if c.ReadOnly {
			return errors.New("container rootfs is marked read-only")
		}
		put(c.Files, files)
		return nil
	})
	if err != nil {
		return fmt.Errorf("write files into container %s: %w", name, err)
	}
	return nil
}
