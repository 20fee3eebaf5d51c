package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// entry is one line of a plan's text, for one resource or for several replicas
// that fare alike, and what is said under it.
type entry struct {
	action  planner.Action
	label   string // the service, or the key in the compose file
	names   string // the engine's
	note    string
	reasons []planner.Reason
	undo    string
	changes []planner.Change
	rank    int // in the order of the plan
}

// entries returns what to say of a kind's resources.
func (t *planText) entries(kind state.Kind) []entry {
	var entries []entry
	for _, change := range t.plan.Changes {
		if change.Ref.Kind != kind || change.Action == planner.NoOp && !t.options.Verbose {
			continue
		}
		e := t.newEntry(change)
		if last := len(entries) - 1; last >= 0 && alike(entries[last], e) {
			entries[last].changes = append(entries[last].changes, change)
			entries[last].rank = min(entries[last].rank, e.rank)
			continue
		}
		entries = append(entries, e)
	}
	if kind == state.KindImage {
		entries = append(entries, t.unlistedImages(entries)...)
	}
	turns := map[string]int{} // of services: their replicas stay together
	for i, e := range entries {
		entries[i].names = names(e.changes)
		if turn, known := turns[e.label]; !known || e.rank < turn {
			turns[e.label] = e.rank
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(turns[a.label], turns[b.label]), cmp.Compare(a.label, b.label))
	})
	return entries
}

func (t *planText) newEntry(change planner.Change) entry {
	e := entry{
		action:  change.Action,
		label:   change.Ref.Name,
		changes: []planner.Change{change},
		rank:    t.order.rank(change.Ref),
	}
	switch change.Ref.Kind {
	case state.KindContainer:
		e.note = t.order.waits(change.Ref)
		e.undo = t.order.undo(change.Ref)
	case state.KindService:
		e.note = t.order.waits(change.Ref)
	case state.KindImage:
		e.note = t.order.imageSource(change.Ref)
	case state.KindNetwork, state.KindVolume, state.KindHook, state.KindProvider, state.KindModel, state.KindConfig, state.KindSecret:
	}
	e.explain(change)
	return e
}

// explain says why. A lone sentence has room on the entry's own line.
func (e *entry) explain(change planner.Change) {
	lone := len(change.Reasons) == 1 && change.Reasons[0].Field == ""
	switch {
	case lone && e.note == "":
		e.note = change.Reasons[0].Text + whereAt(change.Reasons[0])
		return
	case lone && change.Ref.Kind == state.KindImage:
		e.note += " (" + change.Reasons[0].Text + ")"
		return
	}
	e.reasons = change.Reasons
}

// whereAt is what is said after a reason: the place in the file that it comes
// from.
func whereAt(reason planner.Reason) string {
	if at := reason.At.String(); at != "" {
		return "  (" + at + ")"
	}
	return ""
}

// unlistedImages are the images that nodes bring without a change that says so.
func (t *planText) unlistedImages(listed []entry) []entry {
	var entries []entry
	for _, node := range t.plan.Nodes {
		ref := node.Ref
		known := func(e entry) bool { return e.changes[0].Ref == ref }
		if ref.Kind != state.KindImage || slices.ContainsFunc(listed, known) || slices.ContainsFunc(entries, known) {
			continue
		}
		change := planner.Change{Ref: ref, Name: node.Name(), Action: planner.Create}
		if node.Reason != "" {
			change.Reasons = []planner.Reason{{Text: node.Reason}}
		}
		entries = append(entries, t.newEntry(change))
	}
	return entries
}

// alike is true for replicas of one service of which the same is to be said.
func alike(a, b entry) bool {
	return a.changes[0].Ref.Kind == state.KindContainer && a.label == b.label && a.action == b.action &&
		a.note == b.note && a.undo == b.undo && slices.Equal(a.reasons, b.reasons)
}

// names lists what an entry is about, unless its label says it.
func names(changes []planner.Change) string {
	if first := changes[0]; first.Name == first.Ref.Name {
		return ""
	}
	var all []string
	for _, change := range changes {
		all = append(all, change.Name)
	}
	if len(all) > 3 {
		return fmt.Sprintf("%s … %s (%d)", all[0], all[len(all)-1], len(all))
	}
	return strings.Join(all, ", ")
}

// replicaNames prints refs with a service's only replica as the service.
func replicaNames(refs []state.Ref) []string {
	replicas := map[string]int{}
	for _, ref := range refs {
		replicas[ref.Name]++
	}
	var all []string
	for _, ref := range refs {
		name := ref.String()
		if ref.Kind == state.KindContainer && replicas[ref.Name] == 1 && ref.Number == 1 {
			name = ref.Name
		}
		all = append(all, name)
	}
	return all
}
