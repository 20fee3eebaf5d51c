package planner

import (
	"maps"
	"slices"

	"github.com/stackctl/stack/dag"
	"github.com/stackctl/stack/state"
)

// freeze leaves services as they are: those that the policy excludes, and those
// that have containers which a new image may replace, with all that depend on
// them. The plan after this one knows.
func (d *draft) freeze() {
	g := dag.New[string]()
	var pending []string
	refreshed := d.refreshed()
	for name, p := range d.services {
		g.Add(name)
		for _, dependency := range p.service.DependsOn {
			if d.services[dependency.Service] != nil {
				g.Edge(name, dependency.Service)
			}
		}
		keeps := slices.ContainsFunc(p.replicas, func(r *replicaPlan) bool { return r.current != nil })
		if keeps && slices.ContainsFunc(state.ImagesOf(p.service.Config), func(image string) bool { return refreshed[image] }) {
			pending = append(pending, name)
		}
	}
	for _, name := range g.Reverse().Closure(pending...) {
		d.services[name].frozen, d.services[name].pending = true, true
	}
	for name, p := range d.services {
		if len(d.policy.Only) > 0 && !slices.Contains(d.policy.Only, name) {
			p.frozen, p.pending = true, false
		}
	}
}

// refreshed are the images that may be other ones after this run.
func (d *draft) refreshed() map[string]bool {
	images := map[string]bool{}
	for _, service := range d.desired.Services {
		if d.refreshReason(service) != "" {
			images[service.Config.Image] = true
		}
	}
	return images
}

func (p *servicePlan) frozenReasons() []Reason {
	if p.pending {
		return []Reason{{Text: "planned once its images are known"}}
	}
	return nil
}

// addPending notes what the next plans are for: pending services that depend on
// each other, or whose images come from the same nodes, go together.
func (d *draft) addPending() {
	needed := d.neededNow()
	g := dag.New[string]() // of services and nodes, with edges in both directions
	tie := func(a, b string) { g.Edge(a, b); g.Edge(b, a) }
	images := map[ID]bool{}
	for name, p := range d.services {
		if !p.pending {
			continue
		}
		g.Add("service " + name)
		for _, dependency := range p.service.DependsOn {
			if other := d.services[dependency.Service]; other != nil && other.pending {
				tie("service "+name, "service "+dependency.Service)
			}
		}
		for _, id := range d.bringersOf(p.service) {
			if !needed[id] {
				images[id] = true
				tie("service "+name, "node "+string(id))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.services)) {
		if d.services[name].pending && !d.isPending(name) {
			d.pending = append(d.pending, d.together(g.Closure("service "+name), images))
		}
	}
}

func (d *draft) isPending(service string) bool {
	return slices.ContainsFunc(d.pending, func(p Pending) bool { return slices.Contains(p.Services, service) })
}

func (d *draft) together(members []string, images map[ID]bool) Pending {
	var pending Pending
	for _, name := range slices.Sorted(maps.Keys(d.services)) {
		if !slices.Contains(members, "service "+name) {
			continue
		}
		pending.Services = append(pending.Services, name)
		for _, r := range d.services[name].replicas {
			pending.Replicas = append(pending.Replicas, r.ref)
		}
	}
	slices.SortFunc(pending.Replicas, state.Ref.Compare)
	for _, id := range slices.Sorted(maps.Keys(images)) {
		if slices.Contains(members, "node "+string(id)) {
			pending.Images = append(pending.Images, id)
		}
	}
	return pending
}

// bringersOf are the nodes that bring a service's images.
func (d *draft) bringersOf(service state.Service) []ID {
	var all []ID
	for _, image := range state.ImagesOf(service.Config) {
		all = append(all, d.bringers(d.images[image])...)
	}
	return all
}

// bringers are a node and those that it comes after.
func (d *draft) bringers(id ID) []ID {
	if id == "" {
		return nil
	}
	all := []ID{id}
	for _, before := range d.nodes.get(id).After {
		all = append(all, d.bringers(before)...)
	}
	return all
}

// neededNow are the nodes that bring images for what this plan itself does, and
// those that come after one of them.
func (d *draft) neededNow() map[ID]bool {
	brings, needed := map[ID]bool{}, map[ID]bool{}
	for _, id := range d.images {
		brings[id] = true
	}
	for id, node := range d.nodes.byID {
		for _, before := range node.After {
			if brings[before] && !brings[id] {
				for _, bringer := range d.bringers(before) {
					needed[bringer] = true
				}
			}
		}
	}
	for id := range brings {
		if slices.ContainsFunc(d.bringers(id), func(b ID) bool { return needed[b] }) {
			needed[id] = true
		}
	}
	return needed
}
