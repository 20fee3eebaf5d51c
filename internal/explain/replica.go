package explain

import (
	"strconv"
	"strings"
	"time"

	"github.com/stackctl/stack/state"
)

// shownProbes is how many of the last probes are shown.
const shownProbes = 3

func (p *project) describeAll(containers []state.Container) []Replica {
	all := []Replica{}
	for _, c := range containers {
		all = append(all, p.describe(c))
	}
	return all
}

func (p *project) describe(c state.Container) Replica {
	r := Replica{
		Ref: state.ContainerRef(c.Service, c.Number), Name: c.Name, ID: c.ID, Node: c.Node, Status: c.Status, Since: since(c),
		OOMKilled: c.OOMKilled, Error: c.Error, RestartCount: c.RestartCount, Image: p.image(c),
	}
	if ended(c) {
		r.ExitCode = &c.ExitCode
	}
	if c.Running() {
		r.Health = c.Health
		r.Probes = c.HealthLog[max(0, len(c.HealthLog)-shownProbes):]
	}
	for _, line := range p.Logs[c.ID] {
		r.Log = append(r.Log, line.Text)
	}
	return r
}

// ended is true for a container that has run, and does not now.
func ended(c state.Container) bool {
	return c.Status == state.StatusExited || c.Status == state.StatusDead || c.Status == state.StatusRestarting
}

func since(c state.Container) time.Time {
	switch c.Status {
	case state.StatusRunning, state.StatusPaused:
		return c.StartedAt
	case state.StatusExited, state.StatusDead, state.StatusRestarting:
		return c.FinishedAt
	case state.StatusCreated, state.StatusRemoving:
	}
	return c.Created
}

func (p *project) image(c state.Container) Image {
	i := Image{Reference: c.Image, ID: c.ImageID}
	if c.Task != "" {
		return i // the reference has the digest
	}
	now, there := p.Observed.Images[c.Image]
	switch {
	case !there:
		i.Gone = true
	case now.ID != c.ImageID:
		i.Now = now.ID
	}
	return i
}

// lastProbe is what the last probe that failed said, in one line.
func lastProbe(c state.Container) string {
	for i := len(c.HealthLog) - 1; i >= 0; i-- {
		if probe := c.HealthLog[i]; probe.ExitCode != 0 {
			return describeProbe(probe)
		}
	}
	return ""
}

func describeProbe(probe state.Probe) string {
	text := "probe exit " + strconv.Itoa(probe.ExitCode)
	if output := strings.Join(strings.Fields(probe.Output), " "); output != "" {
		text += ": " + output
	}
	return text
}
