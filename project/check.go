package project

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/dag"
)

// check looks for what is wrong between the parts of a project, in the
// services that are active or selected. It covers what compose-go's
// consistency check covers and reports all of it.
func (p *Project) check(selected map[string]bool) error {
	c := &checker{project: p, model: p.Model}
	profiles := p.workspace.profiles()
	graph := dag.New[string]()
	var checked []string
	for _, name := range sortedKeys(p.Model.Services) {
		s := p.Model.Services[name]
		if !selected[name] && !s.HasProfile(profiles) {
			continue
		}
		checked = append(checked, name)
		c.service(s)
		graph.Add(name)
		for dependency := range s.DependsOn {
			if _, ok := p.Model.Services[dependency]; ok {
				graph.Edge(name, dependency)
			}
		}
	}
	c.containerNames(checked, selected)
	c.jobs()
	c.secrets()
	c.cycles("dependency", graph, func(from, to string) modelPath { return c.dependencyPath(c.model.Services[from], to) })
	c.cycles("build", c.buildOrder(checked), c.contextPath)
	return c.errs.orNil()
}

// checker collects errors.
type checker struct {
	project *Project
	model   *types.Project
	errs    Errors
}

func (c *checker) sources() *sources { return c.project.written() }

func (c *checker) add(path modelPath, message, hint string) {
	c.errs = append(c.errs, c.sources().errorAt(path, message, hint))
}

func (c *checker) addValue(path modelPath, message, hint string) {
	c.errs = append(c.errs, c.sources().errorAtValue(path, message, hint))
}

// undefined reports a reference to what is not there.
func (c *checker) undefined(path modelPath, referrer, kind, name string, known []string, otherwise string) {
	c.add(path, fmt.Sprintf("%s refers to undefined %s %s", referrer, kind, name), didYouMean(name, known, otherwise))
}

// containerNames reports two services with one container name. Where services
// are selected, the others do not get theirs.
func (c *checker) containerNames(checked []string, selected map[string]bool) {
	owner := map[string]string{}
	for _, name := range checked {
		if selected != nil && !selected[name] {
			continue
		}
		container := c.model.Services[name].ContainerName
		if container == "" {
			continue
		}
		if other, taken := owner[container]; taken {
			c.addValue(modelPath{"services", name, "container_name"},
				fmt.Sprintf("container name %q is already in use by service %q", container, other), "give each service its own")
			continue
		}
		owner[container] = name
	}
}

// jobs checks what jobs depend on, and that their names are not services'.
func (c *checker) jobs() {
	services := c.model.AllServices()
	for _, name := range sortedKeys(c.model.AllJobs()) {
		if _, both := services[name]; both {
			c.add(modelPath{"jobs", name}, fmt.Sprintf("%q is declared both as a service and a job", name),
				"service and job names must be unique: rename one of them")
		}
	}
	for _, name := range sortedKeys(c.model.Jobs) {
		for _, dependency := range sortedKeys(c.model.Jobs[name].DependsOn) {
			required := c.model.Jobs[name].DependsOn[dependency].Required
			if _, isJob := c.model.Jobs[dependency]; !isJob {
				path := modelPath{"jobs", name, "depends_on", dependency}
				c.dependency(func() modelPath { return path }, fmt.Sprintf("job %q", name), dependency, required)
			}
		}
	}
}

func (c *checker) secrets() {
	for _, name := range sortedKeys(c.model.Secrets) {
		s := c.model.Secrets[name]
		if !bool(s.External) && s.File == "" && s.Environment == "" && s.Driver == "" {
			c.add(modelPath{"secrets", name}, fmt.Sprintf("secret %q must declare either `file` or `environment`", name),
				"set one of them")
		}
	}
}

// cycles reports cycles that have no service in common, each where its first
// edge is written.
func (c *checker) cycles(kind string, graph *dag.Graph[string], path func(from, to string) modelPath) {
	for {
		cycle := graph.Cycle()
		if cycle == nil {
			return
		}
		c.add(path(cycle[0], cycle[1]), kind+" cycle detected: "+strings.Join(cycle, " -> "), "remove one of these dependencies")
		rest := dag.New[string]()
		for _, node := range graph.Nodes() {
			if slices.Contains(cycle, node) {
				continue
			}
			rest.Add(node)
			for _, to := range graph.Dependencies(node) {
				if !slices.Contains(cycle, to) {
					rest.Edge(node, to)
				}
			}
		}
		graph = rest
	}
}

// dependency reports a dependency on what is not there or not active. Where it
// is written is only asked for if there is something to report.
func (c *checker) dependency(path func() modelPath, dependent, name string, required bool) {
	if _, active := c.model.Services[name]; active {
		return
	}
	if s, disabled := c.model.DisabledServices[name]; disabled {
		if required && !c.project.workspace.options.NoDeps {
			c.add(path(), fmt.Sprintf("%s depends on service %q, which is not active: it has the profiles %s", dependent, name, strings.Join(s.Profiles, ", ")),
				fmt.Sprintf("activate it with --profile %s, or set required: false", s.Profiles[0]))
		}
		return
	}
	if _, isJob := c.model.AllJobs()[name]; isJob {
		c.add(path(), fmt.Sprintf("%s cannot depend on job %q", dependent, name), "services can only depend on other services")
		return
	}
	if !required {
		c.project.warn(fmt.Sprintf("%s: %s depends on undefined service %q, which is not required: ignored", path(), dependent, name))
		return
	}
	all := slices.Sorted(maps.Keys(c.model.AllServices()))
	c.add(path(), fmt.Sprintf("%s depends on undefined service %q", dependent, name),
		didYouMean(name, all, "define it under services, or remove the dependency"))
}

// dependencyPath is where a service's dependency is written: in depends_on, or
// in the setting that implies it.
func (c *checker) dependencyPath(s types.ServiceConfig, dependency string) modelPath {
	at := func(elements ...string) modelPath { return append(modelPath{"services", s.Name}, elements...) }
	written := at("depends_on", dependency)
	if found, _ := c.sources().locate(written); found.depth == len(written) {
		return written
	}
	for field, value := range map[string]string{
		"network_mode": s.NetworkMode, "ipc": s.Ipc, "pid": s.Pid, "uts": s.Uts, "cgroup": s.Cgroup,
	} {
		if value == types.ServicePrefix+dependency {
			return at(field)
		}
	}
	for i, link := range s.Links {
		if target, _, _ := strings.Cut(link, ":"); target == dependency {
			return at("links", itoa(i))
		}
	}
	for i, from := range s.VolumesFrom {
		if target, _, _ := strings.Cut(from, ":"); target == dependency {
			return at("volumes_from", itoa(i))
		}
	}
	return written
}
