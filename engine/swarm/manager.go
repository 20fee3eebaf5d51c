package swarm

import (
	"context"
	"fmt"

	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"
)

// reach returns the client of an engine that is a manager. The first call asks
// it whether it is.
func (m *manager) reach(ctx context.Context) (*client.Client, error) {
	api, err := m.Client(ctx)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.node != "" {
		return api, nil
	}
	info, err := api.Info(ctx)
	if err != nil {
		return nil, m.Translate(err, "engine")
	}
	if err := manages(info.Swarm); err != nil {
		return nil, err
	}
	m.node = info.Swarm.NodeID
	return api, nil
}

// self is the id of the node that answers.
func (m *manager) self() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.node
}

// manages says why a node is no manager, and what to do.
func manages(node swarm.Info) error {
	switch {
	case node.ControlAvailable:
		return nil
	case node.LocalNodeState == swarm.LocalNodeStateLocked:
		return fmt.Errorf("this engine's Swarm is locked: run `docker swarm unlock` with its key")
	case node.LocalNodeState == swarm.LocalNodeStateActive:
		return fmt.Errorf("this engine is a worker of a Swarm, which only managers can say anything about: use the context of a manager (`--context`, or DOCKER_HOST)")
	case node.LocalNodeState == swarm.LocalNodeStatePending, node.LocalNodeState == swarm.LocalNodeStateError:
		return fmt.Errorf("this engine has not joined its Swarm (%s): see `docker info`", word(string(node.LocalNodeState), node.Error))
	default:
		return fmt.Errorf("this engine is not a Swarm manager: run `docker swarm init` to make it one, or use the context of a manager (`--context`, or DOCKER_HOST)")
	}
}

func word(state, reason string) string {
	if reason == "" {
		return state
	}
	return state + ": " + reason
}
