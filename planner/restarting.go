package planner

import (
	"slices"

	"github.com/stackctl/stack/state"
)

// Restart plans to stop containers of services and start them again, those that
// do not run too. They are stopped as [Stop] does, and started as soon as those
// that they depend on and that restart with them are as they wait for. Dependents
// with `restart: true` that run restart too. A job that has completed is run
// again only if it is named.
func Restart(desired state.Desired, observed state.Observed, policy RestartPolicy) (Plan, error) {
	if observed.Engine.Swarm() {
		return swarmRestart(desired, observed, policy)
	}
	l := newLifecycle(desired, observed, UpPolicy{StopTimeout: policy.Timeout, Now: policy.Now})
	names := policy.Services
	switch {
	case len(names) == 0:
		names = l.all()
	case !policy.NoDeps:
		names = l.closure(names, l.restartingWith)
	}
	l.take(names)
	for _, s := range l.desired.Services {
		for _, r := range l.services[s.Name].replicas {
			l.decideRestart(s, r, policy.Services)
		}
	}
	l.stopFirst()
	for _, s := range l.order() {
		l.bringUp(s)
	}
	return l.plan()
}

// restartingWith are the services that restart when a service does.
func (l *lifecycle) restartingWith(s state.Service) []string {
	var dependents []string
	for _, name := range l.all() {
		depends := slices.ContainsFunc(l.service(name).DependsOn, func(d state.Dependency) bool { return d.Service == s.Name && d.Restart })
		if depends && slices.ContainsFunc(l.index.containers[name], runs) {
			dependents = append(dependents, name)
		}
	}
	return dependents
}

func (l *lifecycle) decideRestart(service state.Service, r *replicaPlan, named []string) {
	asked := slices.Contains(named, service.Name)
	switch {
	case hasCompleted(service, *r.current) && !asked:
		r.reasons = []Reason{{Text: "has completed"}}
		return
	case len(named) > 0 && !asked && !runs(*r.current):
		r.reasons = []Reason{{Text: "is " + string(r.current.Status)}}
		return
	}
	r.start, r.action, r.reasons = true, Update, []Reason{{Text: "restarts"}}
	i := slices.IndexFunc(service.DependsOn, func(d state.Dependency) bool { return d.Restart })
	if len(named) > 0 && !asked && i >= 0 {
		dependency := service.DependsOn[i].Service
		field := "depends_on." + dependency + ".restart"
		r.reasons = []Reason{{Text: dependency + " restarts, and " + field + " is true", At: writtenAt(service.Where, field)}}
	}
}

// stopFirst stops all that is to be started again and runs.
func (l *lifecycle) stopFirst() {
	restarting := map[string]*replicaPlan{} // by the container's id
	for _, p := range l.services {
		for _, r := range p.replicas {
			if r.start && runs(*r.current) {
				restarting[r.current.ID] = r
			}
		}
	}
	l.choose(func(c state.Container) bool { return restarting[c.ID] != nil })
	l.addContainers(func(m removal) ID {
		r := restarting[m.container.ID]
		r.stopped = l.stop(m)
		return r.stopped
	})
}
