package planner

import (
	"fmt"
	"maps"
	"strings"

	"github.com/stackctl/stack/state"
)

const overlay = "overlay" // the driver of networks that all nodes share

// decideNetworks says what becomes of the networks. One that services are in is
// not made anew under them.
func (d *swarmDraft) decideNetworks() {
	for _, network := range d.desired.Networks {
		p := &networkPlan{network: network, action: NoOp}
		d.networks[network.Key] = p
		observed, there := d.index.networks[network.Config.Name]
		switch {
		case there:
			p.observed = &observed
			d.compareNetwork(p)
		case network.External:
			d.failAt(network.Where, "external", fmt.Errorf(
				"network %s declared as external, but the Swarm has none of that name: create it with `docker network create -d overlay --attachable %s`, or take `external: true` away",
				network.Config.Name, network.Config.Name))
		default:
			p.action = Create
		}
	}
}

func (d *swarmDraft) compareNetwork(p *networkPlan) {
	if p.network.External {
		return
	}
	observed := *p.observed
	if observed.Labels[state.LabelNamespace] != d.desired.Project.Name {
		d.compareForeign(p)
		return
	}
	wanted := p.network
	wanted.Config.Driver = driverOf(p.network)
	observed.Config.DriverOpts = maps.Clone(observed.Config.DriverOpts)
	for option := range observed.Config.DriverOpts {
		if _, asked := wanted.Config.DriverOpts[option]; !asked && strings.HasPrefix(option, "com.docker.network.driver.overlay.") {
			delete(observed.Config.DriverOpts, option) // the Swarm chose it
		}
	}
	reasons := networkDifferences(observed, wanted)
	if len(reasons) == 0 {
		return
	}
	var fields []string
	for _, r := range reasons {
		fields = append(fields, r.String())
	}
	p.reasons = reasons
	d.warnings = append(d.warnings, fmt.Sprintf(
		"network %s stays as it is, for services are in it (%s): `stack down` and `stack up` make it anew", observed.Name, strings.Join(fields, ", ")))
}

// compareForeign looks at a network that has the name and is not the project's. A
// service cannot be in one of this machine alone.
func (d *swarmDraft) compareForeign(p *networkPlan) {
	name := p.observed.Name
	if p.observed.Driver == "bridge" && p.observed.Labels[state.LabelProject] != "" {
		d.failAt(p.network.Where, "", fmt.Errorf(
			"network %s is there already, for containers of this machine alone: take them away with `stack --engine docker down`, or give the network another name", name))
		return
	}
	d.warnings = append(d.warnings, fmt.Sprintf(
		"network %s was not created for this project: it is used as it is, and never removed (set `external: true` to say so in the file)", name))
}

func driverOf(network state.Network) string {
	if network.Config.Driver != "" {
		return network.Config.Driver
	}
	return overlay
}

func (d *swarmDraft) addNetworks() {
	for _, network := range d.desired.Networks {
		p := d.networks[network.Key]
		if network.External {
			continue
		}
		ref := state.NetworkRef(network.Key)
		d.change(Change{Ref: ref, Name: network.Config.Name, Action: p.action, Reasons: p.reasons})
		if p.action != Create {
			continue
		}
		config := network.Config
		config.Driver = driverOf(network)
		p.ready = d.nodes.add(Node{
			ID: ID("network " + network.Key), Ref: ref, Group: "networks",
			Op: CreateNetwork{Spec: state.NetworkSpec{Config: config, Labels: d.namespaced(config.Labels)}},
		})
	}
}

// namespaced are labels with that of the project.
func (d *swarmDraft) namespaced(labels map[string]string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, labels)
	all[state.LabelNamespace] = d.desired.Project.Name
	return all
}

// keyOf is what the compose file calls what the Swarm has under a name, among
// what the file declares.
func keyOf[T any](project state.Project, name string, declared []T, of func(T) (key, name string)) string {
	for _, d := range declared {
		if key, given := of(d); given == name {
			return key
		}
	}
	return strings.TrimPrefix(name, project.SwarmName(""))
}
