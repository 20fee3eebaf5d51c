package memory

import (
	"fmt"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// unusedByServices is nil for a network that no service has, and no task of one
// that goes on.
func (w *world) unusedByServices(n *network) error {
	if w.Swarm == nil {
		return nil
	}
	for _, o := range w.Swarm.Services {
		if !o.joins(n) {
			continue
		}
		if !o.Removed {
			return fmt.Errorf("network %s is in use by service %s: %w", n.ID, o.ID, engine.ErrConflict)
		}
		for _, t := range o.Tasks {
			if !t.ended() {
				return fmt.Errorf("network %s is in use by task %s: %w", n.ID, t.ID, engine.ErrConflict)
			}
		}
	}
	return nil
}

func (o *service) joins(n *network) bool {
	for _, a := range o.Spec.TaskTemplate.Networks {
		if a.Target == n.Name || a.Target == n.ID {
			return true
		}
	}
	return false
}

// scope is swarm for a network that is on all nodes.
func (n *network) scope() string {
	if n.Driver == "overlay" {
		return state.ScopeSwarm
	}
	return "local"
}
