package timeline

import (
	"slices"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/state"
)

// Part is something that the time of a run went into.
type Part struct {
	Label string
	// Op and Condition are what took most of it; empty for what was mixed.
	Op        string
	Condition state.Condition
	Took      time.Duration
	Failed    bool
	// Planning and Queued are times in which nothing ran.
	Planning, Queued bool
	// Others is how many smaller parts are folded into this one; 0 is none.
	Others int
}

// maxParts is how many parts are told, but for the folded ones.
const maxParts = 5

// tiny is what is not worth a word even among others.
const tiny = 10 * time.Millisecond

// Spent condenses the critical path: what was done to one resource in a row is
// one part, and what does not matter is folded into the last part.
func (run Run) Spent() []Part {
	parts := run.parts()
	total := run.Ended.Sub(run.Began)
	least := max(total/40, min(100*time.Millisecond, total/10))
	bySize := slices.Clone(parts)
	slices.SortStableFunc(bySize, func(a, b Part) int { return int(b.Took - a.Took) })
	if len(bySize) > maxParts {
		least = max(least, bySize[maxParts].Took+1)
	}
	var kept []Part
	var folded Part
	for _, p := range parts {
		if p.Took < least && !p.Failed {
			if p.Took >= tiny {
				folded.Others++
			}
			folded.Took += p.Took
			continue
		}
		kept = append(kept, p)
	}
	if folded.Others > 0 && folded.Took >= 50*time.Millisecond {
		kept = append(kept, folded)
	}
	return kept
}

// parts are the resources along the critical path.
func (run Run) parts() []Part {
	var parts []Part
	for i := 0; i < len(run.Path); {
		next := i + 1
		for next < len(run.Path) && run.same(run.Path[i], run.Path[next]) {
			next++
		}
		parts = append(parts, run.part(run.Path[i:next]))
		i = next
	}
	return parts
}

// same is true for two steps that work on the same resource.
func (run Run) same(a, b Step) bool {
	if a.Span < 0 || b.Span < 0 {
		return false
	}
	return run.Spans[a.Span].Ref == run.Spans[b.Span].Ref
}

func (run Run) part(steps []Step) Part {
	var p Part
	if steps[0].Span < 0 {
		return Part{Took: steps[0].Took(), Planning: steps[0].Planning, Queued: !steps[0].Planning}
	}
	longest := steps[0]
	for _, step := range steps {
		p.Took += step.Took()
		p.Failed = p.Failed || run.Spans[step.Span].Phase == event.Failed && !run.Spans[step.Span].Optional
		if step.Took() > longest.Took() {
			longest = step
		}
	}
	s := run.Spans[longest.Span]
	p.Label = s.Label
	if 5*longest.Took() >= 3*p.Took {
		p.Op, p.Condition = s.Op, s.Condition
	}
	return p
}
