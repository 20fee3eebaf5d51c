package render

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/internal/timeline"
)

//go:embed timeline.html
var timelinePage string

// longest is how many steps the table of a timeline's page has.
const longest = 20

// TimelineOptions say what a timeline is of.
type TimelineOptions struct {
	Command string // that ran: "stack up"
	Outcome string // how it ended, in a word
}

// TimelineHTML prints a run as a page that needs nothing from elsewhere.
func TimelineHTML(w io.Writer, run timeline.Run, options TimelineOptions) error {
	page, err := template.New("timeline").Parse(timelinePage)
	if err != nil {
		return fmt.Errorf("timeline: %w", err)
	}
	title := timelineTitle(run, options)
	view := timelineView{
		Title: title, Spent: SpentText(run), Outcome: options.Outcome,
		Began:   run.Began.Format("2006-01-02 15:04:05 MST"),
		Picture: template.HTML(timelineSVG(run, title)), //nolint:gosec // every text in it is escaped
	}
	view.add(run)
	return page.Execute(w, view)
}

// TimelineSVG prints a run as a picture.
func TimelineSVG(w io.Writer, run timeline.Run, options TimelineOptions) error {
	_, err := io.WriteString(w, timelineSVG(run, timelineTitle(run, options)))
	return err
}

func timelineTitle(run timeline.Run, options TimelineOptions) string {
	return fmt.Sprintf("%s of %s: %s, %s", options.Command, printable(run.Project), tookText(run.Ended.Sub(run.Began)), options.Outcome)
}

// timelineView is what the page is made from.
type timelineView struct {
	Title, Spent, Began, Outcome string
	Picture                      template.HTML
	Steps, Failures              []timelineStep
}

// timelineStep is a row of a table.
type timelineStep struct {
	Name, Word, After, Took, Error string
	Failed, Critical               bool
}

// add adds the tables.
func (v *timelineView) add(run timeline.Run) {
	spans := slices.DeleteFunc(slices.Clone(run.Spans), func(s timeline.Span) bool { return !s.Ran() })
	for _, s := range spans {
		if s.Phase == event.Failed {
			v.Failures = append(v.Failures, newTimelineStep(run.Began, s))
		}
	}
	slices.SortStableFunc(spans, func(a, b timeline.Span) int { return cmp.Compare(b.Took(), a.Took()) })
	for _, s := range spans[:min(longest, len(spans))] {
		v.Steps = append(v.Steps, newTimelineStep(run.Began, s))
	}
}

func newTimelineStep(began time.Time, s timeline.Span) timelineStep {
	return timelineStep{
		Name: oneLine(s.Name), Word: spanWord(s), After: tookText(s.From.Sub(began)), Took: tookText(s.Took()),
		Error: lines(s.Error), Failed: s.Phase == event.Failed, Critical: s.Critical,
	}
}

// lines is text of several lines without what is not to be printed.
func lines(text string) string {
	all := strings.Split(text, "\n")
	for i, line := range all {
		all[i] = printable(line)
	}
	return strings.Join(all, "\n")
}
