package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/stackctl/stack/internal/explain"
	"github.com/stackctl/stack/state"
)

// replica prints one container: a line, and what there is to know under it.
func (t *explainText) replica(r explain.Replica, kind string) {
	ref, status := r.Ref.String(), t.status(r)
	if r.Node != "" {
		status += ", on " + r.Node
		if r.Ref.Number == 0 { // there is one on each node
			ref = r.Ref.Name + "@" + r.Node
		}
	}
	t.line("  %s%s  %s  %s", kind, t.style.bold(ref), r.Name, status)
	t.field("error", t.style.paint(red, oneLine(r.Error)))
	t.field("image", t.image(r.Image))
	if r.RestartCount > 0 {
		t.field("restarts", fmt.Sprint(r.RestartCount))
	}
	t.probes(r)
	for i, text := range r.Log {
		label := ""
		if i == 0 {
			label = "log"
		}
		t.line("      %s  %s", pad(label, fieldWidth), text)
	}
}

const fieldWidth = len("restarts")

func (t *explainText) field(label, text string) {
	if text != "" {
		t.line("      %s  %s", pad(label, fieldWidth), text)
	}
}

// status says how a container is, since when, and how it ended.
func (t *explainText) status(r explain.Replica) string {
	text := string(r.Status)
	if r.ExitCode != nil {
		text += fmt.Sprintf(" (%d)", *r.ExitCode)
	}
	if r.OOMKilled {
		text += ", out of memory"
	}
	switch {
	case r.Since.IsZero():
	case r.Status == state.StatusRunning || r.Status == state.StatusPaused:
		text += " for " + lasting(r.Since, t.now)
	default:
		text += " " + t.ago(r.Since)
	}
	return text
}

func (t *explainText) image(i explain.Image) string {
	text, id := i.Reference, short(i.ID)
	if id == "" { // of a Swarm's task, whose image is known by its reference
		text, id = unpinned(i.Reference)
	}
	if id != "" {
		text += "  " + t.style.dim(id)
	}
	switch {
	case i.Gone:
		text += "  " + t.style.paint(yellow, "the name is gone")
	case i.Now != "":
		text += "  " + t.style.paint(yellow, "the name is "+short(i.Now)+"'s now")
	}
	return text
}

func short(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	return id[:min(12, len(id))]
}

func (t *explainText) probes(r explain.Replica) {
	if r.Health == state.HealthNone {
		return
	}
	color := yellow
	switch r.Health {
	case state.HealthHealthy:
		color = green
	case state.HealthUnhealthy:
		color = red
	case state.HealthNone, state.HealthStarting:
	}
	t.field("health", t.style.paint(color, string(r.Health)))
	for _, probe := range r.Probes {
		text := fmt.Sprintf("%s  exit %d", probe.At.In(t.now.Location()).Format(time.TimeOnly), probe.ExitCode)
		if output := oneLine(probe.Output); output != "" {
			text += "  " + output
		}
		t.line("      %s  %s", pad("", fieldWidth), text)
	}
}
