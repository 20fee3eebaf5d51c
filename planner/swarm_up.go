package planner

import (
	"errors"
	"slices"
	"strings"

	"github.com/stackctl/stack/state"
)

// swarmUp is [Up] on a Swarm: what is wanted is compared with the specifications
// that the Swarm holds, field by field. It waits for every service that it writes,
// and for those that have not converged.
func swarmUp(desired state.Desired, observed state.Observed, policy UpPolicy) (Plan, error) {
	if policy.NoStart {
		return Plan{}, errors.New("a Swarm starts the services that it creates: set `--scale SERVICE=0` for those that are to have no task yet")
	}
	order, err := serviceOrder(desired.Services)
	if err != nil {
		return Plan{}, err
	}
	d := newSwarmDraft(desired, observed, policy)
	d.warnIgnored()
	d.checkNeeds(observed.Engine)
	d.refuseSupplies()
	d.decideNetworks()
	d.decideInputs()
	for _, service := range order {
		d.decide(service)
	}
	d.addImages()
	d.addNetworks()
	d.addInputs()
	for _, service := range order {
		d.addService(d.decided[service.Name])
	}
	d.addOrphans()
	d.pruneInputs()
	return d.plan()
}

// addService writes down what becomes of a service. Those that it depends on are
// written down already.
func (d *swarmDraft) addService(p *swarmService) {
	ref := state.ServiceRef(p.service.Name)
	d.change(Change{Ref: ref, Name: d.nameOf(p), Action: p.action, Reasons: p.reasons})
	if p.action == NoOp {
		if p.held != nil && !Converged(*p.held, p.tasks) && !d.leaves(p.service.Name) {
			d.await(p)
		}
		return
	}
	node := Node{Ref: ref, Group: p.service.Name}
	if len(p.reasons) > 0 {
		node.Reason = p.reasons[0].String()
	}
	node.After, node.Settled = d.dependencies(p.service)
	node.After = append(node.After, d.supplied(p)...)
	if image := d.nodes.get(d.images[p.service.Config.Image]); image != nil && image.Optional {
		node.Settled = append(node.Settled, image.ID)
	} else if image != nil {
		node.After = append(node.After, image.ID)
	}
	d.warnings = append(d.warnings, p.notes...)
	p.spec.Refresh = p.refreshes
	p.spec.Local = d.isOfThisMachine(p) && (p.held == nil || p.restarts || p.refreshes)
	switch p.action {
	case Update:
		node.ID = ID("update " + p.service.Name)
		node.Op = UpdateService{Service: p.held.Handle(), Version: p.held.Version, Spec: p.spec}
	case Replace:
		node.After = append(node.After, d.removeService(*p.held, node.Reason))
		fallthrough
	default:
		node.ID = ID("create " + p.service.Name)
		node.Op = CreateService{Spec: p.spec}
	}
	p.changed = d.nodes.add(node)
	if p.service.OneOff == nil {
		d.await(p)
	}
}

// nameOf is the engine's name of a service.
func (d *swarmDraft) nameOf(p *swarmService) string {
	if p.service.OneOff != nil {
		return p.service.OneOff.Name
	}
	return d.desired.Project.SwarmName(p.service.Name)
}

// supplied are the nodes after which there is what a service is made of, beside its
// image.
func (d *swarmDraft) supplied(p *swarmService) []ID {
	var after []ID
	for _, name := range inputsOf(p.spec.Spec) {
		after = append(after, d.made[name])
	}
	for key := range p.service.Config.Networks {
		if n := d.networks[key]; n != nil {
			after = append(after, n.ready)
		}
	}
	return after
}

// await waits until a service has converged.
func (d *swarmDraft) await(p *swarmService) {
	op := AwaitService{Service: d.handle(p), Condition: state.Ready, Timeout: d.policy.WaitTimeout}
	if d.isJob(p) {
		op.Condition = state.Completed
	}
	p.converged = d.nodes.add(Node{
		ID: ID("await " + p.service.Name), Ref: state.ServiceRef(p.service.Name), Group: p.service.Name, After: []ID{p.changed}, Op: op,
	})
}

// awaitBegun waits until all tasks of a service have been started, healthy or
// not. It returns an empty id for a service that waits for nothing.
func (d *swarmDraft) awaitBegun(p *swarmService) ID {
	if p.converged == "" || p.begun != "" {
		return p.begun
	}
	p.begun = d.nodes.add(Node{
		ID: ID("await " + p.service.Name + " started"), Ref: state.ServiceRef(p.service.Name), Group: p.service.Name, After: []ID{p.changed},
		Op: AwaitService{Service: d.handle(p), Condition: state.Started, Timeout: d.policy.WaitTimeout},
	})
	return p.begun
}

// handle is what calls after this plan's own find a service by.
func (d *swarmDraft) handle(p *swarmService) state.Handle {
	if p.held != nil && p.action != Replace {
		return p.held.Handle()
	}
	return state.Handle{Name: d.nameOf(p)}
}

func (d *swarmDraft) isJob(p *swarmService) bool {
	if p.action == NoOp {
		return isJob(p.held.Spec.Mode)
	}
	return isJob(p.spec.Spec.Mode)
}

// dependencies are the nodes that a service is written after, and those that
// only have to have ended. A service on Swarm runs when it is healthy.
func (d *swarmDraft) dependencies(service state.Service) (after, settled []ID) {
	for _, dependency := range service.DependsOn {
		p := d.decided[dependency.Service]
		if p == nil {
			continue
		}
		id := p.converged
		if dependency.Condition == state.Started {
			id = d.awaitBegun(p)
		}
		if dependency.Required {
			after = append(after, id)
		} else {
			settled = append(settled, id)
		}
	}
	return after, settled
}

// removeService removes a service, and returns the node after which its last
// task is gone.
func (d *swarmDraft) removeService(s state.ObservedService, reason string, after ...ID) ID {
	ref := state.ServiceRef(s.Service)
	removed := d.nodes.add(Node{
		ID: ID("remove " + s.Service), Ref: ref, Group: s.Service, Reason: reason, After: after, Op: RemoveService{Service: s.Handle()},
	})
	return d.nodes.add(Node{
		ID: ID("await " + s.Service + " gone"), Ref: ref, Group: s.Service, After: []ID{removed}, Op: AwaitServiceGone{Service: s.Handle()},
	})
}

// addOrphans removes the services that the project has no more, or names them.
func (d *swarmDraft) addOrphans() {
	known, names := setOf(d.desired.Known), []string(nil)
	for _, s := range d.observed.Services {
		if d.held[s.Service] == nil || d.held[s.Service].ID != s.ID || known[s.Service] {
			continue
		}
		if !d.policy.RemoveOrphans {
			names = append(names, s.Name())
			continue
		}
		d.change(Change{Ref: state.ServiceRef(s.Service), Name: s.Name(), Action: Delete, Reasons: []Reason{{Text: orphaned}}})
		d.removeService(s, orphaned)
		delete(d.held, s.Service)
	}
	if len(names) > 0 && !d.policy.IgnoreOrphans {
		slices.Sort(names)
		d.warnings = append(d.warnings, "Found orphan services ("+strings.Join(names, ", ")+
			"): this project has no such services any more; --remove-orphans removes them")
	}
}
