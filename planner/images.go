package planner

import (
	"fmt"
	"slices"

	"github.com/stackctl/stack/state"
)

// refreshReason says why a service's image may be another one after this run,
// though it may be here already; it is empty if it will not be.
func (d *draft) refreshReason(service state.Service) string {
	policy := d.pullPolicy(service)
	switch {
	case d.policy.ImagesFresh || service.ImageID != "":
		return ""
	case d.builds(service) && d.policy.Build:
		return "--build"
	case d.builds(service) && policy == "build":
		return "pull_policy: build"
	case !d.pulls(service):
		return ""
	case policy == "always":
		return "pull_policy: always"
	case policy == "refresh":
		image, there := d.index.images[service.Config.Image]
		if there && !d.policy.Now.IsZero() && image.LastTag.Add(service.RefreshAfter).After(d.policy.Now) {
			return ""
		}
		return "older than its pull_policy allows"
	}
	return ""
}

// builds is true for a service whose image can be built.
func (d *draft) builds(service state.Service) bool { return service.Build != nil && !d.policy.NoBuild }

// pulls is true for a service whose image is asked of a registry when it is
// wanted, and built only if it is not there. An image that a build names by
// itself is in no registry.
func (d *draft) pulls(service state.Service) bool {
	if !d.builds(service) {
		return d.pullPolicy(service) != "never"
	}
	return !d.policy.Build && !slices.Contains([]string{"never", "build"}, d.pullPolicy(service)) &&
		service.Config.Image != d.desired.Project.ImageName(service.Name)
}

func (d *draft) pullPolicy(service state.Service) string {
	if d.policy.Pull != "" && d.policy.Pull != "policy" {
		return d.policy.Pull
	}
	return service.PullPolicy
}

func (d *draft) creates(service state.Service) bool {
	p := d.services[service.Name]
	return (!p.frozen || p.pending) && slices.ContainsFunc(p.replicas, func(r *replicaPlan) bool { return r.current == nil })
}

// checkNever finds the services and hooks that may not pull an image that is
// not here.
func (d *draft) checkNever() {
	for _, service := range d.desired.Services {
		if service.ImageID != "" {
			d.checkID(service)
		} else if image := service.Config.Image; d.creates(service) && !d.pulls(service) && d.lacks(image) {
			advice := fmt.Sprintf("pull it first (docker pull %s), or set another pull_policy", image)
			if service.Build != nil {
				advice = "build it first, or leave --no-build out"
			}
			d.failAt(service.Where, "image", fmt.Errorf("service %s: No such image: %s: it is not here, and pull_policy never forbids to pull it: %s", service.Name, image, advice))
		}
		if !d.runsHooks(service) {
			continue
		}
		for i, hook := range service.PreStart {
			if image := hook.Config.Image; d.lacks(image) {
				d.failAt(service.Where, fmt.Sprintf("%s[%d].image", state.HookPreStart, i), fmt.Errorf("service %s: the image %s of its %s[%d] is not here, and pull_policy never forbids to pull it: pull it first (docker pull %s), or set another pull_policy",
					service.Name, image, state.HookPreStart, i, image))
			}
		}
	}
}

// checkID makes sure that an image which a service runs by its id is here:
// nothing can bring it.
func (d *draft) checkID(service state.Service) {
	if d.creates(service) && d.lacks(service.ImageID) {
		d.fail(fmt.Errorf("service %s: the image that it is to run (%s, which was %s) is not here any more, and an id cannot be pulled: load it again (docker load)",
			service.Name, service.ImageID, service.Config.Image))
	}
}

// lacks is true for an image that is not here and that this plan does not
// bring.
func (d *draft) lacks(image string) bool {
	_, there := d.index.images[image]
	return !there && d.images[image] == ""
}
