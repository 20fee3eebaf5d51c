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
	ready    ID // the node after which it is there; empty if it is
	remove   ID // of a network that is replaced
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
			d.fail(fmt.Errorf(
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
	if hash := labels[state.LabelConfigHash]; hash != "" && hash != p.network.Hash {
		p.action = Replace
		p.reasons = []Reason{{Field: "configuration", Old: short(hash), New: short(p.network.Hash)}}
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
		if p.action == Replace {
			p.remove = d.nodes.add(Node{
				ID: ID("remove network " + network.Key), Ref: ref, Group: "networks", Reason: p.reasons[0].String(),
				Op: RemoveNetwork{Name: p.observed.Name, ID: p.observed.ID},
			})
		}
		p.ready = d.nodes.add(Node{
			ID: ID("network " + network.Key), Ref: ref, Group: "networks", After: []ID{p.remove},
			Op: CreateNetwork{Spec: state.NetworkSpec{Config: network.Config, Labels: networkLabels(d.desired.Project, network)}},
		})
	}
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
