package planner

import (
	"fmt"
	"slices"

	"github.com/stackctl/stack/state"
)

// swarmRestart is [Restart] on a Swarm, which starts the tasks anew a few at a
// time, as update_config says. Each service waits for those that it depends on
// and that restart with it.
func swarmRestart(desired state.Desired, observed state.Observed, policy RestartPolicy) (Plan, error) {
	d := newSwarmDraft(desired, observed, UpPolicy{})
	d.warnTimeout(policy.Timeout)
	named := setOf(policy.Services)
	for name := range named {
		if d.held[name] == nil {
			d.fail(fmt.Errorf("service %q has no tasks to restart: `stack up` creates it", name))
		}
	}
	for _, service := range d.heldServices() {
		d.decideRestart(service, named, policy.NoDeps)
	}
	for _, s := range d.heldServices() {
		if p := d.decided[s.Name]; p.action != NoOp {
			d.addService(p)
		} else {
			d.change(Change{Ref: state.ServiceRef(s.Name), Name: d.nameOf(p), Action: NoOp, Reasons: p.reasons})
		}
	}
	d.pruneInputs()
	return d.plan()
}

// heldServices are the services that the Swarm holds, in the order in which they
// depend on each other as far as the model says.
func (d *swarmDraft) heldServices() []state.Service {
	var services []state.Service
	known := map[string]bool{}
	for _, s := range d.desired.Services {
		if known[s.Name] = true; d.held[s.Name] != nil {
			services = append(services, s)
		}
	}
	for _, s := range d.observed.Services {
		if d.held[s.Service] != nil && !known[s.Service] && len(d.desired.Known) == 0 {
			services = append(services, state.Service{Name: s.Service})
		}
	}
	if ordered, err := serviceOrder(services); err == nil {
		return ordered
	}
	return services
}

func (d *swarmDraft) decideRestart(service state.Service, named map[string]bool, noDeps bool) {
	held := d.held[service.Name]
	p := &swarmService{service: service, held: held, tasks: d.tasks[held.ID], action: NoOp}
	d.decided[service.Name] = p
	asked := named[service.Name]
	switch {
	case named == nil && isJob(held.Spec.Mode) && jobDone(*held, p.tasks):
		p.reasons = []Reason{{Text: "has completed"}}
		return
	case named == nil || asked:
		p.reasons = []Reason{{Text: "restarts"}}
	case noDeps:
		return
	default:
		i := slices.IndexFunc(service.DependsOn, func(dependency state.Dependency) bool {
			other := d.decided[dependency.Service]
			return dependency.Restart && other != nil && other.restarts
		})
		if i < 0 {
			return
		}
		dependency := service.DependsOn[i].Service
		field := "depends_on." + dependency + ".restart"
		p.reasons = []Reason{{Text: dependency + " restarts, and " + field + " is true", At: writtenAt(service.Where, field)}}
	}
	p.action, p.restarts = Update, true
	p.spec = state.ServiceSpec{Service: service.Name, Spec: held.Spec}
	p.spec.Spec.TaskTemplate.ForceUpdate++
}
