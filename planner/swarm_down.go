package planner

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stackctl/stack/state"
)

// swarmDown is [Down] on a Swarm. What the project is, is known by the label of
// its name; in which order it goes, by the file alone.
func swarmDown(desired state.Desired, observed state.Observed, policy DownPolicy) (Plan, error) {
	t := newTeardown(desired, observed, policy.StopTimeout)
	t.relate()
	d := &swarmTeardown{
		swarmDraft: newSwarmDraft(desired, observed, UpPolicy{}), dependents: t.dependents,
		chosen: map[string]bool{}, gone: map[string]ID{}, done: map[string][]ID{},
	}
	d.draft = t.draft
	d.warnTimeout(policy.StopTimeout)
	d.choose(policy)
	d.removeAll()
	if len(policy.Services) > 0 {
		return d.plan()
	}
	d.removeNetworks()
	d.removeAllInputs()
	if policy.Volumes {
		d.removeVolumes()
	}
	d.removeImages(policy.Images)
	return d.plan()
}

// swarmTeardown is a draft that only takes away.
type swarmTeardown struct {
	*swarmDraft
	dependents map[string][]string // services by the one that they depend on
	chosen     map[string]bool     // services by their keys
	named      map[string]bool     // by the policy; nil is all
	gone       map[string]ID       // the node after which a service is gone, by its key
	done       map[string][]ID     // those after which it and its dependents are, by its key
	leftover   []ID                // those after which the last tasks of services that were removed before are
}

// choose takes the services to remove.
func (d *swarmTeardown) choose(policy DownPolicy) {
	named, known := setOf(policy.Services), setOf(d.model.Known)
	d.named = named
	for key := range d.held {
		if named != nil {
			d.chosen[key] = named[key]
			continue
		}
		d.chosen[key] = known == nil || known[key] || policy.RemoveOrphans
	}
}

// removeAll removes the services, each as soon as those that depend on it are
// gone, and waits for those that were removed before and are not gone.
func (d *swarmTeardown) removeAll() {
	for _, s := range d.observed.Services {
		if d.held[s.Service] != nil || s.OneOff() && s.Spec.Labels[state.LabelNamespace] == d.desired.Project.Name {
			d.removed(s.Service)
		}
	}
	d.leftovers()
}

// removed are the nodes after which a service and its dependents are gone.
func (d *swarmTeardown) removed(key string) []ID {
	if ids, known := d.done[key]; known {
		return ids
	}
	var after []ID
	for _, dependent := range d.dependents[key] {
		after = append(after, d.removed(dependent)...)
	}
	after = cleanIDs(after)
	oneOffs := d.removeOneOffs(key, after)
	if d.chosen[key] {
		s := d.held[key]
		d.change(Change{Ref: state.ServiceRef(key), Name: s.Name(), Action: Delete})
		id := d.removeService(*s, "", after...)
		d.gone[key], after = id, []ID{id}
	}
	after = append(after, oneOffs...)
	d.done[key] = after
	return after
}

// leftovers waits for the tasks of services that are gone themselves: those of
// nodes that are down are not waited for.
func (d *swarmTeardown) leftovers() {
	services := map[string]bool{}
	for _, s := range d.observed.Services {
		services[s.ID] = true
	}
	for _, t := range d.observed.Tasks {
		if services[t.ServiceID] || t.Lost {
			continue
		}
		services[t.ServiceID] = true
		d.leftover = append(d.leftover, d.nodes.add(Node{
			ID: ID("await " + t.Service + " gone " + t.ServiceID), Ref: state.ServiceRef(t.Service), Group: t.Service, Reason: "was removed before",
			Op: AwaitServiceGone{Service: state.Handle{ID: t.ServiceID, Name: d.desired.Project.SwarmName(t.Service)}},
		}))
	}
}

// users are the nodes after which those that use something are gone, and the
// first by name of those that stay, if one does.
func (d *swarmTeardown) users(uses map[string]bool) (after []ID, stays string) {
	for key := range uses {
		if id := d.gone[key]; id != "" {
			after = append(after, id)
			continue
		}
		if stays == "" || key < stays {
			stays = key
		}
	}
	return after, stays
}

func (d *swarmTeardown) removeNetworks() {
	uses := map[string]map[string]bool{}
	for key, s := range d.heldAll() {
		for _, n := range slices.Concat(s.Spec.TaskTemplate.Networks, s.Spec.Networks) { //nolint:staticcheck // where older clients have them
			note(uses, n.Target, key)
		}
	}
	for _, n := range d.observed.Networks {
		if n.Labels[state.LabelNamespace] != d.desired.Project.Name {
			continue
		}
		ref := state.NetworkRef(keyOf(d.desired.Project, n.Name, d.model.Networks,
			func(n state.Network) (string, string) { return n.Key, n.Config.Name }))
		after, stays := d.users(uses[n.Name])
		if stays != "" {
			d.stays(ref, n.Name, stays)
			continue
		}
		d.change(Change{Ref: ref, Name: n.Name, Action: Delete})
		id := ID("remove network " + n.Name)
		if n.ID != d.index.networks[n.Name].ID {
			id += ID(" " + short(n.ID)) // another of the same name
		}
		d.nodes.add(Node{
			ID: id, Ref: ref, Group: "networks", After: append(after, d.leftover...), Op: RemoveNetwork{Name: n.Name, ID: n.ID},
		})
	}
}

// note adds a user of something.
func note[K comparable](uses map[K]map[string]bool, of K, user string) {
	if uses[of] == nil {
		uses[of] = map[string]bool{}
	}
	uses[of][user] = true
}

// stays notes what cannot go for a service that does not.
func (d *swarmTeardown) stays(ref state.Ref, name, service string) {
	d.change(Change{Ref: ref, Name: name, Action: NoOp, Reasons: []Reason{{Text: "service " + service + " uses it, which stays"}}})
	d.warnings = append(d.warnings, fmt.Sprintf("%s %s stays: service %s, which the project has no more, uses it; --remove-orphans removes both", ref.Kind, name, service))
}

func (d *swarmTeardown) removeAllInputs() {
	uses := map[inputName]map[string]bool{}
	for key, s := range d.heldAll() {
		for _, name := range inputsOf(s.Spec) {
			note(uses, name, key)
		}
	}
	for _, input := range d.observed.Inputs {
		if input.Labels[state.LabelNamespace] != d.desired.Project.Name {
			continue
		}
		ref := state.Ref{Kind: input.Kind, Name: cmp.Or(input.Labels[state.LabelStackInput], input.Name)}
		after, stays := d.users(uses[inputName{input.Kind, input.Name}])
		if stays != "" {
			d.stays(ref, input.Name, stays)
			continue
		}
		d.change(Change{Ref: ref, Name: input.Name, Action: Delete})
		d.nodes.add(Node{
			ID: ID("remove " + string(input.Kind) + " " + input.Name), Ref: ref, Group: string(input.Kind) + "s",
			After: after, Op: RemoveInput{Input: input},
		})
	}
}
