package render

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stackctl/stack/internal/drift"
	"github.com/stackctl/stack/state"
)

// DriftVersion is the version of a drift report's JSON form. It changes when a
// field changes its meaning or goes away; a new field does not change it.
const DriftVersion = 1

// DriftJSON prints what has drifted for machines: the report's fields and a
// version.
func DriftJSON(w io.Writer, report drift.Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Version int `json:"version"`
		drift.Report
	}{DriftVersion, report})
}

// DriftOptions say how drift is printed.
type DriftOptions struct {
	Color bool
	Now   time.Time // that ages are counted to
}

// Drift prints what has drifted, for a person.
func Drift(w io.Writer, report drift.Report, options DriftOptions) error {
	t := &driftText{style: style{options.Color}, options: options}
	for _, s := range []struct {
		kind  state.Kind
		title string
	}{
		{state.KindNetwork, "Networks"}, {state.KindVolume, "Volumes"},
		{state.KindImage, "Images"}, {state.KindContainer, "Services"}, {state.KindService, "Services"},
	} {
		t.section(s.title, s.kind, report.Drifts)
	}
	if len(report.Unknown) > 0 {
		t.line("%s", t.style.dim("No revision is recorded here, so this is not known: "+enumerate(report.Unknown)+"."))
	}
	t.line("%s", t.summary(report))
	_, err := io.WriteString(w, t.out.String())
	return err
}

// driftText is the text of a report while it is written.
type driftText struct {
	style   style
	options DriftOptions
	out     strings.Builder
}

func (t *driftText) line(format string, args ...any) { fmt.Fprintf(&t.out, format+"\n", args...) }

func (t *driftText) section(title string, kind state.Kind, drifts []drift.Drift) {
	var of []drift.Drift
	labels, names := 0, 0
	for _, d := range drifts {
		if d.Ref.Kind == kind {
			of = append(of, d)
			labels, names = max(labels, cells(driftLabel(d))), max(names, cells(driftName(d)))
		}
	}
	if len(of) == 0 {
		return
	}
	t.line("%s", t.style.bold(title))
	for i, d := range of {
		label, name := driftLabel(d), driftName(d)
		if i > 0 && of[i-1].Ref == d.Ref && of[i-1].Name == d.Name {
			label, name = "", "" // the line above has them
		}
		head := fmt.Sprintf("%s %s  ", driftSymbol(t.style, d.Kind), pad(label, min(labels, 32)))
		if names > 0 {
			head += pad(name, min(names, 40)) + "  "
		}
		t.line("%s%s", head, driftWords(d))
	}
	t.line("")
}

func driftLabel(d drift.Drift) string {
	if d.Ref.Kind == state.KindContainer {
		return d.Ref.String()
	}
	return d.Ref.Name
}

// driftName is the engine's name, unless the label says it.
func driftName(d drift.Drift) string {
	if d.Name == driftLabel(d) {
		return ""
	}
	return d.Name
}

func driftSymbol(s style, kind drift.Kind) string {
	switch kind {
	case drift.Removed:
		return s.paint(red, "  -")
	case drift.Added, drift.Orphaned:
		return s.paint(green, "  +")
	case drift.Recreated:
		return s.paint(magenta, "-/+")
	case drift.Stopped, drift.Restarting, drift.Started, drift.Paused, drift.Renamed, drift.Changed,
		drift.Retagged, drift.Detached, drift.Attached:
	}
	return s.paint(yellow, "  ~")
}

// driftWords say what happened to a resource.
func driftWords(d drift.Drift) string {
	text := string(d.Kind)
	switch d.Kind {
	case drift.Changed:
		text = fmt.Sprintf("%s: %s → %s", d.Field, orAbsent(d.Applied), orAbsent(d.Found))
	case drift.Stopped, drift.Restarting, drift.Started, drift.Paused, drift.Renamed:
		text += fmt.Sprintf(": %s → %s", d.Applied, d.Found)
	case drift.Retagged:
		text = fmt.Sprintf("%s names %s now; it runs %s", d.Field, d.Found, d.Applied)
	case drift.Recreated:
		text = "made again by somebody else"
	case drift.Orphaned:
		text = "orphaned: its service was not applied"
	case drift.Detached:
		text = "detached from network " + d.Applied
	case drift.Attached:
		text = "attached to network " + d.Found
	case drift.Removed, drift.Added:
	}
	if len(d.Services) > 0 {
		text += " (of " + enumerate(d.Services) + ")"
	}
	return text
}

func orAbsent(value string) string {
	if value == "" {
		return "(none)"
	}
	return value
}

func (t *driftText) summary(report drift.Report) string {
	basis := "what the labels of its containers say"
	if b := report.Basis; b.Source == drift.FromRevision {
		run := b.Command
		if b.Outcome != "succeeded" {
			run += ", " + b.Outcome
		}
		basis = fmt.Sprintf("revision %d (%s, %s ago by %s)", b.Revision, run, lasting(b.At, t.options.Now), b.By)
	}
	if len(report.Drifts) == 0 {
		return "No drift from " + basis + "."
	}
	return t.style.bold("Drift:") + " " + plural(len(report.Drifts), "difference") + " from " + basis + "."
}
