package swarm

import (
	"reflect"

	"github.com/docker/docker/api/types/swarm"
)

// current is true for a task that was made from what its service is now, by the
// rules of the Swarm's own updater (swarmkit, IsTaskDirty): it leaves alone what
// is as wanted, and where only the placement is another, what is on a node that
// still fits.
func (v *view) current(t swarm.Task, s swarm.Service) bool {
	if s.JobStatus != nil {
		return t.JobIteration != nil && t.JobIteration.Index == s.JobStatus.JobIteration.Index
	}
	made, wanted := t.Spec, s.Spec.TaskTemplate
	made.Runtime, wanted.Runtime = "", "" // a service says container where a task says nothing
	made.Placement, wanted.Placement = nil, nil
	if !reflect.DeepEqual(made, wanted) {
		return false
	}
	if !reflect.DeepEqual(t.Spec.Placement, s.Spec.TaskTemplate.Placement) {
		node, placed := v.nodes[t.NodeID]
		if placement := s.Spec.TaskTemplate.Placement; !placed || placement != nil && !describeNode(node, "").Meets(placement.Constraints) {
			return false
		}
	}
	return !rewired(t, s)
}

// rewired is true for a task that is older than the service's ports: a task does
// not say which it was made with.
func rewired(t swarm.Task, s swarm.Service) bool {
	if s.PreviousSpec == nil || reflect.DeepEqual(s.PreviousSpec.EndpointSpec, s.Spec.EndpointSpec) {
		return false
	}
	since := s.UpdatedAt // nothing has happened to the service since, if its update has not begun
	if s.UpdateStatus != nil && s.UpdateStatus.StartedAt != nil {
		since = *s.UpdateStatus.StartedAt
	}
	return t.CreatedAt.Before(since)
}
