package drift

import (
	"slices"

	"github.com/stackctl/stack/state"
)

// revision compares with the containers that there were.
func (c *comparison) revision() {
	applied := c.replicas(c.applied.Containers)
	left := slices.Clone(c.found)
	take := func(matches func(state.Container) bool) *state.Container {
		i := slices.IndexFunc(left, matches)
		if i < 0 {
			return nil
		}
		found := left[i]
		left = slices.Delete(left, i, i+1)
		return &found
	}
	var gone []state.Container
	for _, was := range applied {
		if is := take(func(o state.Container) bool { return o.ID == was.ID }); is != nil {
			c.same(was, *is)
			continue
		}
		gone = append(gone, was)
	}
	for _, was := range gone {
		is := take(func(o state.Container) bool { return o.Service == was.Service && o.Number == was.Number })
		if is == nil {
			c.add(about(was, Removed, "", "", ""))
			continue
		}
		c.recreated(was, *is)
	}
	for _, o := range left {
		if c.known(o.Service) {
			c.add(about(o, Added, "id", "", short(o.ID)))
		}
	}
	for _, o := range c.found {
		if !c.known(o.Service) {
			c.add(about(o, Orphaned, "id", "", short(o.ID)))
		}
		if s := c.service(o.Service); s == nil || s.ImageID == "" {
			c.references(o)
		}
	}
	c.appliedNetworks(applied)
	c.appliedVolumes(applied)
}

// same compares a container with itself as it was.
func (c *comparison) same(was, is state.Container) {
	c.place(was, is)
	c.limits(was.Limits, is)
	c.aliases(was, is)
}

// recreated compares a container with the one that is in its place. Values that
// the engine may have made up for each of them are left out.
func (c *comparison) recreated(was, is state.Container) {
	c.add(about(is, Recreated, "id", short(was.ID), short(is.ID)))
	if was.ImageID != is.ImageID {
		c.add(about(is, Changed, "image", short(was.ImageID), short(is.ImageID)))
	}
	c.configuration(was, is)
	c.place(was, is)
}

// configuration compares the hashes that two containers carry.
func (c *comparison) configuration(was, is state.Container) {
	before, after := was.Labels[state.LabelConfigHash], is.Labels[state.LabelConfigHash]
	if before == "" {
		if s := c.service(was.Service); s != nil {
			before = s.Hash
		}
	}
	if before != "" && before != after {
		c.add(about(is, Changed, "configuration", short(before), short(after)))
	}
}

// place compares what a container is called, whether it runs, and where.
func (c *comparison) place(was, is state.Container) {
	if was.Name != is.Name {
		c.add(about(is, Renamed, "name", was.Name, is.Name))
	}
	s := c.service(was.Service)
	c.status(was, is, s != nil && s.OneShot)
	c.attachments(was, is)
}

// known is true for a service that was applied, or left alone behind an
// inactive profile. Where nothing says which there were, all are.
func (c *comparison) known(service string) bool {
	d := c.applied.Desired
	return d == nil || slices.Contains(d.Known, service) || c.service(service) != nil
}
