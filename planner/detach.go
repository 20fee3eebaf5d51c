package planner

import (
	"slices"

	"github.com/stackctl/stack/state"
)

// detach stops a container and takes it off its networks that are replaced. It
// returns the nodes after which that is done: none for a container that has no
// such network.
func (d *draft) detach(c state.Container) []ID {
	replaced := d.replacedNetworks(c)
	if len(replaced) == 0 {
		return nil
	}
	d.detached[c.ID] = true
	ref, label := state.ContainerRef(c.Service, c.Number), d.index.label(c)
	var stopped []ID
	if c.Live() {
		stopped = []ID{d.stop(removal{label: label, ref: ref, container: c, group: c.Service,
			reason: "network " + replaced[0].network.Key + " is replaced"})}
	}
	var done []ID
	for _, n := range replaced {
		id := d.nodes.add(Node{
			ID: ID("disconnect " + label + " " + n.network.Config.Name), Ref: ref, Group: c.Service, After: stopped,
			Reason: "network " + n.network.Key + " is replaced",
			Op:     DisconnectNetwork{Container: c.Handle(), Network: n.observed.Name},
		})
		d.nodes.after(n.remove, id)
		done = append(done, id)
	}
	return done
}

// reattach are the operations that undo a detach.
func (d *draft) reattach(c state.Container) []Operation {
	var operations []Operation
	for _, n := range d.replacedNetworks(c) {
		operations = append(operations, ConnectNetwork{Container: c.Handle(), Attachment: formerAttachment(c, n)})
	}
	return operations
}

// formerAttachment is the place that a container has in a network now.
func formerAttachment(c state.Container, n *networkPlan) state.Attachment {
	a := state.Attachment{Network: n.network.Config.Name, Aliases: c.Networks[n.network.Config.Name].Aliases}
	if applied, err := state.DecodeConfig(c.Labels[state.LabelStackConfig]); err == nil {
		a.Config = applied.Networks[n.network.Key]
	}
	return a
}

// addNetworkUndo brings a network back that could not be replaced: its
// definition may overlap with another network, or a container of somebody else
// may hold it.
func (d *draft) addNetworkUndo() {
	for _, network := range d.desired.Networks {
		p := d.networks[network.Key]
		if p.action != Replace {
			continue
		}
		var back []Operation
		for _, c := range d.index.all {
			if _, attached := c.Networks[p.observed.Name]; !attached || !d.detached[c.ID] {
				continue
			}
			back = append(back, ConnectNetwork{Container: c.Handle(), Attachment: formerAttachment(c, p)})
			if c.Running() {
				back = append(back, StartContainer{Container: c.Handle()})
			}
		}
		d.nodes.get(p.remove).OnFailure = back
		again := CreateNetwork{Spec: state.NetworkSpec{Config: p.observed.Config, Labels: p.observed.Labels}}
		d.nodes.get(p.ready).OnFailure = append([]Operation{again}, back...)
	}
}

// addNetworkMoves moves the containers that this plan does not touch for
// another reason, such as those of services that were not selected.
func (d *draft) addNetworkMoves() {
	for _, c := range d.index.all {
		replaced := d.replacedNetworks(c)
		if len(replaced) == 0 || d.touches(c) {
			continue
		}
		ref, label := state.ContainerRef(c.Service, c.Number), d.index.label(c)
		d.change(Change{Ref: ref, Name: c.Name, Action: Update,
			Reasons: []Reason{{Text: "network " + replaced[0].network.Key + " is replaced"}}})
		last := d.detach(c)
		for _, n := range replaced {
			last = append(last, d.nodes.add(Node{
				ID: ID("connect " + label + " " + n.network.Config.Name), Ref: ref, Group: c.Service,
				After: slices.Concat(last, []ID{n.ready}),
				Op:    ConnectNetwork{Container: c.Handle(), Attachment: formerAttachment(c, n)},
			}))
		}
		if c.Running() {
			d.nodes.add(Node{ID: ID("start " + label), Ref: ref, Group: c.Service, After: last,
				Op: StartContainer{Container: c.Handle()}})
		}
	}
}

// touches is true for a container that a node of the plan changes already.
func (d *draft) touches(c state.Container) bool {
	for _, node := range d.nodes.byID {
		switch op := node.Op.(type) {
		case StopContainer:
			if op.Container.ID == c.ID {
				return true
			}
		case RemoveContainer:
			if op.Container.ID == c.ID {
				return true
			}
		case DisconnectNetwork:
			if op.Container.ID == c.ID {
				return true
			}
		}
	}
	return false
}
