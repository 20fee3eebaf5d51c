package drift

import (
	"maps"
	"slices"
	"strings"

	"github.com/stackctl/stack/state"
)

// attachments compares the networks that a container is attached to.
func (c *comparison) attachments(was, is state.Container) {
	for _, name := range slices.Sorted(maps.Keys(was.Networks)) {
		if _, still := is.Networks[name]; !still {
			c.add(about(is, Detached, "network", name, ""))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(is.Networks)) {
		if _, already := was.Networks[name]; !already {
			c.add(about(is, Attached, "network", "", name))
		}
	}
}

// aliases compares the names that a container has in its networks: one that was
// taken off a network and attached again by hand has lost those of its service.
func (c *comparison) aliases(was, is state.Container) {
	for _, name := range slices.Sorted(maps.Keys(was.Networks)) {
		endpoint, still := is.Networks[name]
		if !still {
			continue
		}
		before, after := names(was.Networks[name], is.ID), names(endpoint, is.ID)
		if before != after {
			c.add(about(is, Changed, "networks."+name+".aliases", before, after))
		}
	}
}

// shortID is how much of a container's id the engine adds to its aliases.
const shortID = 12

// names are the aliases that were given: the engine may add the short id.
func names(endpoint state.Endpoint, id string) string {
	aliases := slices.Clone(endpoint.Aliases)
	slices.Sort(aliases)
	aliases = slices.DeleteFunc(slices.Compact(aliases), func(alias string) bool { return len(alias) == shortID && strings.HasPrefix(id, alias) })
	return strings.Join(aliases, ", ")
}

// appliedNetworks compares the networks that containers were attached to with
// those that are there.
func (c *comparison) appliedNetworks(applied []state.Container) {
	type use struct {
		ids      []string
		services []string
	}
	uses := map[string]*use{}
	for _, container := range applied {
		for name, endpoint := range container.Networks {
			if uses[name] == nil {
				uses[name] = &use{}
			}
			uses[name].services = append(uses[name].services, container.Service)
			if endpoint.NetworkID != "" {
				uses[name].ids = append(uses[name].ids, endpoint.NetworkID)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(uses)) {
		u := uses[name]
		d := Drift{Ref: state.NetworkRef(c.networkKey(name)), Name: name, Services: unique(u.services)}
		is, there := c.networks[name]
		switch {
		case !there:
			d.Kind = Removed
		case len(u.ids) > 0 && !slices.Contains(u.ids, is.ID):
			d.Kind, d.Field, d.Applied, d.Found = Recreated, "id", short(u.ids[0]), short(is.ID)
		default:
			continue
		}
		c.add(d)
	}
}

// networkKey is a network's key in the compose file, or its name where no file
// is known to have it.
func (c *comparison) networkKey(name string) string {
	if c.applied.Desired != nil {
		for _, n := range c.applied.Desired.Networks {
			if n.Config.Name == name {
				return n.Key
			}
		}
	}
	if key := c.networks[name].Labels[state.LabelNetwork]; key != "" {
		return key
	}
	return name
}

func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
