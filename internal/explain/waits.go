package explain

import (
	"fmt"
	"slices"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// wait says whether a dependency is ready, and why not.
func (p *project) wait(d state.Dependency) Wait {
	w := Wait{Service: d.Service, Condition: d.Condition, Required: d.Required}
	w.Why = p.unmet(d, nil)
	w.Met = len(w.Why) == 0
	return w
}

// blocked is the chain from a service that is not started to what it waits for.
// A chain that comes back to a service ends there.
func (p *project) blocked(s *service, passed []string) []string {
	if slices.Contains(passed, s.name) {
		return nil
	}
	for _, d := range s.dependsOn {
		if why := p.unmet(d, slices.Concat(passed, []string{s.name})); len(why) > 0 && d.Required {
			return append([]string{fmt.Sprintf("%s waits for %s (%s)", s.name, d.Service, d.Condition)}, why...)
		}
	}
	return nil
}

// unmet says why a dependency is not ready; it is empty if it is.
func (p *project) unmet(d state.Dependency, passed []string) []string {
	s := p.services[d.Service]
	switch {
	case s == nil:
		return []string{d.Service + " has no container"}
	case s.provided:
		return nil
	case s.wanted != nil && s.wanted.Replicas == 0 && len(s.replicas) == 0:
		return nil
	case len(s.replicas) == 0:
		return p.notStarted(s, d.Service+" has no container", passed)
	}
	for _, c := range s.replicas {
		if planner.Meets(c, d.Condition) {
			continue
		}
		if why := s.reject(c, d.Condition); c.Status != state.StatusCreated || c.Error != "" {
			return []string{why}
		}
		return p.notStarted(s, s.call(c)+" was not started", passed)
	}
	return nil
}

// notStarted goes on to what a service waits for itself.
func (p *project) notStarted(s *service, why string, passed []string) []string {
	if chain := p.blocked(s, passed); len(chain) > 0 {
		return chain
	}
	return []string{why}
}

// reject says why a container does not meet a condition.
func (s *service) reject(c state.Container, condition state.Condition) string {
	st, why := s.judge(c)
	name := s.call(c)
	switch {
	case condition == state.Completed && c.Running():
		return name + " has not ended yet"
	case condition == state.Healthy && c.Running() && c.Healthcheck == nil:
		return name + " runs, but has no healthcheck, so it can never be healthy"
	case st == Completed:
		return name + " has ended: " + ending(c)
	}
	return why
}
