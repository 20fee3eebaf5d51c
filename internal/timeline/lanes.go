package timeline

import (
	"cmp"
	"slices"
	"time"

	"github.com/stackctl/stack/state"
)

// Lane is what was done to one resource.
type Lane struct {
	Ref   state.Ref
	Label string
	// Rows are spans by their index, in the order of their begin: those of one
	// row do not overlap.
	Rows [][]int
}

// Lanes are the resources of a run: what services need comes before them, and
// they are in the order in which they were started.
func (run Run) Lanes() []Lane {
	var lanes []Lane
	index := map[state.Ref]int{}
	for i, s := range run.Spans {
		at, known := index[s.Ref]
		if !known {
			at = len(lanes)
			index[s.Ref] = at
			lanes = append(lanes, Lane{Ref: s.Ref, Label: s.Label})
			if s.Ref.Kind == state.KindImage {
				lanes[at].Label = "image " + s.Label
			}
		}
		lanes[at].put(run, i)
	}
	slices.SortStableFunc(lanes, func(a, b Lane) int {
		return cmp.Or(cmp.Compare(rank(a.Ref.Kind), rank(b.Ref.Kind)), run.turn(a).Compare(run.turn(b)))
	})
	return lanes
}

// rank puts what services need first.
func rank(kind state.Kind) int {
	return slices.Index([]state.Kind{
		state.KindNetwork, state.KindVolume, state.KindImage, state.KindModel, state.KindProvider, state.KindHook, state.KindContainer,
	}, kind)
}

// turn is when a lane's container was last started, or else when the first thing
// was done to it.
func (run Run) turn(l Lane) time.Time {
	at := run.Spans[l.Rows[0][0]].From
	for _, row := range l.Rows {
		for _, i := range row {
			if s := run.Spans[i]; s.Op == "StartContainer" && !s.Undo && s.From.After(at) {
				at = s.From
			}
		}
	}
	return at
}

// put puts a span in the first row that has room for it.
func (l *Lane) put(run Run, span int) {
	for i, row := range l.Rows {
		if last := run.Spans[row[len(row)-1]]; !last.To.After(run.Spans[span].From) {
			l.Rows[i] = append(row, span)
			return
		}
	}
	l.Rows = append(l.Rows, []int{span})
}
