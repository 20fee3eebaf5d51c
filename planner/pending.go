package planner

import (
	"maps"
	"slices"

	"github.com/stackctl/stack/dag"
	"github.com/stackctl/stack/state"
)

// freeze leaves services as they are: those that the policy excludes, those
// that have containers which a new image may replace, and those that get
// something from a provider or a model that is yet to be brought up, with all
// that depend on them or mount a volume that is replaced under them. The plan
// after this one knows.
func (d *draft) freeze() {
	users, refreshed := d.users(), d.refreshed()
	for _, name := range slices.Sorted(maps.Keys(d.services)) {
		p := d.services[name]
		keeps := slices.ContainsFunc(p.replicas, func(r *replicaPlan) bool { return r.current != nil })
		if keeps && slices.ContainsFunc(p.service.Images(), func(image string) bool { return refreshed[image] }) {
			for _, user := range users.Closure(name) {
				d.deferUser(user, "")
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.supplies)) {
		for _, user := range users.Closure(name) {
			if s := d.supplies[name]; !s.known && user != name {
				d.deferUser(user, s.ref.Name)
			}
		}
	}
	d.freezeOthers()
	d.postponeVolumes()
}

// deferUser makes the next plan decide on what uses a supply, or an image where
// none is named.
func (d *draft) deferUser(user, supply string) {
	p, s := d.services[user], d.supplies[user]
	switch {
	case p != nil && supply != "":
		p.frozen, p.pending, p.pendingOn = true, true, append(p.pendingOn, supply)
	case p != nil:
		p.frozen, p.pending = true, true
	case supply != "":
		s.pending, s.pendingOn = true, append(s.pendingOn, supply)
	default:
		s.pending = true
	}
}

// excludes is true for a service or provider that the policy leaves alone.
func (d *draft) excludes(name string) bool {
	return len(d.policy.Only) > 0 && !slices.Contains(d.policy.Only, name)
}

func (d *draft) freezeOthers() {
	for name, p := range d.services {
		if d.excludes(name) {
			p.frozen, p.pending = true, false
		}
	}
	for _, s := range d.supplies {
		if !s.known && d.excludes(s.ref.Name) {
			s.excluded, s.pending = true, false
		}
	}
}

// refreshed are the images that may be other ones after this run.
func (d *draft) refreshed() map[string]bool {
	images := map[string]bool{}
	for _, service := range d.desired.Services {
		if d.refreshReason(service) != "" {
			images[service.Image()] = true
		}
	}
	return images
}

func (p *servicePlan) frozenReasons() []Reason {
	if p.pending {
		return []Reason{pendingReason(p.pendingOn)}
	}
	return []Reason{{Text: "another plan's"}} // whether it runs or not
}

// addPending notes what the next plans are for: pending services that depend on
// each other, whose images come from the same nodes, or that share a volume
// which is to be replaced, go together.
func (d *draft) addPending() {
	needed := d.neededNow()
	g := dag.New[string]() // of services and nodes, with edges in both directions
	tie := func(a, b string) { g.Edge(a, b); g.Edge(b, a) }
	images, all := map[ID]bool{}, d.waiting()
	for name, w := range all {
		g.Add("service " + name)
		for _, dependency := range w.dependsOn {
			if _, waits := all[dependency.Service]; waits {
				tie("service "+name, "service "+dependency.Service)
			}
		}
		for _, id := range w.images {
			if !needed[id] {
				images[id] = true
				tie("service "+name, "node "+string(id))
			}
		}
	}
	for _, v := range d.volumes {
		for _, name := range v.postponedFor {
			tie("service "+name, "service "+v.postponedFor[0])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !d.isPending(name) {
			d.pending = append(d.pending, together(all, g.Closure("service "+name), images))
		}
	}
}

// waiting is a pending service, of containers or of a provider.
type waiting struct {
	dependsOn []state.Dependency
	images    []ID // the nodes that bring them
	refs      []state.Ref
}

// waiting are the pending services, by name.
func (d *draft) waiting() map[string]waiting {
	all := map[string]waiting{}
	for name, p := range d.services {
		if p.pending {
			w := waiting{dependsOn: p.service.DependsOn, images: d.bringersOf(p.service)}
			for _, r := range p.replicas {
				w.refs = append(w.refs, r.ref)
			}
			all[name] = w
		}
	}
	for _, s := range d.supplies {
		if s.pending {
			all[s.ref.Name] = waiting{dependsOn: s.dependsOn, refs: []state.Ref{s.ref}}
		}
	}
	return all
}

func (d *draft) isPending(service string) bool {
	return slices.ContainsFunc(d.pending, func(p Pending) bool { return slices.Contains(p.Services, service) })
}

func together(all map[string]waiting, members []string, images map[ID]bool) Pending {
	var pending Pending
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if slices.Contains(members, "service "+name) {
			pending.Services = append(pending.Services, name)
			pending.Replicas = append(pending.Replicas, all[name].refs...)
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
	for _, image := range service.Images() {
		all = append(all, d.bringers(d.images[image])...)
	}
	for _, hook := range service.PreStart {
		all = append(all, d.bringers(d.images[hook.Config.Image])...)
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
