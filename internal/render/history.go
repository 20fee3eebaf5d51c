package render

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	units "github.com/docker/go-units"

	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/planner"
)

// HistoryOptions say how revisions are printed. The zero value is the table.
type HistoryOptions struct {
	// Format is table or json. Empty is table.
	Format string
	// Quiet prints the numbers alone.
	Quiet bool
	// Now is the time that ages are counted to.
	Now   time.Time
	Color bool
	// Width is how wide the terminal is that the table has to fit; 0 is no
	// limit.
	Width int
}

// revisionRow is a revision in the list for machines.
type revisionRow struct {
	Revision int             `json:"revision"`
	At       time.Time       `json:"at"`
	By       string          `json:"by"`
	Command  string          `json:"command"`
	Version  string          `json:"version"`
	Changed  []string        `json:"changed"`
	Outcome  history.Outcome `json:"outcome"`
	Error    string          `json:"error,omitempty"`
}

// shownChanges is how many of the things that a revision changed a line of the
// table names.
const shownChanges = 4

// History lists revisions in the order that they have.
func History(w io.Writer, revisions []history.Revision, options HistoryOptions) error {
	if options.Quiet {
		return printEach(w, revisions, func(r history.Revision) string { return strconv.Itoa(r.Number) })
	}
	if options.Format == "json" {
		rows := []revisionRow{}
		for _, r := range revisions {
			row := revisionRow{r.Number, r.At, r.By, r.Command, r.Version, r.Changed(), r.Outcome, r.Error}
			if row.Changed == nil {
				row.Changed = []string{}
			}
			rows = append(rows, row)
		}
		return printJSON(w, rows)
	}
	var rows [][]string
	for _, r := range revisions {
		rows = append(rows, []string{
			strconv.Itoa(r.Number), age(r.At, options.Now), r.By, r.Command, changedInShort(r.Changed()), string(r.Outcome),
		})
	}
	headers := []string{"REVISION", "WHEN", "BY", "COMMAND", "CHANGED", "OUTCOME"}
	narrow(headers, rows, 4, options.Width)
	return Table(w, headers, rows)
}

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

func age(at, now time.Time) string { return units.HumanDuration(now.Sub(at)) + " ago" }

// lasting is how long ago something was, within a sentence.
func lasting(at, now time.Time) string {
	text := units.HumanDuration(now.Sub(at))
	return strings.ToLower(text[:1]) + text[1:]
}

func changedInShort(names []string) string {
	switch {
	case len(names) == 0:
		return "nothing"
	case len(names) > shownChanges:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shownChanges-1], ", "), len(names)-shownChanges+1)
	}
	return strings.Join(names, ", ")
}

// Revision prints one revision whole.
func Revision(w io.Writer, r history.Revision, options HistoryOptions) error {
	switch {
	case options.Quiet:
		_, err := fmt.Fprintln(w, r.Number)
		return err
	case options.Format == "json":
		return printJSON(w, r)
	}
	plan := planner.Plan{Project: r.Desired.Project.Name, Changes: r.Changes}
	t := &planText{plan: plan, order: newOrder(plan), style: style{options.Color}}
	t.line("%s", t.style.bold(fmt.Sprintf("Revision %d of %s", r.Number, r.Desired.Project.Name)))
	t.line("  %s by %s, %s ago (%s)", r.Command, r.By, lasting(r.At, options.Now), r.At.Format(time.RFC3339))
	t.line("  %s, with stack %s", r.Outcome, r.Version)
	for line := range strings.SplitSeq(r.Error, "\n") {
		if line != "" {
			t.line("  %s %s", t.style.paint(red, "!"), line)
		}
	}
	t.line("")
	if len(r.Changes) == 0 {
		t.line("Nothing was changed.\n")
	}
	for _, s := range t.sections() {
		t.section(s)
	}
	if _, err := io.WriteString(w, t.out.String()); err != nil {
		return err
	}
	return wantedServices(w, r)
}

// wantedServices lists the services that a revision wanted.
func wantedServices(w io.Writer, r history.Revision) error {
	if !r.Wants() {
		_, err := fmt.Fprintln(w, "No service was wanted.")
		return err
	}
	images := r.Images()
	var rows [][]string
	for _, s := range r.Desired.Services {
		id := strings.TrimPrefix(images[s.Name], "sha256:")
		rows = append(rows, []string{s.Name, strconv.Itoa(s.Replicas), s.Config.Image, orNone(id[:min(12, len(id))])})
	}
	for _, p := range r.Desired.Providers {
		rows = append(rows, []string{p.Name, "", "", "(provided)"})
	}
	return Table(w, []string{"SERVICE", "REPLICAS", "IMAGE", "IMAGE ID"}, rows)
}
