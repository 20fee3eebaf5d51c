package render

import (
	"encoding/json"
	"io"
	"sync"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
)

// ndjson prints one JSON object a line: what is planned, each event, and the
// result.
type ndjson struct {
	options Options
	began   time.Time

	lines composeLines

	mu    sync.Mutex
	tally map[event.Phase]int
}

func newNDJSON(options Options) *ndjson {
	return &ndjson{options: options, began: options.Now(), tally: map[event.Phase]int{}, lines: newComposeLines()}
}

// Next prints what a plan will do, in numbers.
func (n *ndjson) Next(plan planner.Plan) {
	n.print(struct {
		Version  int         `json:"version"`
		Time     time.Time   `json:"time"`
		Phase    event.Phase `json:"phase"`
		Project  string      `json:"project"`
		Counts   Counts      `json:"counts"`
		Nodes    int         `json:"nodes"`
		Warnings []string    `json:"warnings,omitempty"`
	}{event.Version, n.options.Now(), "planned", plan.Project, Count(plan), len(plan.Nodes), plan.Warnings})
	for _, text := range plan.Warnings {
		n.print(lineOf(n.options.Now(), event.Warning, warningLine(text)))
	}
	for _, line := range n.lines.next(plan) {
		n.print(lineOf(n.options.Now(), "unchanged", line))
	}
}

// Event prints an event.
func (n *ndjson) Event(e event.Event) {
	n.mu.Lock()
	n.tally[e.Phase]++
	n.mu.Unlock()
	if e.Time.IsZero() {
		e.Time = n.options.Now()
	}
	for _, line := range n.lines.of(e) {
		n.print(struct {
			Version int `json:"version"`
			event.Event
			composeLine
		}{event.Version, e, line})
	}
}

// Done prints the result.
func (n *ndjson) Done(err error) {
	var errs []string
	if err != nil {
		errs = flatten(err)
	}
	now := n.options.Now()
	n.mu.Lock()
	tally := n.tally
	n.mu.Unlock()
	n.print(struct {
		Version   int         `json:"version"`
		Time      time.Time   `json:"time"`
		Phase     event.Phase `json:"phase"`
		OK        bool        `json:"ok"`
		Seconds   float64     `json:"seconds"`
		Succeeded int         `json:"succeeded"`
		Failed    int         `json:"failed"`
		Skipped   int         `json:"skipped"`
		Canceled  int         `json:"canceled"`
		Errors    []string    `json:"errors,omitempty"`
	}{
		event.Version, now, "done", err == nil, now.Sub(n.began).Round(time.Millisecond).Seconds(),
		tally[event.Succeeded], tally[event.Failed], tally[event.Skipped], tally[event.Canceled], errs,
	})
}

func (n *ndjson) print(line any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	jsonLine(n.options.Out, line)
}

func jsonLine(w io.Writer, line any) {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	// That a line cannot be printed is no reason to end a run.
	_ = encoder.Encode(line)
}
