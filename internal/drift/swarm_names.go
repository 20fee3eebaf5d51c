package drift

import (
	"slices"
	"strings"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/state"
)

// inputNames are the names that configs and secrets were applied under: those with
// their version, or the plain ones of `docker stack deploy`, which are kept while
// they are the same as far as can be told.
func inputNames(desired state.Desired, observed state.Observed) map[string]string {
	there := map[string]*state.ObservedInput{}
	for i, input := range observed.Inputs {
		there[string(input.Kind)+"/"+input.Name] = &observed.Inputs[i]
	}
	names := map[string]string{}
	for _, input := range desired.Inputs {
		name := servicespec.InputName(input)
		plain := there[string(input.Kind)+"/"+input.Name]
		same := plain != nil && servicespec.SameInput(*plain, input)
		if there[string(input.Kind)+"/"+name] == nil && same {
			name = input.Name
		}
		names[string(input.Kind)+"/"+input.Key] = name
	}
	return names
}

// revealed is a specification that was applied, with what is secret in it as it is
// found, if it may be that.
func revealed(applied, found swarm.ServiceSpec) swarm.ServiceSpec {
	was, is := applied.TaskTemplate.ContainerSpec, found.TaskTemplate.ContainerSpec
	if was == nil || is == nil {
		return applied
	}
	c := *was
	c.Env = slices.Clone(c.Env)
	for i, entry := range c.Env {
		name, _, _ := strings.Cut(entry, "=")
		for _, other := range is.Env {
			if key, _, _ := strings.Cut(other, "="); key == name {
				c.Env[i] = reveal(entry, other)
			}
		}
	}
	c.Command, c.Args = revealList(c.Command, is.Command), revealList(c.Args, is.Args)
	c.Labels = revealMap(c.Labels, is.Labels)
	if c.Healthcheck != nil && is.Healthcheck != nil {
		check := *c.Healthcheck
		check.Test = revealList(check.Test, is.Healthcheck.Test)
		c.Healthcheck = &check
	}
	applied.TaskTemplate.ContainerSpec = &c
	applied.Labels = revealMap(applied.Labels, found.Labels)
	return applied
}

func reveal(applied, found string) string {
	if _, may := history.Hides(applied, found); may {
		return found
	}
	return applied
}

func revealList(applied, found []string) []string {
	if len(applied) != len(found) {
		return applied
	}
	all := slices.Clone(applied)
	for i := range all {
		all[i] = reveal(all[i], found[i])
	}
	return all
}

func revealMap(applied, found map[string]string) map[string]string {
	all := map[string]string{}
	for key, value := range applied {
		all[key] = reveal(value, found[key])
	}
	return all
}
