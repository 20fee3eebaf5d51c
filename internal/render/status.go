package render

import (
	"fmt"
	"time"

	units "github.com/docker/go-units"

	"github.com/stackctl/stack/state"
)

// Status says how a container is, in docker's words: "Up 3 minutes (healthy)",
// "Exited (0) 2 hours ago".
func Status(c state.Container, now time.Time) string {
	up := func() string { return "Up " + units.HumanDuration(now.Sub(c.StartedAt)) }
	ended := func() string { return units.HumanDuration(now.Sub(c.FinishedAt)) + " ago" }
	switch c.Status {
	case state.StatusRunning:
		return up() + healthNote(c.Health)
	case state.StatusPaused:
		return up() + " (Paused)"
	case state.StatusRestarting:
		return fmt.Sprintf("Restarting (%d) %s", c.ExitCode, ended())
	case state.StatusRemoving:
		return "Removal In Progress"
	case state.StatusDead:
		return "Dead"
	case state.StatusExited:
		return fmt.Sprintf("Exited (%d) %s", c.ExitCode, ended())
	case state.StatusCreated:
	}
	if c.Error != "" && c.Task != "" {
		return "Pending: " + c.Error
	}
	return "Created"
}

func healthNote(health state.Health) string {
	switch health {
	case state.HealthNone:
		return ""
	case state.HealthStarting:
		return " (health: starting)"
	case state.HealthHealthy, state.HealthUnhealthy:
	}
	return " (" + string(health) + ")"
}
