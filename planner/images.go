package planner

import (
	"slices"

	"github.com/stackctl/stack/state"
)

// refreshReason says why a service's image may be another one after this run,
// though it may be here already; it is empty if it will not be.
func (d *draft) refreshReason(service state.Service) string {
	if d.policy.ImagesFresh {
		return ""
	}
	if d.builds(service) {
		switch {
		case d.policy.Build:
			return "--build"
		case d.pullPolicy(service) == "build":
			return "pull_policy: build"
		}
		return ""
	}
	switch policy := d.pullPolicy(service); policy {
	case "always":
		return "pull_policy: always"
	case "refresh":
		image, there := d.index.images[service.Config.Image]
		if there && !d.policy.Now.IsZero() && image.LastTag.Add(service.RefreshAfter).After(d.policy.Now) {
			return ""
		}
		return "older than its pull_policy allows"
	}
	return ""
}

// builds is true for a service whose image is built rather than pulled.
func (d *draft) builds(service state.Service) bool {
	return service.Build != nil && !d.policy.NoBuild &&
		(d.policy.Build || slices.Contains([]string{"", "missing", "build"}, service.PullPolicy))
}

func (d *draft) pullPolicy(service state.Service) string {
	if d.policy.Pull != "" && d.policy.Pull != "policy" {
		return d.policy.Pull
	}
	return service.PullPolicy
}

func (d *draft) creates(service state.Service) bool {
	p := d.services[service.Name]
	return !p.frozen && slices.ContainsFunc(p.replicas, func(r *replicaPlan) bool { return r.current == nil })
}
