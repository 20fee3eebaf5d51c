package planner

import (
	"slices"
	"strings"

	"github.com/stackctl/stack/state"
)

// orphaned is why an orphan is removed.
const orphaned = "the project has no such service"

// addOrphans removes the containers of services that the project has no more,
// and of runs that have ended, or names them.
func (d *draft) addOrphans() {
	var names, ended []string
	for _, c := range d.index.all {
		if c.OneOff && !c.IsHook() && !c.Live() {
			if d.policy.RemoveOrphans {
				d.removeOneOff(c)
			} else {
				ended = append(ended, c.Name)
			}
		}
		if c.OneOff || c.IsHook() || slices.Contains(d.desired.Known, c.Service) {
			continue
		}
		ref := state.ContainerRef(c.Service, c.Number)
		if !d.policy.RemoveOrphans {
			names = append(names, c.Name)
			continue
		}
		d.change(Change{Ref: ref, Name: c.Name, Action: Delete, Reasons: []Reason{{Text: orphaned}}})
		d.remove(removal{label: ref.String() + " " + c.Name, ref: ref, container: c, group: c.Service, reason: orphaned})
		d.leavesBehind(c, nil)
	}
	for service := range d.index.hooks {
		if !slices.Contains(d.desired.Known, service) {
			d.removeHooks(service)
		}
	}
	d.warnOfOrphans(names, "this project has no such services any more")
	d.warnOfOrphans(ended, "their runs have ended")
}

func (d *draft) warnOfOrphans(names []string, why string) {
	if len(names) > 0 && !d.policy.IgnoreOrphans {
		d.warnings = append(d.warnings, "Found orphan containers ("+strings.Join(names, ", ")+
			"): "+why+"; --remove-orphans removes them")
	}
}

// removeOneOff removes the container of a `run` that has ended.
func (d *draft) removeOneOff(c state.Container) {
	ref := state.ContainerRef(c.Service, c.Number)
	const reason = "its run has ended"
	d.change(Change{Ref: ref, Name: c.Name, Action: Delete, Reasons: []Reason{{Text: reason}}})
	d.remove(removal{label: ref.String() + " " + c.Name, ref: ref, container: c, group: c.Service, reason: reason})
	d.leavesBehind(c, nil)
}
