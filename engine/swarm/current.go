package swarm

import (
	"net/netip"
	"reflect"
	"strings"

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
		if !placed || !fits(s.Spec.TaskTemplate.Placement, node) {
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

// fits is true for a node that meets all placement constraints.
func fits(placement *swarm.Placement, node swarm.Node) bool {
	if placement == nil {
		return true
	}
	for _, constraint := range placement.Constraints {
		if !meets(constraint, node) {
			return false
		}
	}
	return true
}

// meets tells for one constraint: KEY==VALUE or KEY!=VALUE, in whatever case
// where it is no label (swarmkit, constraint.NodeMatches).
func meets(constraint string, node swarm.Node) bool {
	key, value, equal := strings.Cut(constraint, "==")
	if !equal {
		var differs bool
		if key, value, differs = strings.Cut(constraint, "!="); !differs {
			return false
		}
	}
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if subnet, err := netip.ParsePrefix(value); err == nil && strings.EqualFold(key, "node.ip") {
		address, _ := netip.ParseAddr(node.Status.Addr) // one that cannot be read is in no subnet
		return equal == subnet.Contains(address)
	}
	found, known := property(key, node)
	return known && equal == strings.EqualFold(found, value)
}

// property is what a constraint compares, if there is such a thing. An absent
// label is empty.
func property(key string, node swarm.Node) (value string, known bool) {
	switch strings.ToLower(key) {
	case "node.id":
		return node.ID, true
	case "node.hostname":
		return node.Description.Hostname, true
	case "node.ip":
		return node.Status.Addr, true
	case "node.role":
		return string(node.Spec.Role), true
	case "node.platform.os":
		return node.Description.Platform.OS, true
	case "node.platform.arch":
		return node.Description.Platform.Architecture, true
	}
	if label, ok := cutPrefixFold(key, "node.labels."); ok {
		return node.Spec.Labels[label], true
	}
	if label, ok := cutPrefixFold(key, "engine.labels."); ok {
		return node.Description.Engine.Labels[label], true
	}
	return "", false
}

func cutPrefixFold(text, prefix string) (rest string, found bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}
