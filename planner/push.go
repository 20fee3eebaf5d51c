package planner

import (
	"slices"

	"github.com/stackctl/stack/state"
)

// PushPolicy says how [Push] treats failures.
type PushPolicy struct {
	// IgnoreFailures makes a warning of an image that cannot be pushed.
	IgnoreFailures bool `json:"ignoreFailures,omitempty"`
}

// Push plans to send the images that the services which are desired are built
// into, with their other tags, to their registries. What is left out is a
// change without an action that says why.
func Push(desired state.Desired, observed state.Observed, policy PushPolicy) (Plan, error) {
	d := newDraft(desired, observed, UpPolicy{})
	pushed, skipped := needs{}, map[string]string{}
	for _, service := range desired.Services {
		switch {
		case service.Build == nil:
			skipped[service.Config.Image] = "Image is not built here"
		case !named(desired.Project, service):
			skipped[service.Config.Image] = "Image has no name of its own"
		default:
			for _, image := range references(*service.Build) {
				pushed.add(need{image: image, optional: policy.IgnoreFailures})
			}
		}
	}
	d.push(pushed)
	d.skip(pushed, skipped)
	return d.plan()
}

// references are the names that a build gives to its image.
func references(spec state.BuildSpec) []string {
	all := append([]string{spec.Image}, spec.Config.Tags...)
	slices.Sort(all)
	return slices.Compact(all)
}

// push adds the nodes that send images, each after what brings it.
func (d *draft) push(pushed needs) {
	for image, n := range pushed {
		ref := state.ImageRef(image)
		d.nodes.add(Node{
			ID: ID("push " + image), Ref: ref, Group: "images", After: []ID{n.after}, Optional: n.optional,
			Op: PushImage{Image: image},
		})
		if d.images[image] == "" {
			d.change(Change{Ref: ref, Name: image, Action: Update, Reasons: []Reason{{Text: "to its registry"}}})
		}
	}
}
