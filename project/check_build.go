package project

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/dag"
)

func (c *checker) build(s types.ServiceConfig, at under) {
	if s.Build.DockerfileInline != "" && s.Build.Dockerfile != "" {
		c.add(at("build", "dockerfile_inline"), fmt.Sprintf("service %q declares mutually exclusive dockerfile and dockerfile_inline", s.Name), "remove one of them")
	}
	if len(s.Build.Platforms) > 0 && s.Platform != "" && !slices.Contains(s.Build.Platforms, s.Platform) {
		c.add(at("build", "platforms"), fmt.Sprintf("service.build.platforms MUST include service.platform %q", s.Platform), "add it")
	}
	services := c.model.AllServices()
	for _, name := range sortedKeys(s.Build.AdditionalContexts) {
		target, ok := strings.CutPrefix(s.Build.AdditionalContexts[name], types.ServicePrefix)
		if !ok {
			continue
		}
		path := at("build", "additional_contexts", name)
		if t, known := services[target]; !known {
			c.add(path, fmt.Sprintf("service %q declares unknown service %q as additional contexts %s", s.Name, target, name),
				didYouMean(target, sortedKeys(services), "define it under services"))
		} else if t.Build == nil {
			c.add(path, fmt.Sprintf("service %q declares non-buildable service %q as additional contexts %s", s.Name, target, name),
				"give that service a build section")
		}
	}
	for _, secret := range s.Build.Secrets {
		if _, ok := c.model.Secrets[secret.Source]; !ok {
			c.undefined(at("build", "secrets", secret.Source), fmt.Sprintf("service %q", s.Name), "build secret", secret.Source,
				sortedKeys(c.model.Secrets), "define it under secrets")
		}
	}
}

// buildOrder is which service's build starts from which others' images, of all
// that the given services lead to.
func (c *checker) buildOrder(services []string) *dag.Graph[string] {
	all := c.model.AllServices()
	graph := dag.New[string]()
	for _, name := range services {
		graph.Add(name)
	}
	for open := services; len(open) > 0; open = open[1:] {
		for _, base := range serviceContexts(all[open[0]]) {
			if !graph.Has(base) {
				open = append(open, base)
			}
			graph.Edge(open[0], base)
		}
	}
	return graph
}

// contextPath is where a service's build names another service's image.
func (c *checker) contextPath(service, base string) modelPath {
	s := c.model.AllServices()[service]
	for _, name := range sortedKeys(s.Build.AdditionalContexts) {
		if s.Build.AdditionalContexts[name] == types.ServicePrefix+base {
			return modelPath{"services", service, "build", "additional_contexts", name}
		}
	}
	return modelPath{"services", service, "build"}
}
