package project

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// activate splits services and jobs by whether one of their profiles is
// active.
func (p *Project) activate(profiles []string) {
	all := p.Model.AllServices()
	p.Model.Services, p.Model.DisabledServices = types.Services{}, types.Services{}
	for name, s := range all {
		if s.HasProfile(profiles) {
			p.Model.Services[name] = s
		} else {
			p.Model.DisabledServices[name] = s
		}
	}
	if jobs := p.Model.AllJobs(); len(jobs) > 0 {
		p.Model.Jobs, p.Model.DisabledJobs = types.Jobs{}, types.Jobs{}
		for name, j := range jobs {
			if j.HasProfile(profiles) {
				p.Model.Jobs[name] = j
			} else {
				p.Model.DisabledJobs[name] = j
			}
		}
	}
	p.Profiles, p.Model.Profiles = profiles, profiles
}

// selection is the set of services that the names stand for and, unless noDeps
// is set, what those depend on; nil if there are no names. The profiles of the
// named services become active.
func (p *Project) selection(names []string, noDeps bool) (map[string]bool, error) {
	if len(names) == 0 {
		return nil, nil
	}
	var wanted, profiles []string
	for _, name := range names {
		found, err := p.match(name)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, found...)
	}
	for _, name := range wanted {
		if s, disabled := p.Model.DisabledServices[name]; disabled {
			profiles = append(profiles, s.Profiles...)
		}
	}
	if len(profiles) > 0 {
		p.activate(slices.Concat(p.Profiles, profiles))
	}
	selected := map[string]bool{}
	for len(wanted) > 0 {
		name := wanted[0]
		wanted = wanted[1:]
		s, active := p.Model.Services[name]
		if selected[name] || !active {
			continue
		}
		selected[name] = true
		if !noDeps {
			wanted = append(wanted, sortedKeys(s.DependsOn)...)
		}
	}
	return selected, nil
}

// match are the services whose name is pattern or matches it.
func (p *Project) match(pattern string) ([]string, error) {
	var found []string
	all := p.ServiceNames()
	for _, name := range all {
		if ok, _ := path.Match(pattern, name); ok || name == pattern {
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		return nil, p.noSuchService(pattern)
	}
	return found, nil
}

// CheckServices returns an error for the first name that is no service of the
// project, active or not.
func (p *Project) CheckServices(names []string) error {
	for _, name := range names {
		if _, known := p.Model.AllServices()[name]; !known {
			return p.noSuchService(name)
		}
	}
	return nil
}

// noSuchService is the error for a service that the project does not have.
func (p *Project) noSuchService(name string) error {
	all := p.ServiceNames()
	hint := "the project has no services"
	if len(all) > 0 {
		hint = didYouMean(name, all, "the project has "+strings.Join(all, ", "))
	}
	return fmt.Errorf("no such service: %s; %s", name, hint)
}

// ServiceNames are the names of every service of the project, active or not,
// sorted.
func (p *Project) ServiceNames() []string {
	return slices.Sorted(maps.Keys(p.Model.AllServices()))
}

// restrict makes all services inactive that are not selected, and forgets the
// dependencies on them.
func (p *Project) restrict(selected map[string]bool) {
	for name, s := range p.Model.Services {
		if !selected[name] {
			p.Model.DisabledServices[name] = s
			delete(p.Model.Services, name)
			continue
		}
		maps.DeleteFunc(s.DependsOn, func(dependency string, _ types.ServiceDependency) bool { return !selected[dependency] })
	}
}
