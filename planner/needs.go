package planner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stackctl/stack/state"
)

// checkNeeds finds the fields that the engine does not honour: those without
// which something else would run are errors, the others are left out. What a
// Swarm has something of its own for is named.
func (d *draft) checkNeeds(engine state.EngineInfo) {
	var swarm, mapped []state.Need
	left := map[string][]state.Need{} // by why they are left out
	for _, need := range d.desired.Needs {
		switch {
		case need.Mapped:
			mapped = append(mapped, need)
		case need.Met.By(engine):
		case need.Required:
			d.fail(errors.New(need.Where + ": " + lack(need, engine)))
		case need.Met.Swarm:
			swarm = append(swarm, need)
		case engine.Swarm():
			left[lack(need, engine)] = append(left[lack(need, engine)], need)
		default:
			d.warnings = append(d.warnings, need.Where+": left out: "+lack(need, engine))
		}
	}
	if len(swarm) > 0 {
		d.warnings = append(d.warnings, fields(swarm)+": honoured on Swarm only")
	}
	if len(mapped) > 0 {
		d.warnings = append(d.warnings, "mapped to what a Swarm has: "+targets(mapped))
	}
	for why, needs := range left {
		d.warnings = append(d.warnings, fields(needs)+": left out: "+why)
	}
}

// lack says why an engine does not honour a field.
func lack(need state.Need, engine state.EngineInfo) string {
	var reasons []string
	if need.Met.API != "" {
		reasons = append(reasons, fmt.Sprintf("needs Docker Engine %s (API %s), this is %s", need.Met.Engine, need.Met.API, engine))
	}
	if need.Met.Swarm {
		reasons = append(reasons, "honoured on Swarm only")
	}
	if need.Met == (state.Met{}) && engine.Swarm() {
		reasons = append(reasons, "no Swarm does this")
	}
	if need.Note != "" {
		reasons = append(reasons, need.Note)
	}
	return strings.Join(reasons, "; ")
}

// targets names fields, and what each is mapped to where that is said in a word.
func targets(mapped []state.Need) string {
	by := map[string][]state.Need{}
	for _, need := range mapped {
		var to string
		if strings.HasPrefix(need.Note, "to ") {
			to = " " + need.Note
			if end := strings.IndexAny(to, ":,;"); end >= 0 {
				to = to[:end]
			}
		}
		by[to] = append(by[to], need)
	}
	var all []string
	for to, needs := range by {
		all = append(all, fields(needs)+to)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// fields names fields and the services that have them in one go.
func fields(needs []state.Need) string {
	var ofServices, services, others []string
	for _, need := range needs {
		if need.Service == "" {
			others = append(others, need.Field)
			continue
		}
		ofServices = append(ofServices, need.Field)
		services = append(services, need.Service)
	}
	for _, list := range []*[]string{&ofServices, &services, &others} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	if len(ofServices) > 0 {
		others = append([]string{fmt.Sprintf("%s (%s)", strings.Join(ofServices, ", "), strings.Join(services, ", "))}, others...)
	}
	return strings.Join(others, ", ")
}
