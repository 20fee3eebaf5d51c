package planner

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// need is an image that has to be brought before something can use it, or to be
// sent to its registry.
type need struct {
	image    string
	platform string
	reason   string
	build    *state.BuildSpec // nil for one that is only pulled
	pull     bool             // it is built only if it cannot be pulled
	optional bool             // that it fails is a warning
	after    ID               // the node that makes it, of one that is pushed
}

// needs are the images to bring, by name.
type needs map[string]need

// add notes a need. An image that one service builds and another only names is
// built.
func (n needs) add(one need) {
	old, known := n[one.image]
	if !known || one.build != nil && (old.build == nil || old.pull) {
		n[one.image] = one
	}
}

// addImages writes down what brings the images that containers of this plan,
// or of the one after it, are made from.
func (d *draft) addImages() {
	wanted := needs{}
	for _, service := range d.desired.Services {
		if p := d.services[service.Name]; p.frozen && !p.pending {
			continue
		}
		image := service.Image()
		_, there := d.index.images[image]
		reason := d.refreshReason(service)
		if reason != "" || !there && service.ImageID == "" && d.creates(service) && (d.builds(service) || d.pulls(service)) {
			wanted.add(d.needOf(service, cmp.Or(reason, "not here")))
		}
	}
	for _, service := range d.desired.Services {
		d.needMounted(service, wanted)
	}
	for _, service := range d.desired.Services {
		d.needHooks(wanted, service)
	}
	d.bring(wanted)
	d.checkNever()
}

// needMounted adds the images that a service mounts and that are not here.
func (d *draft) needMounted(service state.Service, wanted needs) {
	if !d.creates(service) {
		return
	}
	for _, image := range service.Images() {
		if _, there := d.index.images[image]; !there && image != service.Image() {
			wanted.add(need{image: image, platform: service.Config.Platform, reason: "not here", build: d.buildOf(image)})
		}
	}
}

// needHooks adds the images of a service's pre_start hooks that run. An image
// that is built for a service is not pulled for a hook.
func (d *draft) needHooks(wanted needs, service state.Service) {
	if !d.runsHooks(service) {
		return
	}
	for i, hook := range service.PreStart {
		user := state.Service{Config: hook.Config, PullPolicy: hook.PullPolicy, RefreshAfter: hook.RefreshAfter}
		user.Build = d.buildOf(hook.Config.Image)
		_, there := d.index.images[hook.Config.Image]
		reason := d.refreshReason(user)
		if reason == "" && (there || user.Build == nil && d.pullPolicy(user) == "never") {
			continue
		}
		text := fmt.Sprintf("%s[%d] of %s runs it", state.HookPreStart, i, service.Name)
		wanted.add(d.needOf(user, cmp.Or(reason, text)))
	}
}

// runsHooks is true for a service whose hooks run, in this plan or, as far as is
// known, in the one after it.
func (d *draft) runsHooks(service state.Service) bool {
	p := d.services[service.Name]
	runs, _ := d.runsPreStart(p)
	return p.pending || runs && !p.frozen
}

func (d *draft) needOf(service state.Service, reason string) need {
	n := need{image: service.Config.Image, platform: service.Config.Platform, reason: reason, pull: d.pulls(service)}
	if d.builds(service) {
		n.build = service.Build
	}
	if n.pull && n.build != nil {
		n.reason += "; built if it cannot be pulled"
	}
	return n
}

// bring adds the nodes of all needs, and of the images that builds start from.
// Builds that differ in nothing but the name of their result are one.
func (d *draft) bring(wanted needs) {
	d.needBases(wanted)
	nodes := map[string]*Node{} // builds, by what makes them the same
	var pulls []Node
	for _, image := range slices.Sorted(maps.Keys(wanted)) {
		n := wanted[image]
		node := Node{Ref: state.ImageRef(image), Group: "images", Reason: n.reason, Optional: n.optional}
		if n.build == nil || n.pull {
			node.ID, node.Op = ID("pull "+image), PullImage{Image: image, Platform: n.platform, OrBuild: d.orBuild(n)}
			pulls = append(pulls, node)
			d.images[image] = node.ID
			d.changeImage(image, n.reason)
			continue
		}
		key := buildKey(*n.build)
		if same := nodes[key]; same != nil {
			op := same.Op.(BuildImage)
			op.Build.Config.Tags = append(op.Build.Config.Tags, append([]string{image}, n.build.Config.Tags...)...)
			same.Op = op
			d.images[image] = same.ID
			d.changeImage(image, "the same build as "+op.Build.Image)
			continue
		}
		node.ID, node.Op = ID("build "+image), BuildImage{Build: d.withBases(*n.build)}
		nodes[key] = &node
		d.images[image] = node.ID
		d.changeImage(image, n.reason)
	}
	for _, node := range nodes {
		op := node.Op.(BuildImage)
		slices.Sort(op.Build.Config.Tags)
		op.Build.Config.Tags = slices.Compact(op.Build.Config.Tags)
		node.Op = op
		d.addAfterBases(*node, wanted[op.Build.Image])
	}
	for _, node := range pulls {
		d.addAfterBases(node, wanted[node.Name()])
	}
}

