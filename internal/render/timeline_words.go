package render

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/internal/timeline"
	"github.com/stackctl/stack/state"
)

// shortWord is what a kind of step is called where there is little room.
func shortWord(op string, condition state.Condition) string {
	switch op {
	case "PullImage":
		return "pull"
	case "BuildImage":
		return "build"
	case "PushImage":
		return "push"
	case "CreateNetwork", "CreateVolume", "CreateContainer", "CreateService", "CreateInput":
		return "create"
	case "RemoveImage", "RemoveNetwork", "RemoveVolume", "RemoveContainer", "RemoveProvider", "RemoveService", "RemoveInput":
		return "remove"
	case "UpdateService":
		return "update"
	case "StartContainer":
		return "start"
	case "StopContainer", "StopProvider":
		return "stop"
	case "RenameContainer":
		return "rename"
	case "ConnectNetwork":
		return "connect"
	case "DisconnectNetwork":
		return "disconnect"
	case "WriteFiles", "WriteVolume":
		return "files"
	case "RunHook":
		return "hook"
	case "MonitorContainer":
		return "watched"
	case "Delay":
		return "delay"
	case "RunProvider":
		return "provide"
	case "ConfigureModel":
		return "configure"
	case "AwaitContainer":
		return awaitWord(condition)
	case "AwaitService":
		if condition == state.Ready || condition == state.Healthy {
			return "converged"
		}
		return awaitWord(condition)
	case "AwaitServiceGone":
		return "gone"
	}
	return ""
}

func awaitWord(condition state.Condition) string {
	switch condition {
	case state.Completed:
		return "completed"
	case state.Started:
		return "started"
	case state.Ready:
		return "ready"
	case state.Healthy:
	}
	return "healthy"
}

// spanText says a step and how it ended: "shop-db-1: wait until healthy, 27.9 s".
func spanText(s timeline.Span) string {
	text := oneLine(s.Name) + ": " + spanWord(s)
	if s.Ran() {
		text += ", " + tookText(s.Took())
	}
	switch {
	case s.Phase == event.Failed:
		text += "\nfailed: " + oneLine(s.Error)
	case s.Phase == event.Skipped:
		text += "\nskipped, because of " + oneLine(string(s.Cause))
	case s.Phase == event.Canceled:
		text += "\ncanceled"
	}
	return text
}

// spanWord is what a step did, in a word or two.
func spanWord(s timeline.Span) string {
	word := shortWord(s.Op, s.Condition)
	switch {
	case s.Undo:
		return "undo: " + undoneWord(s.Op)
	case s.Op == "AwaitContainer", s.Op == "AwaitService", s.Op == "AwaitServiceGone":
		return "wait until " + word
	}
	return word
}

// tookText is a duration for a person: 0.004 s, 1.8 s, 2 min 05 s.
func tookText(d time.Duration) string {
	switch {
	case d < 0:
		return "0 s"
	case d < 95*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	case d < 59950*time.Millisecond: // what is not rounded to a minute
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	d = d.Round(time.Second)
	return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
}

// SpentText says in a line what the time of a run went into, along its critical
// path: "31.2 s: db healthy 27.9 s → migrate 1.8 s → api 0.9 s".
func SpentText(run timeline.Run) string {
	var parts []string
	others := ""
	for _, p := range run.Spent() {
		if p.Others > 0 {
			others = ", " + partName(p) + " " + tookText(p.Took)
			continue
		}
		parts = append(parts, partName(p)+" "+tookText(p.Took))
	}
	total := tookText(run.Ended.Sub(run.Began))
	if len(parts) == 0 {
		return total + ": nothing to do"
	}
	return total + ": " + strings.Join(parts, " → ") + others
}

// Spent prints that line, in a mode of progress: as a line of JSON, or not at
// all where nothing is to be said.
func Spent(w io.Writer, run timeline.Run, mode Mode, color bool) error {
	switch mode {
	case Quiet:
		return nil
	case JSON:
		return spentJSON(w, run)
	case TTY, Plain, Auto:
	}
	_, err := fmt.Fprintln(w, style{color}.dim(" "+SpentText(run)))
	return err
}

func spentJSON(w io.Writer, run timeline.Run) error {
	type part struct {
		What    string  `json:"what"`
		Seconds float64 `json:"seconds"`
		Failed  bool    `json:"failed,omitempty"`
	}
	line := struct {
		Version  int       `json:"version"`
		Time     time.Time `json:"time"`
		Phase    string    `json:"phase"`
		Seconds  float64   `json:"seconds"`
		Critical []part    `json:"critical"`
	}{event.Version, run.Ended, "spent", seconds3(run.Ended.Sub(run.Began)), nil}
	for _, p := range run.Spent() {
		line.Critical = append(line.Critical, part{partName(p), seconds3(p.Took), p.Failed})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(line)
}

// seconds3 is a duration in seconds, to the millisecond.
func seconds3(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }

// partName is what a part of a run's time is called. That a job ran is what it
// is there for, and needs no word.
func partName(p timeline.Part) string {
	switch {
	case p.Others > 0:
		return count(p.Others, "other")
	case p.Planning:
		return "planning"
	case p.Queued:
		return "waiting for its turn"
	}
	name := oneLine(p.Label)
	if word := shortWord(p.Op, p.Condition); word != "" && p.Condition != state.Completed {
		name += " " + word
	}
	if p.Failed {
		name += " ✘"
	}
	return name
}
