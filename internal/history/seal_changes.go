package history

import (
	"slices"
	"strings"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// changes are without secrets: those of now wherever they occur, and the old
// values of fields that had or have one. What the secret was that they had then,
// nobody knows any more.
func (s sealer) changes(all []planner.Change, now, before state.Desired) []planner.Change {
	if len(all) == 0 {
		return nil
	}
	today, then := sealsOf(now), sealsOf(before)
	told := slices.Clone(all)
	for i, c := range told {
		told[i].Reasons = slices.Clone(c.Reasons)
		for j, r := range c.Reasons {
			old := s.hide(r.Old)
			field := fieldOf(c.Ref, r.Field)
			lost := !strings.Contains(old, hidden) && today.in(field, nil) || then.in(field, today)
			if lost && r.Old != "" {
				old = hidden
			}
			r.Old, r.New, r.Text = old, s.hide(r.New), s.hide(r.Text)
			told[i].Reasons[j] = r
		}
	}
	return told
}

// seals are the marks in texts, by owner and path.
type seals map[string][]string

func sealsOf(sealedDesired state.Desired) seals {
	found := seals{}
	mapConfigs(sealedDesired, func(owner string, t text) string {
		if hasSeal(t.Value) {
			at := owner + " " + t.Path
			found[at] = append(found[at], sealed.FindAllString(t.Value, -1)...)
		}
		return t.Value
	})
	return found
}

// in is true where a field, or what is in it, has a mark that the field does
// not have in the others.
func (s seals) in(field string, others seals) bool {
	theirs := others.of(field)
	return slices.ContainsFunc(s.of(field), func(mark string) bool { return !slices.Contains(theirs, mark) })
}

func (s seals) of(field string) []string {
	var all []string
	for at, marks := range s {
		rest, within := strings.CutPrefix(at, field)
		if within && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			all = append(all, marks...)
		}
	}
	return all
}

// fieldOf is the owner and the path of a reason's field.
func fieldOf(ref state.Ref, field string) string {
	kind := "service"
	if ref.Kind == state.KindNetwork || ref.Kind == state.KindVolume {
		kind = string(ref.Kind)
	}
	return kind + " " + ref.Name + " " + field
}
