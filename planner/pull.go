package planner

import (
	"cmp"
	"strings"

	"github.com/stackctl/stack/state"
)

// PullPolicy says which images [Pull] pulls. The zero value is `stack pull`
// without flags: all that have a name of their own.
type PullPolicy struct {
	// Policy, missing or always, replaces every service's pull_policy.
	Policy string `json:"policy,omitempty"`
	// IgnoreBuildable leaves out what can be built.
	IgnoreBuildable bool `json:"ignoreBuildable,omitempty"`
	// IgnoreFailures makes a warning of an image that cannot be pulled.
	IgnoreFailures bool `json:"ignoreFailures,omitempty"`
}

// Pull plans to pull the images of the services that are desired, and of their
// pre_start hooks, each once.
// What is left out is a change without an action that says why.
func Pull(desired state.Desired, observed state.Observed, policy PullPolicy) (Plan, error) {
	d := newDraft(desired, observed, UpPolicy{})
	wanted := needs{}
	skipped := map[string]string{}
	for _, service := range desired.Services {
		for _, user := range d.imageUsers(service) {
			d.needPull(user, policy, wanted, skipped)
		}
	}
	d.bring(wanted)
	d.skip(wanted, skipped)
	return d.plan()
}

// imageUsers are a service and its pre_start hooks, each as a service that has
// an image. A hook builds none: pull_policy build, which it may have from its
// service, means missing there.
func (d *draft) imageUsers(service state.Service) []state.Service {
	users := []state.Service{service}
	for _, hook := range service.PreStart {
		user := state.Service{Name: service.Name, Config: hook.Config, Build: d.buildOf(hook.Config.Image)}
		if user.Build != nil {
			user.Name = user.Build.Service
		} else if user.Config.PullPolicy == "build" {
			user.Config.PullPolicy = "missing"
		}
		users = append(users, user)
	}
	return users
}

// needPull adds a service's image to those that are pulled, or that are not.
func (d *draft) needPull(service state.Service, policy PullPolicy, wanted needs, skipped map[string]string) {
	image := service.Config.Image
	if reason := d.skipsPull(service, policy); reason != "" {
		skipped[image] = reason
		return
	}
	reason := "is here, perhaps not as the registry has it"
	if _, there := d.index.images[image]; !there {
		reason = "not here"
	}
	wanted.add(need{image: image, platform: service.Config.Platform, reason: reason, optional: policy.IgnoreFailures})
}

// skipsPull says why a service's image is not pulled; it is empty for one that
// is.
func (d *draft) skipsPull(service state.Service, policy PullPolicy) string {
	image := service.Config.Image
	_, there := d.index.images[image]
	said := cmp.Or(policy.Policy, service.Config.PullPolicy)
	switch {
	case !named(d.desired.Project, service):
		return "No image to be pulled"
	case said == "never" || said == "build":
		return "pull_policy: " + said
	case said == "missing" || said == "if_not_present":
		// What latest names moves: the Compose Specification has it pulled.
		if there && !latest(image) {
			return "Image is already present locally"
		}
	}
	if service.Build != nil && policy.IgnoreBuildable {
		return "Image can be built"
	}
	return ""
}

// named is false for a service that is built into an image that the file gives
// no name: no registry has it.
func named(project state.Project, service state.Service) bool {
	return service.Build == nil || service.Config.Image != project.ImageName(service.Name)
}

// latest is true for a reference that has the tag latest, or none.
func latest(image string) bool {
	last := image[strings.LastIndex(image, "/")+1:]
	return !strings.ContainsAny(last, ":@") || strings.HasSuffix(last, ":latest")
}

// skip notes the images that no node is about, and why.
func (d *draft) skip(wanted needs, skipped map[string]string) {
	for image, reason := range skipped {
		if _, is := wanted[image]; !is {
			d.change(Change{Ref: state.ImageRef(image), Name: image, Action: NoOp, Reasons: []Reason{{Text: reason}}})
		}
	}
}
