package render

import (
	"encoding/json"
	"io"
	"time"

	"github.com/stackctl/stack/internal/timeline"
)

// traceEvent is an entry of Chrome's trace event format, which Perfetto and
// about:tracing show.
type traceEvent struct {
	Name  string         `json:"name"`
	Phase string         `json:"ph"`
	Cat   string         `json:"cat,omitempty"`
	Time  float64        `json:"ts"` // in microseconds, from the begin of the run
	Took  float64        `json:"dur,omitempty"`
	PID   int            `json:"pid"`
	TID   int            `json:"tid"`
	ID    int            `json:"id,omitempty"` // of an arrow
	Bind  string         `json:"bp,omitempty"` // an arrow ends at the slice around it
	Scope string         `json:"s,omitempty"`
	Args  map[string]any `json:"args,omitempty"`
}

// TimelineTrace prints a run in Chrome's trace event format. Each row of a lane
// is a thread; the critical path is joined by arrows.
func TimelineTrace(w io.Writer, run timeline.Run, options TimelineOptions) error {
	t := &trace{run: run, threads: map[int]int{}}
	t.name("process_name", 0, timelineTitle(run, options))
	for _, lane := range run.Lanes() {
		for _, row := range lane.Rows {
			t.rows++
			t.name("thread_name", t.rows, oneLine(lane.Label))
			t.add(traceEvent{Name: "thread_sort_index", Phase: "M", TID: t.rows, Args: map[string]any{"sort_index": t.rows}})
			for _, i := range row {
				t.span(i)
			}
		}
	}
	t.arrows()
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(struct {
		Unit   string       `json:"displayTimeUnit"`
		Events []traceEvent `json:"traceEvents"`
	}{"ms", t.events})
}

// trace is a trace while it is written.
type trace struct {
	run     timeline.Run
	events  []traceEvent
	threads map[int]int // of the spans
	rows    int
}

func (t *trace) add(e traceEvent) {
	e.PID = 1
	t.events = append(t.events, e)
}

func (t *trace) name(what string, thread int, name string) {
	t.add(traceEvent{Name: what, Phase: "M", TID: thread, Args: map[string]any{"name": name}})
}

func (t *trace) at(moment time.Time) float64 {
	return float64(moment.Sub(t.run.Began)) / float64(time.Microsecond)
}

// span adds a slice. What did not run is an instant.
func (t *trace) span(i int) {
	s := t.run.Spans[i]
	t.threads[i] = t.rows
	args := map[string]any{"node": string(s.Node), "operation": s.Op, "resource": s.Ref.String(), "outcome": string(s.Phase)}
	for key, value := range map[string]string{"error": s.Error, "cause": string(s.Cause), "condition": string(s.Condition)} {
		if value != "" {
			args[key] = value
		}
	}
	if s.Critical {
		args["critical"] = true
	}
	e := traceEvent{
		Name: spanWord(s) + " " + oneLine(s.Label), Phase: "X", Cat: spanClass(s), Time: t.at(s.From),
		Took: float64(s.Took()) / float64(time.Microsecond), TID: t.rows, Args: args,
	}
	if !s.Ran() {
		e.Phase, e.Scope = "i", "t"
	}
	t.add(e)
}

// arrows joins the critical path.
func (t *trace) arrows() {
	before := -1
	for n, step := range t.run.Path {
		if step.Span < 0 {
			continue
		}
		if before >= 0 {
			from, to := t.run.Spans[before], t.run.Spans[step.Span]
			arrow := traceEvent{Name: "critical path", Cat: "critical", ID: n + 1}
			start, finish := arrow, arrow
			// An arrow belongs to the slice that its begin is within.
			start.Phase, start.Time, start.TID = "s", max(t.at(from.From), t.at(from.To)-1), t.threads[before]
			finish.Phase, finish.Bind, finish.Time, finish.TID = "f", "e", t.at(to.From), t.threads[step.Span]
			t.add(start)
			t.add(finish)
		}
		before = step.Span
	}
}
