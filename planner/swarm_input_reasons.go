package planner

import (
	"slices"
	"strings"

	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/state"
)

// specReasons say what of a service's specification differs. That a config or
// secret has another name in the Swarm, for it is another version, is told as
// what it comes from.
func (d *swarmDraft) specReasons(p *swarmService, differences []servicespec.Difference) []Reason {
	var reasons []Reason
	for _, x := range differences {
		reason := Reason{Field: x.Field, Old: x.Old, New: x.New}
		if key, text := d.versionReason(x); text != "" {
			reason = Reason{Text: key + ": " + text, At: writtenAt(p.service.Where, key)}
		}
		if !slices.Contains(reasons, reason) { // one that is in two places
			reasons = append(reasons, reason)
		}
	}
	return reasons
}

// versionReason says of which config or secret a service gets another version, and
// what is another about that; nothing for any other difference.
func (d *swarmDraft) versionReason(x servicespec.Difference) (key, text string) {
	for _, p := range d.inputs {
		held, there := d.there[inputName{p.input.Kind, x.Old}]
		if !there || p.name.name != x.New || !strings.HasPrefix(x.Field, string(p.input.Kind)+"s.") {
			continue
		}
		key = inputRef(p.input).String()
		versions := held.Labels[state.LabelStackInput] == p.input.Key
		switch {
		case !versions && held.Name != p.input.Name, p.input.External:
			return "", ""
		case !servicespec.SameDrivers(held, p.input):
			return key, "its drivers changed"
		case versions && held.Kind == state.KindSecret, !servicespec.SameInput(held, p.input):
			return key, "its content changed"
		}
		return "", "" // the same, that somebody else has made
	}
	return "", ""
}
