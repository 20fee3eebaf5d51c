package render

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stackctl/stack/internal/explain"
	"github.com/stackctl/stack/planner"
)

// ExplainVersion is the version of the JSON form of what is said of services.
// It changes when a field changes its meaning or goes away; a new field does
// not change it.
const ExplainVersion = 1

// ExplainJSON prints why services are as they are for machines.
func ExplainJSON(w io.Writer, project string, services []explain.Service) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Version  int               `json:"version"`
		Project  string            `json:"project"`
		Services []explain.Service `json:"services"`
	}{ExplainVersion, project, services})
}

// ExplainOptions say how it is printed why services are as they are.
type ExplainOptions struct {
	Color bool
	Now   time.Time // that ages are counted to
}

// Explain prints why services are as they are, for a person.
func Explain(w io.Writer, services []explain.Service, options ExplainOptions) error {
	t := &explainText{style: style{options.Color}, now: options.Now}
	for i, s := range services {
		if i > 0 {
			t.line("")
		}
		t.service(s)
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

// explainText is the text while it is written.
type explainText struct {
	style style
	now   time.Time
	out   strings.Builder
}

func (t *explainText) line(format string, args ...any) { fmt.Fprintf(&t.out, format+"\n", args...) }

func (t *explainText) service(s explain.Service) {
	t.line("%s  %s", t.style.bold(s.Name), t.style.paint(stateColor(s.State), string(s.State)))
	for i, step := range s.Because {
		if last := len(s.Because) - 1; i == last && last > 0 {
			step = t.style.paint(red, step)
		}
		if i < len(s.Because)-1 {
			step += ":"
		}
		t.line("%s%s", strings.Repeat("  ", i+1), step)
	}
	for _, r := range s.Replicas {
		t.replica(r, "")
	}
	for _, r := range s.Hooks {
		t.replica(r, "hook ")
	}
	if len(s.OneOffs) > 0 {
		t.heading("one-off containers")
		t.line("    %s", strings.Join(s.OneOffs, ", "))
	}
	t.waits(s.DependsOn)
	t.neededBy(s.NeededBy)
	t.next(s.Next)
	t.last(s.Last)
	t.drift(s)
}

func stateColor(s explain.State) string {
	switch s {
	case explain.Failed, explain.Restarting:
		return red
	case explain.Waiting, explain.Stopped, explain.Absent, explain.Starting, explain.Paused:
		return yellow
	case explain.Running, explain.Completed, explain.Provided:
	}
	return green
}

func (t *explainText) heading(text string) { t.line("  %s", t.style.bold(text)) }

func (t *explainText) waits(waits []explain.Wait) {
	if len(waits) == 0 {
		return
	}
	t.heading("waits for")
	width := 0
	for _, w := range waits {
		width = max(width, cells(w.Service))
	}
	for _, w := range waits {
		mark, why := t.style.paint(green, "✔"), ""
		if !w.Met {
			mark, why = t.style.paint(red, "✘"), "  "+strings.Join(w.Why, ": ")
		}
		if !w.Required {
			why = "  not required" + why
		}
		t.line("    %s %s  %s%s", mark, pad(w.Service, width), t.style.dim(string(w.Condition)), why)
	}
}

func (t *explainText) neededBy(needed []explain.Dependent) {
	if len(needed) == 0 {
		return
	}
	var all []string
	for _, d := range needed {
		all = append(all, fmt.Sprintf("%s (%s)", d.Service, d.Condition))
	}
	t.heading("needed by")
	t.line("    %s", strings.Join(all, ", "))
}

func (t *explainText) next(n explain.Next) {
	t.heading("up would")
	switch {
	case n.Unknown != "":
		t.line("    %s", t.style.dim("not known: "+strings.ReplaceAll(n.Unknown, "\n", "\n    ")))
	case n.Pending:
		t.line("    decide when it is known what images and providers bring")
	case len(n.Changes) == 0:
		t.line("    leave it as it is")
	}
	t.changes(n.Changes)
}

func (t *explainText) last(l *explain.Last) {
	if l == nil {
		return
	}
	t.heading(fmt.Sprintf("revision %d", l.Revision))
	t.line("    %s, %s by %s: %s", l.Command, t.ago(l.At), l.By, l.Outcome)
	if l.Error != "" {
		t.line("    %s", t.style.paint(red, strings.ReplaceAll(l.Error, "\n", "\n    ")))
	}
	if len(l.Changes) == 0 {
		t.line("    left it as it was")
	}
	t.changes(l.Changes)
}

func (t *explainText) changes(changes []planner.Change) {
	for _, c := range changes {
		t.line("  %s %s  %s", (&planText{style: t.style}).symbol(c.Action), c.Ref, c.Action)
		for _, reason := range c.Reasons {
			t.line("        %s", reason)
		}
	}
}

func (t *explainText) drift(s explain.Service) {
	if len(s.Drift) == 0 {
		return
	}
	t.heading("no longer as it was applied")
	for _, d := range s.Drift {
		t.line("  %s %s  %s", driftSymbol(t.style, d.Kind), d.Ref, driftWords(d))
	}
}

func (t *explainText) ago(at time.Time) string { return lasting(at, t.now) + " ago" }
