package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stackctl/stack/state"
)

// swarmImage is where the image of a service comes from.
type swarmImage struct {
	build  string // why it is built in this run; empty if it is not
	asks   string // why the registry is asked again what its name stands for
	newer  bool   // a build of it is here that the service's tasks were not made from
	pushes bool   // it is sent to its registry, so that every node can pull it
	maybe  bool   // the registry may have it: that it cannot be sent is a warning
}

// imageOf says where the image of a service comes from. Nodes pull what is in a
// registry themselves: this machine needs what it builds alone.
func (d *swarmDraft) imageOf(p *swarmService) swarmImage {
	s, i := p.service, swarmImage{}
	policy := d.pullPolicy(s)
	_, here := d.index.images[s.Config.Image]
	switch {
	case d.policy.ImagesFresh:
	case d.builds(s) && d.policy.Build:
		i.build = "--build"
	case d.builds(s) && policy == "build":
		i.build = "pull_policy: build"
	case d.builds(s) && !here && p.newImage:
		i.build = "not here"
	case d.builds(s) && !d.pulls(s):
	case policy == "always":
		i.asks = "pull_policy: always"
	case policy == "refresh" && p.held != nil && (d.policy.Now.IsZero() || p.held.Updated.Add(s.RefreshAfter).Before(d.policy.Now)):
		i.asks = "older than its pull_policy allows"
	}
	i.newer = i.asks+i.build == "" && d.isNewer(p)
	made := i.build != "" || d.builds(s) && d.isLocal(p)
	i.pushes = made && d.reaches(p)
	i.maybe = i.build == "" && !d.index.images[s.Config.Image].Local
	return i
}

// isLocal is true for an image that no registry is known to have: of those of
// which that is not told, for one that is built here.
func (d *swarmDraft) isLocal(p *swarmService) bool {
	image := d.index.images[p.service.Config.Image]
	return (p.newImage || d.isNewer(p)) && (image.Local || image.MaybeLocal && d.builds(p.service))
}

// isNewer is true for an image that is another than the one that the service's
// tasks run, by another command or by a run that ended before it came to the
// service. Where its id is not noted, it counts whether it was built since; where
// the service names no digest, it is its tasks that have an image.
func (d *swarmDraft) isNewer(p *swarmService) bool {
	if p.held == nil || p.newImage {
		return false
	}
	image := d.index.images[p.service.Config.Image]
	if id := p.noted(); id != "" && !p.isPinned() {
		return image.ID != "" && image.ID != id
	}
	if p.service.Build == nil || !d.builds(p.service) && d.spreads(p) {
		return false
	}
	built := image.LastTag
	if p.isPinned() {
		_, digest, _ := strings.Cut(p.held.Spec.TaskTemplate.ContainerSpec.Image, "@")
		is := slices.ContainsFunc(image.Digests, func(known string) bool { return strings.HasSuffix(known, "@"+digest) })
		return !is && built.After(p.held.Updated)
	}
	return slices.ContainsFunc(p.tasks, func(t state.Task) bool { return t.Current && t.Alive() && built.After(t.Created) })
}

// isPinned is true for a service whose tasks run an image by its digest.
func (p *swarmService) isPinned() bool {
	container := p.held.Spec.TaskTemplate.ContainerSpec
	return container != nil && strings.Contains(container.Image, "@")
}

// noted is the id of the image that the tasks run, of one that no registry has.
func (p *swarmService) noted() string {
	container := p.held.Spec.TaskTemplate.ContainerSpec
	if container == nil {
		return ""
	}
	return container.Labels[state.LabelImage]
}

// reaches is true for an image that its registry is to have: one whose name says
// which, or any that a registry can have where several nodes need it.
func (d *swarmDraft) reaches(p *swarmService) bool {
	image := p.service.Config.Image
	return namesRegistry(image) || strings.Contains(image, "/") && d.spreads(p)
}

// namesRegistry is true for an image whose name says which registry has it.
func namesRegistry(image string) bool {
	host, _, found := strings.Cut(image, "/")
	return found && (strings.ContainsAny(host, ".:") || host == "localhost")
}

// spreads is true for a service whose tasks may be on other machines than this.
func (d *swarmDraft) spreads(p *swarmService) bool {
	if len(d.observed.Nodes) == 0 {
		return d.observed.Engine.Nodes > 1
	}
	return slices.ContainsFunc(d.takers(p), func(n state.Node) bool { return !n.Self })
}

