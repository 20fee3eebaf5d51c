package render

import (
	"io"
	"sync"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// composeLine are the fields of Docker Compose's own JSON progress. Tools that
// drive it read them, and no others.
type composeLine struct {
	DryRun bool   `json:"dry-run,omitempty"`
	ID     string `json:"id,omitempty"`     // Container shop-web-1
	Status string `json:"status,omitempty"` // Working, Done, Error, Warning
	Text   string `json:"text,omitempty"`   // Creating

	Parent  string `json:"parent_id,omitempty"` // of a layer: Image redis:7
	Percent int    `json:"percent,omitempty"`

	Message string `json:"message,omitempty"` // why it failed

	Level string `json:"level,omitempty"` // warning, for what concerns nothing that has an ID
	Msg   string `json:"msg,omitempty"`   // its text
}

// Warning prints a warning as a line of --progress json, for what is not about a
// plan.
func Warning(w io.Writer, at time.Time, text string) {
	jsonLine(w, lineOf(at, event.Warning, warningLine(text)))
}

// composeOnly is a line about what is no event.
type composeOnly struct {
	Version int         `json:"version"`
	Time    time.Time   `json:"time"`
	Phase   event.Phase `json:"phase"`
	composeLine
}

func lineOf(at time.Time, phase event.Phase, line composeLine) composeOnly {
	return composeOnly{event.Version, at, phase, line}
}

func warningLine(text string) composeLine { return composeLine{Level: "warning", Msg: text} }

// composeLines turns events into such lines, in the words of plain.
type composeLines struct {
	mu    *sync.Mutex
	words *plain
	said  *[]composeLine
}

func newComposeLines() composeLines {
	c := composeLines{mu: &sync.Mutex{}, words: newPlain(Options{}), said: &[]composeLine{}}
	c.words.tell = func(about subject, text string) {
		*c.said = append(*c.said, composeLine{ID: about.String(), Text: text})
	}
	return c
}

// next are the lines of what a plan leaves as it is.
func (c composeLines) next(plan planner.Plan) []composeLine {
	return c.collect("Done", func() { c.words.Next(plan) })
}

// of are the lines of an event: one without words where it has none.
func (c composeLines) of(e event.Event) []composeLine {
	if e.Phase == event.Warning && e.Node == "" {
		return []composeLine{warningLine(e.Detail)}
	}
	lines := c.collect(composeStatus(e.Phase), func() { c.words.Event(e) })
	if len(lines) == 0 {
		lines = []composeLine{{}}
	}
	for i := range lines {
		lines[i].Message = e.Error
		if e.Layer != "" {
			lines[i].Parent = subject{state.KindImage, e.Name}.String()
		}
		if e.Arrived {
			lines[i].Status, lines[i].Percent = "Done", 100
		}
	}
	return lines
}

func (c composeLines) collect(status string, say func()) []composeLine {
	c.mu.Lock()
	defer c.mu.Unlock()
	say()
	lines := *c.said
	*c.said = nil
	for i := range lines {
		lines[i].Status = status
	}
	return lines
}

func composeStatus(phase event.Phase) string {
	switch phase {
	case event.Started, event.Progress:
		return "Working"
	case event.Failed:
		return "Error"
	case event.Warning, event.Canceled, event.Undone:
		return "Warning"
	case event.Succeeded, event.Skipped:
	}
	return "Done"
}
