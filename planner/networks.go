package planner

import (
	"fmt"

	"github.com/stackctl/stack/state"
)

// networkPlan is what becomes of a network.
type networkPlan struct {
	network  state.Network
	observed *state.ObservedNetwork
	action   Action
	reasons  []Reason
	ready    ID                      // the node after which it is there; empty if it is
	remove   ID                      // of a network that is replaced
	twins    []state.ObservedNetwork // of the same name, which are in the way
}

func (d *draft) decideNetworks() {
	for _, network := range d.desired.Networks {
		p := &networkPlan{network: network, action: NoOp}
		d.networks[network.Key] = p
		if observed, there := d.index.networks[network.Config.Name]; there {
			p.observed = &observed
			d.compareNetwork(p)
			continue
		}
		if network.External {
			d.failAt(network.Where, "external", fmt.Errorf(
				"network %s declared as external, but could not be found: create it with `docker network create %s`, or take `external: true` away",
				network.Config.Name, network.Config.Name))
			continue
		}
		p.action = Create
	}
}

func (d *draft) compareNetwork(p *networkPlan) {
	if p.network.External {
		return
	}
	labels := p.observed.Labels
	if labels[state.LabelProject] != d.desired.Project.Name {
		d.warnings = append(d.warnings, fmt.Sprintf(
			"network %s was not created for this project: it is used as it is, and never removed (set `external: true` to say so in the file)", p.observed.Name))
		return
	}
	for _, twin := range d.index.twins[p.observed.Name] {
		if twin.Labels[state.LabelProject] == d.desired.Project.Name {
			p.twins, p.action = append(p.twins, twin), Update
			p.reasons = []Reason{{Text: "another network has the same name, as of a run at the same time"}}
		}
	}
	if hash := labels[state.LabelConfigHash]; hash != "" && hash != p.network.Hash {
		p.action = Replace
		p.reasons = networkReasons(*p.observed, p.network, hash)
	}
}

func (d *draft) addNetworks() {
	for _, network := range d.desired.Networks {
		p := d.networks[network.Key]
		if p.network.External {
			continue
		}
		ref := state.NetworkRef(network.Key)
		d.change(Change{Ref: ref, Name: network.Config.Name, Action: p.action, Reasons: p.reasons})
		if p.action == NoOp {
			continue
		}
		p.ready = d.removeTwins(p)
		if p.action == Update {
			continue
		}
		if p.action == Replace {
			p.remove = d.nodes.add(Node{
				ID: ID("remove network " + network.Key), Ref: ref, Group: "networks", Reason: p.reasons[0].String(), After: []ID{p.ready},
				Op: RemoveNetwork{Name: p.observed.Name, ID: p.observed.ID},
			})
		}
		p.ready = d.nodes.add(Node{
			ID: ID("network " + network.Key), Ref: ref, Group: "networks", After: []ID{p.remove},
			Op: CreateNetwork{Spec: state.NetworkSpec{Config: network.Config, Labels: networkLabels(d.desired.Project, network)}},
		})
	}
}

// removeTwins removes the networks of the same name, and returns the last node
// that does. An engine that holds several of one name cannot attach to any.
func (d *draft) removeTwins(p *networkPlan) ID {
	var last ID
	for _, twin := range p.twins {
		last = d.nodes.add(Node{
			ID: ID("remove network " + p.network.Key + " " + short(twin.ID)), Ref: state.NetworkRef(p.network.Key), Group: "networks",
			After: []ID{last}, Reason: p.reasons[0].String(), Op: RemoveNetwork{Name: twin.Name, ID: twin.ID},
		})
	}
	return last
}

// replacedNetworks are the networks of a container that are replaced.
func (d *draft) replacedNetworks(c state.Container) []*networkPlan {
	var replaced []*networkPlan
	for _, network := range d.desired.Networks {
		p := d.networks[network.Key]
		if _, attached := c.Networks[network.Config.Name]; attached && p.action == Replace {
			replaced = append(replaced, p)
		}
	}
	return replaced
}
