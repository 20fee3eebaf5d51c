package drift

import (
	"fmt"

	"github.com/stackctl/stack/state"
)

// status compares whether a container runs. One that is meant to end, and did
// so with 0, is as it should be.
func (c *comparison) status(was, is state.Container, oneShot bool) {
	if oneShot && is.Status == state.StatusExited && is.ExitCode == 0 {
		return
	}
	if kind := statusDrift(was, is); kind != "" {
		c.add(about(is, kind, "status", describe(was), describe(is)))
	}
}

func statusDrift(was, is state.Container) Kind {
	ran := was.Running() || was.Status == state.StatusRestarting
	switch is.Status {
	case state.StatusRunning:
		if was.Status == state.StatusPaused || !ran {
			return Started
		}
	case state.StatusPaused:
		if was.Status != state.StatusPaused {
			return Paused
		}
	case state.StatusRestarting:
		if was.Status != state.StatusRestarting {
			return Restarting
		}
	case state.StatusExited, state.StatusDead, state.StatusCreated, state.StatusRemoving:
		if ran || was.Status != is.Status || was.ExitCode != is.ExitCode {
			return Stopped
		}
	}
	return ""
}

// describe is a status with what tells one end from another.
func describe(c state.Container) string {
	switch c.Status {
	case state.StatusExited, state.StatusDead, state.StatusRestarting:
		text := fmt.Sprintf("%s (%d)", c.Status, c.ExitCode)
		if c.OOMKilled {
			text += ", out of memory"
		}
		return text
	case state.StatusCreated, state.StatusRunning, state.StatusPaused, state.StatusRemoving:
	}
	return string(c.Status)
}
