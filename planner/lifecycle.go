package planner

import (
	"slices"
	"strings"

	"github.com/stackctl/stack/state"
)

// lifecycle is a draft for the containers that there are. It makes none for a
// service, and leaves networks, volumes and images as they are.
type lifecycle struct {
	*teardown
	found   map[string]state.Service // that were asked for, by name
	awaited map[string]bool          // services for whose end the labels of others say that they wait
}

func newLifecycle(desired state.Desired, observed state.Observed, policy UpPolicy) *lifecycle {
	t := newTeardown(desired, observed, policy.StopTimeout)
	t.policy, t.ran = policy, map[string]ID{}
	l := &lifecycle{teardown: t, found: map[string]state.Service{}, awaited: map[string]bool{}}
	for _, c := range t.index.all {
		for _, dependency := range state.DecodeDependsOn(c.Labels[state.LabelDependsOn]) {
			l.awaited[dependency.Service] = l.awaited[dependency.Service] || dependency.Condition == state.Completed
		}
	}
	return l
}

// all are the services of the project that are wanted or have containers.
func (l *lifecycle) all() []string {
	var names []string
	for _, s := range l.model.Services {
		names = append(names, s.Name)
	}
	for _, p := range l.model.Providers {
		names = append(names, p.Name)
	}
	for _, c := range l.index.all {
		if !c.OneOff && l.concerns(nil, c) {
			names = append(names, c.Service)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// closure are services and those that next leads to from them.
func (l *lifecycle) closure(names []string, next func(state.Service) []string) []string {
	found := slices.Clone(names)
	for i := 0; i < len(found); i++ {
		for _, name := range next(l.service(found[i])) {
			if !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	return found
}

// service is a service with the configuration that its containers were made
// with, and with what it depends on as the model or, without one, the labels of
// its containers say.
func (l *lifecycle) service(name string) state.Service {
	s, found := l.found[name]
	if !found {
		s = l.find(name)
		l.found[name] = s
	}
	return s
}

func (l *lifecycle) find(name string) state.Service {
	s := state.Service{Name: name, Replicas: 1}
	containers := l.index.containers[name]
	i := slices.IndexFunc(l.model.Services, func(s state.Service) bool { return s.Name == name })
	switch {
	case i >= 0:
		s = l.model.Services[i]
	case len(containers) > 0:
		s.DependsOn = state.DecodeDependsOn(containers[0].Labels[state.LabelDependsOn])
		deploy := l.appliedTo(containers[0]).Deploy
		s.OneShot = l.awaited[name] || deploy != nil && strings.HasSuffix(deploy.Mode, "-job")
		if len(l.model.Known) > 0 {
			s.DependsOn = slices.DeleteFunc(s.DependsOn, func(d state.Dependency) bool { return !slices.Contains(l.model.Known, d.Service) })
		}
	}
	if i := slices.IndexFunc(l.model.Providers, func(p state.Provider) bool { return p.Name == name }); i >= 0 {
		s.DependsOn, s.Replicas = l.model.Providers[i].DependsOn, 0
	}
	if len(containers) > 0 {
		s.Config = l.appliedTo(containers[0])
	}
	return s
}

// take makes services the ones that the plan is for, with the containers that
// they have. Dependencies on others are none.
func (l *lifecycle) take(names []string) {
	var services []state.Service
	for _, name := range names {
		s := l.service(name)
		s.DependsOn = slices.DeleteFunc(slices.Clone(s.DependsOn), func(d state.Dependency) bool { return !slices.Contains(names, d.Service) })
		services = append(services, s)
	}
	clear(l.services)
	for _, s := range services {
		if len(s.PreStart) > 0 {
			l.knowPlaces()
		}
		p := &servicePlan{service: s, files: place(l.desired.Project, s, l.index.engine)}
		l.services[s.Name] = p
		for _, slot := range slotsThatAre(l.index.containers[s.Name]) {
			c := slot.byFitness()[0]
			p.replicas = append(p.replicas, &replicaPlan{slot: slot, action: NoOp, current: &c})
			if len(inputReasons(c, s)) > 0 {
				p.files.written = nil // it has others, as it was created with them
			}
		}
	}
	l.desired.Services = services
}

// bringUp writes down how a service's containers are started. The hooks that run
// in containers of their own need the model.
func (l *lifecycle) bringUp(s state.Service) {
	p := l.services[s.Name]
	hooked := len(s.Config.PreStart) > 0 && !slices.ContainsFunc(l.model.Services, func(o state.Service) bool { return o.Name == s.Name })
	if hooked && slices.ContainsFunc(p.replicas, func(r *replicaPlan) bool { return r.start }) {
		l.warnings = append(l.warnings, "service "+s.Name+": its pre_start hooks do not run: they need the compose file")
	}
	l.addService(p)
}

// knowPlaces makes the project's networks and volumes known, for the containers of
// hooks: they are there as they are.
func (l *lifecycle) knowPlaces() {
	for _, n := range l.model.Networks {
		l.networks[n.Key] = &networkPlan{network: n, action: NoOp}
	}
	for _, v := range l.model.Volumes {
		l.volumes[v.Key] = &volumePlan{volume: v, action: NoOp}
	}
}

// slotsThatAre are the slots of containers, with the names that these have in
// the end: one that is found being started has yet to get its own back.
func slotsThatAre(containers []state.Container) []slot {
	var slots []slot
	for _, c := range containers {
		if last := len(slots) - 1; last >= 0 && slots[last].ref.Number == c.Number {
			slots[last].containers = append(slots[last].containers, c)
			continue
		}
		slots = append(slots, slot{ref: state.ContainerRef(c.Service, c.Number), containers: []state.Container{c}})
	}
	for i, s := range slots {
		slots[i].name = strings.TrimSuffix(s.byFitness()[0].Name, StartingSuffix)
	}
	return slots
}

// order are the services, each after those that it depends on, as far as what
// their containers say of that does not contradict itself.
func (l *lifecycle) order() []state.Service {
	ordered, err := serviceOrder(l.desired.Services)
	if err != nil {
		return l.desired.Services
	}
	return ordered
}