// orBuild is how an image is built that cannot be pulled, nil for one that is
// not built.
func (d *draft) orBuild(n need) *state.BuildSpec {
	if n.build == nil {
		return nil
	}
	spec := d.withBases(*n.build)
	return &spec
}

func (d *draft) addAfterBases(node Node, n need) {
	for _, base := range n.bases(d) {
		node.After = append(node.After, d.images[base])
	}
	d.nodes.add(node)
}

func (d *draft) changeImage(image, reason string) {
	action := Create
	if _, there := d.index.images[image]; there {
		action = Update
	}
	d.change(Change{Ref: state.ImageRef(image), Name: image, Action: action, Reasons: []Reason{{Text: reason}}})
}

// needBases adds the images that builds start from and that are not here, or
// are to be built anew too.
func (d *draft) needBases(wanted needs) {
	open := slices.Sorted(maps.Keys(wanted))
	for len(open) > 0 {
		n := wanted[open[0]]
		open = open[1:]
		for _, base := range n.bases(d) {
			if _, known := wanted[base]; known {
				continue
			}
			spec := d.buildOf(base)
			if _, there := d.index.images[base]; there && !d.policy.Build || spec == nil {
				continue
			}
			wanted.add(need{image: base, platform: spec.Platform, reason: n.image + " is built on it", build: spec})
			open = append(open, base)
		}
	}
}

// bases are the images of the services that a build starts from, sorted.
func (n need) bases(d *draft) []string {
	if n.build == nil {
		return nil
	}
	bases := slices.Clone(n.build.From)
	for _, context := range n.build.Config.AdditionalContexts {
		if service, is := strings.CutPrefix(context, types.ServicePrefix); is {
			bases = append(bases, d.imageOf(service))
		}
	}
	slices.Sort(bases)
	return slices.Compact(bases)
}

// withBases names the images of services in the place of the services.
func (d *draft) withBases(spec state.BuildSpec) state.BuildSpec {
	spec.Config.Tags = slices.Clone(spec.Config.Tags)
	contexts := maps.Clone(spec.Config.AdditionalContexts)
	for name, context := range contexts {
		if service, is := strings.CutPrefix(context, types.ServicePrefix); is {
			contexts[name] = "docker-image://" + d.imageOf(service)
		}
	}
	spec.Config.AdditionalContexts = contexts
	return spec
}

// buildOf is how an image is built, nil for one that is not.
func (d *draft) buildOf(image string) *state.BuildSpec {
	if d.policy.NoBuild {
		return nil
	}
	for _, service := range d.desired.Services {
		if service.Build != nil && service.Build.Image == image {
			return service.Build
		}
	}
	for i, spec := range d.desired.Builds {
		if spec.Image == image {
			return &d.desired.Builds[i]
		}
	}
	return nil
}

// imageOf is the image of a service, wanted or not.
func (d *draft) imageOf(service string) string {
	for _, s := range d.desired.Services {
		if s.Name == service {
			return s.Config.Image
		}
	}
	for _, spec := range d.desired.Builds {
		if spec.Service == service {
			return spec.Image
		}
	}
	return d.desired.Project.ImageName(service)
}

// buildKey is equal for builds that give the same image.
func buildKey(spec state.BuildSpec) string {
	spec.Image, spec.Service, spec.Labels, spec.Config.Tags = "", "", nil, nil
	key, _ := json.Marshal(spec) // plain data: it cannot fail
	return string(key)
}
