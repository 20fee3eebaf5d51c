package timeline

import (
	"cmp"
	"slices"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// Run is what ran when.
type Run struct {
	Project      string
	Began, Ended time.Time
	// Spans are in the order of their begin.
	Spans []Span
	// Path is the critical path, from the beginning of the run to the end of
	// what ended last: each step begins where the one before it ends.
	Path []Step
}

// Span is one node of a plan that ran, or that was to.
type Span struct {
	Node  planner.ID
	Ref   state.Ref
	Name  string // in the engine
	Label string // in short: db, web/2, network back
	Group string
	Op    string
	// Condition is what an await waited for.
	Condition state.Condition
	From, To  time.Time
	// Phase is how it ended; Skipped and Canceled ones may not have begun.
	Phase    event.Phase
	Wait     bool // it waited for something, where others do something
	Undo     bool // it undid the damage of a node that failed
	Optional bool // its failure did not matter
	Critical bool // it is on the critical path
	Error    string
	Cause    planner.ID // of one that was skipped

	plan  int
	after []int
}

// Took is how long a span took.
func (s Span) Took() time.Duration { return s.To.Sub(s.From) }

// Ran is true for one that began.
func (s Span) Ran() bool {
	return s.Phase != event.Skipped && (s.Phase != event.Canceled || s.Took() > 0)
}

// Step is a piece of the critical path.
type Step struct {
	// Span is an index into the run's; -1 for a time in which nothing ran that
	// the rest waited for.
	Span     int
	From, To time.Time
	// Planning is true for the time between two plans, where there is no span;
	// otherwise it is one in which a node could have run, and had to queue for
	// its call.
	Planning bool
}

// Took is how long a step took.
func (s Step) Took() time.Duration { return s.To.Sub(s.From) }

// Run is what is known of a run that has ended.
func (r *Recording) Run(ended time.Time) Run {
	run := Run{Ended: ended, Began: ended}
	if len(r.plans) > 0 {
		run.Project, run.Began = r.plans[0].plan.Project, r.plans[0].at
	}
	spans := slices.Clone(r.spans)
	for i := range spans {
		if spans[i].Phase == event.Started { // nobody told how it ended
			spans[i].To, spans[i].Phase = ended, event.Canceled
		}
	}
	run.Path = r.path(spans, run.Began)
	for _, step := range run.Path {
		if step.Span >= 0 {
			spans[step.Span].Critical = true
		}
	}
	run.sort(spans)
	return run
}

// sort puts spans in the order of their begin.
func (run *Run) sort(spans []Span) {
	order := make([]int, len(spans))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(spans[a].From.Compare(spans[b].From), spans[a].To.Compare(spans[b].To))
	})
	place := make([]int, len(spans))
	for to, from := range order {
		run.Spans, place[from] = append(run.Spans, spans[from]), to
	}
	for i, step := range run.Path {
		if step.Span >= 0 {
			run.Path[i].Span = place[step.Span]
		}
	}
	for i := range run.Spans {
		run.Spans[i].after = nil // they are by the old places
	}
}

// path is the critical path: from the span that ended last back to what it
// came after, always to what ended last of that.
func (r *Recording) path(spans []Span, began time.Time) []Step {
	last := -1
	for i, s := range spans {
		if s.Ran() && (last < 0 || s.To.After(spans[last].To)) {
			last = i
		}
	}
	var steps []Step
	for last >= 0 {
		s := spans[last]
		steps = append(steps, Step{Span: last, From: s.From, To: s.To})
		before := r.cause(spans, last)
		since := began
		if before >= 0 {
			since = spans[before].To
		}
		if since.Before(s.From) {
			planning := before < 0 || spans[before].plan != s.plan
			steps = append(steps, Step{Span: -1, From: since, To: s.From, Planning: planning})
		}
		last = before
	}
	slices.Reverse(steps)
	return steps
}

// cause is the span without whose end another one could not have begun when it
// did: the last to end of those that it came after. What comes after nothing is
// there because its plan was made, after all that had ended then; what brings
// old containers back, because of what had failed.
func (r *Recording) cause(spans []Span, of int) int {
	s := spans[of]
	latest := -1
	consider := func(i int) {
		if i != of && !spans[i].To.After(s.From) && spans[i].Ran() && (latest < 0 || spans[i].To.After(spans[latest].To)) {
			latest = i
		}
	}
	for _, i := range s.after {
		consider(i)
	}
	if latest >= 0 {
		return latest
	}
	for i, other := range spans {
		failed := other.Phase == event.Failed && other.Group == s.Group && r.isBack(s)
		if other.plan < s.plan && !other.To.After(r.plans[s.plan].at) || failed {
			consider(i)
		}
	}
	return latest
}

// isBack is true for a span of a rollback.
func (r *Recording) isBack(s Span) bool {
	return !slices.ContainsFunc(r.plans[s.plan].plan.Nodes, func(n planner.Node) bool { return n.ID == s.Node })
}
