package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stackctl/stack/state"
)

// addService writes down what becomes of a service. The services that it
// depends on are written down already.
func (d *draft) addService(p *servicePlan) {
	for _, s := range p.surplus {
		d.addSurplus(p, s)
	}
	var changed []*bringUp
	for _, r := range p.replicas {
		if b := d.addReplica(p, r); b != nil {
			changed = append(changed, b)
		}
	}
	rolling := d.roll(p, changed)
	for _, b := range changed {
		b.prepare()
	}
	d.addPreStart(p, changed)
	for _, b := range changed {
		b.finish()
	}
	if rolling != nil {
		rolling.addTo(d)
	}
}

func (d *draft) addSurplus(p *servicePlan, s slot) {
	for i, c := range s.byFitness() {
		action, reason := Delete, fmt.Sprintf("%d wanted", p.service.Replicas)
		if p.frozen {
			action = NoOp
		}
		d.change(Change{Ref: s.ref, Name: c.Name, Action: action, Reasons: []Reason{{
			Text: reason, At: writtenAt(p.service.Where, "scale", "deploy.replicas", ""),
		}}})
		if p.frozen {
			continue
		}
		label := s.ref.String()
		if i > 0 {
			label += " " + c.Name
		}
		p.gone = append(p.gone, d.remove(removal{
			label: label, ref: s.ref, container: c, group: p.service.Name, reason: reason,
		}))
		d.leavesBehind(c, nil)
	}
}

// addReplica returns how to bring a replica up, nil for one that is left as it
// is.
func (d *draft) addReplica(p *servicePlan, r *replicaPlan) *bringUp {
	if p.frozen {
		d.change(Change{Ref: r.ref, Name: r.name, Action: NoOp, Reasons: p.frozenReasons()})
		return nil
	}
	d.change(Change{Ref: r.ref, Name: r.name, Action: r.action, Reasons: r.reasons})
	if r.action == NoOp {
		return nil
	}
	return &bringUp{draft: d, service: p, replica: r}
}

// removal is a container to remove.
type removal struct {
	label     string // of its nodes
	ref       state.Ref
	container state.Container
	group     string
	reason    string
	after     []ID
	options   state.RemoveOptions
	onFailure []Operation // if it does not stop
}

// remove stops a container that runs and removes it, and says which node is
// the last. What is replaced and held by the container waits for that.
func (d *draft) remove(m removal) ID {
	last := m.after
	if m.container.Live() {
		last = []ID{d.stop(m)}
	}
	if !m.container.OneOff { // no hook has its volumes
		last = slices.Concat(last, d.hookRemovals(m.container.Service))
	}
	id := d.nodes.add(Node{
		ID: ID("remove " + m.label), Ref: m.ref, Group: m.group, Reason: m.reason, After: last,
		Op: RemoveContainer{Container: m.container.Handle(), Options: m.options},
	})
	d.releasedBy(id, m.container)
	return id
}

// stop runs a container's pre_stop hooks and stops it.
func (d *draft) stop(m removal) ID {
	last := m.after
	if m.container.Running() {
		hooks := d.preStop(m.container)
		if m.container.Status == state.StatusPaused && len(hooks) > 0 { // nothing can be run in it
			last = []ID{d.nodes.add(Node{
				ID: ID("unpause " + m.label), Ref: m.ref, Group: m.group, After: last, Op: UnpauseContainer{Container: m.container.Handle()},
			})}
		}
		for i, hook := range hooks {
			last = []ID{d.nodes.add(Node{
				ID: ID(fmt.Sprintf("pre_stop %s %d", m.label, i+1)), Ref: m.ref, Group: m.group, After: last,
				Op:        RunHook{Container: m.container.Handle(), Hook: "pre_stop", Spec: hook},
				OnFailure: m.onFailure,
			})}
		}
	}
	return d.nodes.add(Node{
		ID: ID("stop " + m.label), Ref: m.ref, Group: m.group, Reason: m.reason, After: last,
		Op:        StopContainer{Container: m.container.Handle(), Options: d.stopOptions()},
		OnFailure: m.onFailure,
	})
}

func (d *draft) stopOptions() state.StopOptions {
	return state.StopOptions{Timeout: d.policy.StopTimeout}
}

// releasedBy makes the removal of networks and volumes that are replaced wait
// for the node that frees them of a container.
func (d *draft) releasedBy(id ID, c state.Container) {
	for _, n := range d.replacedNetworks(c) {
		d.nodes.after(n.remove, id)
	}
	for _, p := range d.replacedVolumes(c) {
		d.nodes.after(p.remove, id)
	}
}

// namespaces are the nodes after which the containers exist that a service's
// containers are tied to when they are created.
func (d *draft) namespaces(service state.Service) []ID {
	tied := tiedTo(service)
	for _, link := range service.Config.Links {
		name, _, _ := strings.Cut(link, ":")
		tied = append(tied, name)
	}
	var after []ID
	for _, name := range tied {
		if p := d.services[name]; p != nil {
			for _, r := range p.replicas {
				after = append(after, r.created)
			}
		}
	}
	return after
}
