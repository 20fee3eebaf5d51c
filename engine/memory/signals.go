package memory

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

type signals struct{ *Memory }

// numbers are the signals that there are, on Linux.
var numbers = map[string]int{
	"HUP": 1, "INT": 2, "QUIT": 3, "ABRT": 6, "KILL": 9, "USR1": 10, "USR2": 12, "ALRM": 14, "TERM": 15,
	"CHLD": 17, "CONT": 18, "STOP": 19, "TSTP": 20, "WINCH": 28,
}

const numberOfKill = 9

// signalNumber reads a signal's name, with SIG or without it, or its number.
func signalNumber(text string) (int, error) {
	if number, err := strconv.Atoi(text); err == nil && number > 0 && number < 65 {
		return number, nil
	}
	number, known := numbers[strings.TrimPrefix(strings.ToUpper(text), "SIG")]
	if !known {
		return 0, fmt.Errorf("invalid signal: %s", text)
	}
	return number, nil
}

// KillContainer sends a signal to a container that runs. A process ends at those
// that end one by themselves.
func (m signals) KillContainer(ctx context.Context, name, signal string) error {
	number, err := signalNumber(signal)
	if err == nil {
		err = m.update(ctx, func(w *world, at time.Time) error {
			c, err := w.container(name)
			if err == nil {
				w.signal(c, at, number)
			}
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("kill container %s: %w", name, err)
	}
	return nil
}

// signal is what a signal does. As far as the engine can know, it is to end the
// container: it lets one that is paused go on for that, and does not start it
// again.
func (w *world) signal(c *container, at time.Time, number int) {
	own, err := signalNumber(c.Signal)
	ends := number == numberOfKill || c.Signal == "" || err == nil && number == own
	if ends {
		c.Stopped = c.Stopped || c.Running() || c.Status == state.StatusRestarting
		c.goOn(at)
	}
	switch {
	case c.Status == state.StatusRestarting && ends:
		c.Status, c.Due = state.StatusExited, nil
	case c.Status != state.StatusRunning || !fatal(number):
	case c.Traps && number != numberOfKill:
	default:
		w.die(c, at, exitNotStarted+number)
	}
}

// fatal is true for a signal that ends a process which does not mind it.
func fatal(number int) bool {
	switch number {
	case numbers["CHLD"], numbers["CONT"], numbers["STOP"], numbers["TSTP"], numbers["WINCH"]:
		return false
	}
	return true
}

// PauseContainer freezes a container: nothing happens to it by itself any more.
func (m signals) PauseContainer(ctx context.Context, name string) error {
	return m.update(ctx, func(w *world, at time.Time) error {
		c, err := w.container(name)
		switch {
		case err != nil:
			return fmt.Errorf("pause container %s: %w", name, err)
		case c.Status == state.StatusPaused:
		case c.Status != state.StatusRunning:
			return fmt.Errorf("pause container %s: it is %s: %w", name, c.Status, engine.ErrConflict)
		default:
			c.Status, c.PausedAt = state.StatusPaused, at
			c.Frozen, c.Due = c.Due, nil
			if c.Health != state.HealthNone {
				c.Health = state.HealthUnhealthy // as long as nobody looks
			}
		}
		return nil
	})
}

// UnpauseContainer lets a container go on where it was frozen.
func (m signals) UnpauseContainer(ctx context.Context, name string) error {
	return m.update(ctx, func(w *world, at time.Time) error {
		c, err := w.container(name)
		if err != nil {
			return fmt.Errorf("unpause container %s: %w", name, err)
		}
		c.goOn(at)
		return nil
	})
}

func (c *container) goOn(at time.Time) {
	if c.Status != state.StatusPaused {
		return
	}
	c.Status = state.StatusRunning
	for _, d := range c.Frozen {
		d.At, d.Quiet = d.At.Add(at.Sub(c.PausedAt)), false
		c.schedule(d)
	}
	c.Frozen = nil
}
