package planner

import (
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// restartReason says why a container that runs is to be restarted; it has no
// text for one that is not.
func (d *draft) restartReason(service state.Service, c state.Container) Reason {
	if reason := d.renewedReason(service, c); reason.Text != "" {
		return reason
	}
	for _, dependency := range service.DependsOn {
		p := d.services[dependency.Service]
		if p == nil || len(p.replicas) == 0 || !dependency.Restart || !sharesNamespace(service, dependency.Service) {
			continue
		}
		r := p.replicas[0]
		restarts := d.starts(r) && !d.excludes(dependency.Service)
		if restarts || r.current != nil && c.StartedAt.Before(r.current.StartedAt) {
			return Reason{
				Text: fmt.Sprintf("%s, whose namespace it shares, is started again", r.ref),
				At:   writtenAt(service.Where, tieOf(service, dependency.Service)),
			}
		}
	}
	return Reason{}
}

// renewedReason says what a container depends on with `restart: true` and has
// not seen: it was created when the container had been started. That is told
// from what is observed and not only from what this plan does, so that a run
// which ended between a replacement and the restarts that follow from it is
// finished by the next.
func (d *draft) renewedReason(service state.Service, c state.Container) Reason {
	for _, dependency := range service.DependsOn {
		p := d.services[dependency.Service]
		if p == nil || !dependency.Restart {
			continue
		}
		if r := d.renewed(p, c); r != nil {
			field := "depends_on." + dependency.Service + ".restart"
			return Reason{
				Text: fmt.Sprintf("%s is newer than what it started with, and %s is true", r.ref, field),
				At:   writtenAt(service.Where, field),
			}
		}
	}
	return Reason{}
}

// renewed is a replica that a dependent has not seen: one that took the place
// of another, or any one if the dependent has seen none of them. A replica that
// is only added to others does not count.
func (d *draft) renewed(p *servicePlan, dependent state.Container) *replicaPlan {
	var unseen []*replicaPlan
	for _, r := range p.replicas {
		replaced := r.action == Replace
		switch {
		case r.current != nil:
			if !dependent.StartedAt.Before(r.current.Created) {
				continue
			}
			replaced = r.current.Labels[state.LabelReplace] != ""
		case d.excludes(p.service.Name):
			continue
		}
		if replaced {
			return r
		}
		unseen = append(unseen, r)
	}
	if len(unseen) > 0 && len(unseen) == len(p.replicas) {
		return unseen[0]
	}
	return nil
}

// tieOf is the field that makes a service live in a namespace of another one's
// container; it is empty where none does.
func tieOf(service state.Service, other string) string {
	for _, tie := range []struct{ field, mode string }{
		{"network_mode", service.Config.NetworkMode}, {"ipc", service.Config.Ipc}, {"pid", service.Config.Pid},
	} {
		if tie.mode == types.ServicePrefix+other {
			return tie.field
		}
	}
	return ""
}

// sharesNamespace is true for a service that lives in a namespace of another
// one's container.
func sharesNamespace(service state.Service, other string) bool { return tieOf(service, other) != "" }
