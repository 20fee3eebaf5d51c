package explain

import (
	"slices"
	"strings"

	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// Services explains services, in the order in which they are named.
func Services(found Found, names []string) []Service {
	p := newProject(found)
	all := make([]Service, len(names))
	for i, name := range names {
		all[i] = p.explain(name)
	}
	return all
}

// Names are the services that there are, or were wanted, sorted.
func Names(found Found) []string {
	p := newProject(found)
	var names []string
	for name := range p.services {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// project is what is known, by service.
type project struct {
	Found
	services map[string]*service
}

// service is what is known of one service.
type service struct {
	name      string
	wanted    *state.Service // nil where no file says
	provided  bool
	replicas  []state.Container
	hooks     []state.Container
	oneOffs   []state.Container
	dependsOn []state.Dependency
	oneShot   bool                   // some service waits for its end
	held      *state.ObservedService // as a Swarm holds it
}

func newProject(found Found) *project {
	p := &project{Found: found, services: map[string]*service{}}
	if found.Desired != nil {
		p.addWanted(*found.Desired)
	}
	containers := found.Observed.Containers
	if found.Observed.Engine.Swarm() {
		containers = p.addServices()
	}
	for _, c := range containers {
		p.addContainer(c)
	}
	for _, s := range p.services {
		for _, d := range s.dependsOn {
			if other := p.services[d.Service]; other != nil && d.Condition == state.Completed {
				other.oneShot = true
			}
		}
	}
	return p
}

func (p *project) service(name string) *service {
	s := p.services[name]
	if s == nil {
		s = &service{name: name}
		p.services[name] = s
	}
	return s
}

func (p *project) addWanted(desired state.Desired) {
	for i := range desired.Services {
		s := p.service(desired.Services[i].Name)
		s.wanted = &desired.Services[i]
		s.dependsOn, s.oneShot = s.wanted.DependsOn, s.wanted.OneShot
	}
	for _, provider := range desired.Providers {
		s := p.service(provider.Name)
		s.provided, s.dependsOn = true, provider.DependsOn
	}
}

// addContainer takes what a service waits for from its containers where no file
// says it.
func (p *project) addContainer(c state.Container) {
	s := p.service(c.Service)
	switch {
	case c.IsHook():
		s.hooks = append(s.hooks, c)
	case c.OneOff:
		s.oneOffs = append(s.oneOffs, c)
	default:
		s.replicas = append(s.replicas, c)
		if s.wanted == nil && s.dependsOn == nil {
			s.dependsOn = state.DecodeDependsOn(c.Labels[state.LabelDependsOn])
		}
	}
}

func (p *project) explain(name string) Service {
	s := p.service(name)
	e := Service{Name: name, Replicas: p.describeAll(s.replicas), Hooks: p.describeAll(s.hooks)}
	for _, c := range s.oneOffs {
		e.OneOffs = append(e.OneOffs, c.Name)
	}
	if s.wanted != nil {
		e.Wanted = &s.wanted.Replicas
	}
	e.State, e.Because = p.verdict(s)
	e.Because = append(e.Because, s.lastUpdate(p.Drift.Drifts)...)
	for _, d := range s.dependsOn {
		e.DependsOn = append(e.DependsOn, p.wait(d))
	}
	e.NeededBy = p.neededBy(name)
	e.Next = p.next(name)
	e.Last = p.last(name)
	for _, d := range p.Drift.Drifts {
		ours := d.Ref.Kind == state.KindContainer || d.Ref.Kind == state.KindService
		if ours && d.Ref.Name == name || slices.Contains(d.Services, name) {
			e.Drift = append(e.Drift, d)
		}
	}
	return e
}

func (p *project) neededBy(name string) []Dependent {
	var all []Dependent
	for _, other := range Names(p.Found) {
		for _, d := range p.services[other].dependsOn {
			if d.Service == name {
				all = append(all, Dependent{Service: other, Condition: d.Condition})
			}
		}
	}
	return all
}

func (p *project) next(name string) Next {
	if p.Plan == nil {
		why := "no compose file is read"
		if p.PlanError != nil {
			why = p.PlanError.Error()
		}
		return Next{Unknown: why}
	}
	next := Next{Changes: changesOf(p.Plan.Changes, name)}
	for _, pending := range p.Plan.Pending {
		next.Pending = next.Pending || slices.Contains(pending.Services, name)
	}
	return next
}

func (p *project) last(name string) *Last {
	r := p.Last
	if r == nil {
		return nil
	}
	return &Last{
		Revision: r.Number, At: r.At, By: r.By, Command: r.Command, Outcome: r.Outcome, Error: p.wentWrong(*r, name),
		Changes: changesOf(r.Changes, name),
	}
}

// wentWrong is what went wrong in a revision with a service or with what it
// waits for, and what is no service's.
func (p *project) wentWrong(r history.Revision, name string) string {
	if len(r.Causes) == 0 {
		return r.Error
	}
	with := map[string]bool{"": true}
	p.addNeeded(name, with)
	var lines []string
	for _, c := range r.Causes {
		if with[c.Service] {
			lines = append(lines, c.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// addNeeded adds a service and what it waits for, down to the root.
func (p *project) addNeeded(name string, to map[string]bool) {
	if to[name] {
		return
	}
	to[name] = true
	if s := p.services[name]; s != nil {
		for _, d := range s.dependsOn {
			p.addNeeded(d.Service, to)
		}
	}
}

// changesOf are the changes of a service's containers.
func changesOf(changes []planner.Change, name string) []planner.Change {
	var of []planner.Change
	for _, c := range changes {
		ours := c.Ref.Kind == state.KindContainer || c.Ref.Kind == state.KindService || c.Ref.Kind == state.KindProvider
		if ours && c.Ref.Name == name && c.Action != planner.NoOp {
			of = append(of, c)
		}
	}
	return of
}