// takers are the nodes that take tasks of a service.
func (d *swarmDraft) takers(p *swarmService) []state.Node {
	var constraints []string
	if placement := p.spec.Spec.TaskTemplate.Placement; placement != nil {
		constraints = placement.Constraints
	}
	return slices.DeleteFunc(slices.Clone(d.observed.Nodes), func(n state.Node) bool { return !n.Takes() || !n.Meets(constraints) })
}

// decideImage says what becomes of a service for its image's sake. One whose
// image is the same stays at the digest that its tag stood for, unless the registry
// is to be asked again.
func (d *swarmDraft) decideImage(p *swarmService) {
	i := p.image
	local := d.isLocal(p) || i.build != ""
	if local {
		p.spec.Resolve = p.spec.Resolve && i.pushes
	}
	if p.newImage {
		d.checkReach(p, local)
		return
	}
	anew := i.asks + i.build
	if i.newer {
		anew = "it was built since"
	}
	p.spec.Resolve = p.spec.Resolve && anew != ""
	switch {
	case i.build != "" && !i.pushes:
		d.checkReach(p, local)
		d.byName(p)
		d.refresh(p, i.build+": its tasks are started anew if another image is built")
	case i.newer && !(p.isPinned() && p.spec.Resolve):
		d.checkReach(p, local)
		d.byName(p)
		d.force(p, Reason{Text: "its image was built since its tasks were made"})
	case anew != "":
		p.spec.Tag = p.service.Config.Image
		d.refresh(p, anew+": its tasks are started anew if the registry has another image by then")
	}
}

// isOfThisMachine is true for a service whose tasks run what no registry has.
func (d *swarmDraft) isOfThisMachine(p *swarmService) bool {
	image := d.index.images[p.service.Config.Image]
	here := image.Local || p.image.build != "" || image.MaybeLocal && d.builds(p.service)
	return here && !p.image.pushes && !p.spec.Resolve
}

// byName takes the digest from the image that a service is to have. A name stays
// as the Swarm spells it.
func (d *swarmDraft) byName(p *swarmService) {
	if container := p.spec.Spec.TaskTemplate.ContainerSpec; container != nil && p.isPinned() {
		anew := *container
		anew.Image = p.service.Config.Image
		p.spec.Spec.TaskTemplate.ContainerSpec = &anew
	}
}

// refresh has a service run what its image's name stands for once it is written.
func (d *swarmDraft) refresh(p *swarmService, why string) {
	if p.action == NoOp {
		p.action, p.refreshes = Update, true
		p.reasons = []Reason{{Text: why}}
	}
}

// checkReach finds an image that several nodes would need and only this machine
// has.
func (d *swarmDraft) checkReach(p *swarmService, local bool) {
	image := p.service.Config.Image
	if !local || p.image.pushes || !d.spreads(p) {
		return
	}
	instead := fmt.Sprintf("push it under a name with a registry, as in `docker tag %s registry.example.com/%s` and `docker push`, and write that name", image, image)
	switch {
	case namesRegistry(image):
		instead = fmt.Sprintf("push it with `docker push %s`", image)
	case d.builds(p.service):
		instead = fmt.Sprintf("give it a name with a registry, as in `image: registry.example.com/%s`, and it is pushed once it is built", image)
	}
	where := "other nodes take its tasks"
	if takers := d.takers(p); len(takers) == 1 {
		where = "node " + takers[0].Name + " takes its tasks"
	} else if len(takers) > 1 {
		where = fmt.Sprintf("%d nodes take its tasks", len(takers))
	}
	d.failAt(p.service.Where, "image", fmt.Errorf(
		"service %s: only this machine has its image %s, and %s: %s, or keep the service here with `placement: {constraints: [node.hostname==%s]}`",
		p.service.Name, image, where, instead, d.self().Name))
}

// addImages writes down what builds images and sends them to their registries.
func (d *swarmDraft) addImages() {
	wanted, pushed := needs{}, needs{}
	for _, service := range d.desired.Services {
		p := d.decided[service.Name]
		if p.action == NoOp {
			continue
		}
		if p.image.build != "" {
			wanted.add(d.needOf(service, p.image.build))
		}
		if p.image.pushes {
			pushed.add(need{image: service.Config.Image, optional: p.image.maybe})
		}
	}
	d.bring(wanted)
	for image, n := range pushed {
		n.after = d.images[image]
		n.optional = n.optional && n.after == ""
		pushed[image] = n
		if node := d.nodes.get(n.after); node != nil {
			if op, is := node.Op.(PullImage); is { // what was pulled is there, what is built instead is not
				op.OrBuild.Push = true
				node.Op = op
				delete(pushed, image)
			}
		}
	}
	d.push(pushed)
	for image := range pushed {
		d.images[image] = ID("push " + image)
	}
}
