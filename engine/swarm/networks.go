package swarm

import (
	"context"
	"time"

	"github.com/docker/docker/api/types/network"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// networks are overlays that reach all nodes, unless a driver is asked for.
type networks struct {
	engine.Networks
	manager *manager
}

// CreateNetwork creates a network.
func (n networks) CreateNetwork(ctx context.Context, spec state.NetworkSpec) error {
	if spec.Config.Driver == "" {
		spec.Config.Driver = "overlay"
	}
	return n.Networks.CreateNetwork(ctx, spec)
}

// How often, and for how long, the copy is looked for that the manager's own
// machine has of a network.
const (
	copyInterval = 50 * time.Millisecond
	copyLimit    = 10 * time.Second
)

// RemoveNetwork returns when the network is not seen any more. That of a task that
// has only just ended there stays on the manager's machine for a moment longer
// than in the Swarm.
func (n networks) RemoveNetwork(ctx context.Context, name string) error {
	if err := n.Networks.RemoveNetwork(ctx, name); err != nil {
		return err
	}
	api, err := n.manager.Client(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, copyLimit)
	defer cancel()
	again := time.NewTicker(copyInterval)
	defer again.Stop()
	for {
		if _, err := api.NetworkInspect(ctx, name, network.InspectOptions{}); err != nil {
			return nil // it is gone from the Swarm, whatever else is wrong
		}
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
		}
	}
}
