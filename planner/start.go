package planner

import (
	"fmt"
	"slices"

	"github.com/stackctl/stack/state"
)

// Start plans to start the containers of services that are there and do not
// run, each as soon as what it depends on is as it waits for. What a service
// depends on is started too. A job that has completed is run again only if it is
// named. Nothing is created: a service without a container is an error.
func Start(desired state.Desired, observed state.Observed, policy StartPolicy) (Plan, error) {
	if observed.Engine.Swarm() {
		return Plan{}, ErrNotOnSwarm
	}
	l := newLifecycle(desired, observed, UpPolicy{Wait: policy.Wait, WaitTimeout: policy.WaitTimeout, Now: policy.Now})
	names := policy.Services
	if len(names) == 0 {
		names = l.all()
	}
	l.take(l.closure(names, func(s state.Service) []string {
		var needed []string
		for _, dependency := range s.DependsOn {
			if dependency.Required || len(l.index.containers[dependency.Service]) > 0 {
				needed = append(needed, dependency.Service)
			}
		}
		return needed
	}))
	for _, s := range l.order() {
		l.runProvider(s)
		if len(l.services[s.Name].replicas) == 0 && s.Replicas > 0 {
			l.missing(s, slices.Contains(policy.Services, s.Name))
		}
		for _, r := range l.services[s.Name].replicas {
			l.decideStart(s, r, slices.Contains(policy.Services, s.Name))
		}
		l.bringUp(s)
	}
	l.addWaits()
	return l.plan()
}

func (l *lifecycle) decideStart(service state.Service, r *replicaPlan, named bool) {
	c := *r.current
	r.hooks = r.hooksPending(service, c)
	switch {
	case c.Status == state.StatusPaused:
		r.unpause, r.action, r.reasons = true, Update, []Reason{{Text: "is paused"}}
	case r.hooks:
		r.action, r.reasons = Update, []Reason{{Text: "its post_start hooks may not have run"}}
	case runs(c):
	case hasCompleted(service, c) && !named:
		r.reasons = []Reason{{Text: "has completed"}}
	default:
		r.start, r.action, r.reasons = true, Update, []Reason{{Text: "is " + string(c.Status)}}
	}
}

// missing notes that a service has no container. Without a model it may be one
// that a program provides.
func (l *lifecycle) missing(s state.Service, named bool) {
	if len(l.model.Known) > 0 || named {
		l.fail(fmt.Errorf("service %q has no container to start: 'stack up' or 'stack create' makes it", s.Name))
		return
	}
	l.warnings = append(l.warnings, fmt.Sprintf(
		"service %q, which others depend on, has no container: if a program provides it, it is run with the compose file only", s.Name))
}

// runProvider brings a service up that a program provides.
func (l *lifecycle) runProvider(s state.Service) {
	i := slices.IndexFunc(l.model.Providers, func(p state.Provider) bool { return p.Name == s.Name })
	if i < 0 {
		return
	}
	p, ref := l.model.Providers[i], state.ProviderRef(s.Name)
	reason := "runs the provider " + p.Config.Provider.Type
	after, settled := l.dependencies(s)
	l.change(Change{Ref: ref, Name: s.Name, Action: Update, Reasons: []Reason{{Text: reason}}})
	l.ran[s.Name] = l.nodes.add(Node{
		ID: ID("run " + ref.String()), Ref: ref, Group: s.Name, Reason: reason, After: after, Settled: settled,
		Op: RunProvider{Project: l.desired.Project.Name, Provider: p},
	})
}
