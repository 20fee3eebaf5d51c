package explain

import (
	"fmt"
	"slices"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// chain are the steps from a service to what keeps it, empty if nothing does.
type chain struct {
	steps []string
	// idle is true where nothing is wrong at the root: it was not started.
	idle bool
}

// wait says whether a dependency is ready, and why not.
func (p *project) wait(d state.Dependency) Wait {
	why := p.unmet(d, nil).steps
	return Wait{Service: d.Service, Condition: d.Condition, Required: d.Required, Met: len(why) == 0, Why: why}
}

// blocked is the chain from a service that is not started to what it waits for.
// A chain that comes back to a service ends there.
func (p *project) blocked(s *service, passed []string) chain {
	if slices.Contains(passed, s.name) {
		return chain{}
	}
	for _, d := range s.dependsOn {
		c := p.unmet(d, slices.Concat(passed, []string{s.name}))
		if len(c.steps) > 0 && d.Required {
			first := fmt.Sprintf("%s waits for %s (%s)", s.name, d.Service, d.Condition)
			return chain{append([]string{first}, c.steps...), c.idle}
		}
	}
	return chain{}
}

// unmet says why a dependency is not ready; it is empty if it is.
func (p *project) unmet(d state.Dependency, passed []string) chain {
	s := p.services[d.Service]
	switch {
	case s == nil:
		return chain{[]string{d.Service + " has no container"}, true}
	case s.provided, s.wanted != nil && s.wanted.Replicas == 0 && len(s.replicas) == 0:
		return chain{}
	case len(s.replicas) == 0:
		return p.notStarted(s, s.name+" has no container", passed)
	}
	for _, c := range s.current() {
		switch {
		case planner.Meets(c, d.Condition):
		case c.Status == state.StatusCreated && c.Error == "":
			return p.notStarted(s, notStarted(c, s.call(c)), passed)
		default:
			return chain{steps: []string{s.reject(c, d.Condition)}}
		}
	}
	return chain{}
}

// notStarted goes on to what a service waits for itself.
func (p *project) notStarted(s *service, why string, passed []string) chain {
	if failed, text := failedHook(s); failed {
		return chain{steps: []string{text}}
	}
	if c := p.blocked(s, passed); len(c.steps) > 0 {
		return c
	}
	return chain{[]string{why}, true}
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
