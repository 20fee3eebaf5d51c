package drift

import (
	"cmp"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// labels compares the containers that are there with what their labels say of
// how they were made.
func (c *comparison) labels() {
	c.report.Unknown = []string{"which containers were removed", "which were added or orphaned", "which networks and volumes were removed or made again"}
	oneShots := c.awaited()
	for _, is := range c.found {
		c.references(is)
		c.statusByLabels(is, oneShots[is.Service])
		config, err := state.DecodeConfig(is.Labels[state.LabelStackConfig])
		if err != nil {
			c.unknown("what was changed of containers that stack did not make")
			continue
		}
		c.nameByLabels(is, config)
		c.limitsByLabels(is, config)
		c.networksByLabels(is, config)
	}
}

func (c *comparison) unknown(what string) {
	if !slices.Contains(c.report.Unknown, what) {
		c.report.Unknown = append(c.report.Unknown, what)
	}
}

// awaited are the services whose end another one waits for.
func (c *comparison) awaited() map[string]bool {
	found := map[string]bool{}
	for _, o := range c.all {
		for _, d := range state.DecodeDependsOn(o.Labels[state.LabelDependsOn]) {
			found[d.Service] = found[d.Service] || d.Condition == state.Completed
		}
	}
	return found
}

// statusByLabels takes it that what was started was meant to run. What never
// was may have been created for later.
func (c *comparison) statusByLabels(is state.Container, oneShot bool) {
	if is.Status != state.StatusCreated {
		c.status(state.Container{Status: state.StatusRunning}, is, oneShot)
	}
}

// nameByLabels compares a name with those that a container of the slot can
// have.
func (c *comparison) nameByLabels(is state.Container, config types.ServiceConfig) {
	project := state.Project{Name: is.Project}
	old := state.Project{Name: is.Project, Separator: "_"} // --compatibility
	canonical := config.ContainerName
	if canonical == "" {
		canonical = project.ContainerName(is.Service, is.Number)
		if is.Name == old.ContainerName(is.Service, is.Number) {
			return
		}
	}
	if is.Name != canonical {
		c.add(about(is, Renamed, "name", canonical, is.Name))
	}
}

// limitsByLabels compares the limits that a service asked for: an engine fills
// in others.
func (c *comparison) limitsByLabels(is state.Container, config types.ServiceConfig) {
	limits := state.LimitsOf(config)
	limits.RestartPolicy = cmp.Or(limits.RestartPolicy, types.RestartPolicyNo)
	asked, has := fields(limits), fields(is.Limits)
	for i, f := range asked {
		if f.value != "" && f.value != has[i].value {
			c.add(about(is, Changed, f.name, f.value, has[i].value))
		}
	}
}

// networksByLabels compares a container's networks with those of its service
// that the engine has for the project. A network from outside has a name that
// no label tells.
func (c *comparison) networksByLabels(is state.Container, config types.ServiceConfig) {
	if config.NetworkMode != "" {
		return
	}
	named := map[string]string{} // by key
	for name, n := range c.networks {
		if key := n.Labels[state.LabelNetwork]; key != "" {
			named[key] = name
		}
	}
	wanted := map[string]state.Endpoint{}
	outside := false
	for key := range config.Networks {
		name, ours := named[key]
		if !ours {
			outside = true
			continue
		}
		wanted[name] = state.Endpoint{}
	}
	has := maps.Clone(is.Networks)
	for name := range has {
		_, ours := c.networks[name]
		if _, is := wanted[name]; !is && outside && !ours {
			delete(has, name)
		}
	}
	is.Networks = has
	c.attachments(state.Container{Networks: wanted}, is)
}
