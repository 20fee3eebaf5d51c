package cli

import (
	"maps"
	"slices"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/state"
)

// noteSpecs notes what a plan makes of services of a Swarm.
func (j *journal) noteSpecs(plan planner.Plan) {
	if j.specs == nil {
		j.specs = map[string]swarm.ServiceSpec{}
	}
	for _, node := range plan.Nodes {
		switch op := node.Op.(type) {
		case planner.CreateService:
			j.specs[op.Spec.Service] = op.Spec.Spec
		case planner.UpdateService:
			j.specs[op.Spec.Service] = op.Spec.Spec
		}
	}
}

// services are those that the Swarm holds, each as it is wanted: as this run has
// wanted it, or as one before did that was about it. So what the Swarm took back
// is known to be no longer what was applied.
func (j *journal) services(found []state.ObservedService, desired state.Desired) ([]state.ObservedService, error) {
	last, _, err := j.store.Last()
	if err != nil {
		return nil, err
	}
	var all []state.ObservedService
	wanted := maps.Clone(j.specs)
	for _, s := range found {
		if s.OneOff() {
			continue
		}
		before, known := last.Service(s.Service)
		switch spec, is := wanted[s.Service]; {
		case is && len(servicespec.Differences(s.Spec, spec)) > 0:
			s.Spec = spec
		case is || j.concerns(s.Service):
		case known && before.ID == s.ID:
			s.Spec = before.Spec
		}
		delete(wanted, s.Service)
		all = append(all, s)
	}
	for _, before := range last.Services { // that somebody else has removed
		isThere := slices.ContainsFunc(all, func(s state.ObservedService) bool { return s.Service == before.Service })
		if _, is := wanted[before.Service]; !is && !isThere && wants(desired, before.Service) {
			all = append(all, before)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(wanted)) { // that could not be created
		all = append(all, state.ObservedService{Service: key, Spec: wanted[key]})
	}
	return all, nil
}

// concerns is true for a service that the run found to be as it is wanted.
func (j *journal) concerns(service string) bool {
	return slices.ContainsFunc(j.first.plan.Changes, func(c planner.Change) bool {
		return c.Ref == state.ServiceRef(service) && c.Action == planner.NoOp
	})
}
