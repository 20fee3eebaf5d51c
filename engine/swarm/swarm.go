// Package swarm is a Docker Swarm as an engine: one of its managers is called,
// and puts a project's services on all its nodes. What is no service's (builds,
// images, volumes and containers) is that of the manager's own machine.
package swarm

import (
	"context"
	"sync"

	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// Link is how a manager is called: a connection of package docker.
type Link interface {
	// Engine is the manager's own.
	Engine() engine.Engine
	// Client is ready to be called.
	Client(context.Context) (*client.Client, error)
	// Translate makes an error of the client one of package engine's.
	Translate(err error, format string, args ...any) error
	// RegistryAuth is what nodes are told to pull an image; empty for nobody.
	RegistryAuth(image string) (string, error)
	// Distribution is what an image's registry says of it.
	Distribution(ctx context.Context, image string) (registry.DistributionInspect, error)
	// AllNetworks are those of the Swarm and those of the manager's machine.
	AllNetworks(context.Context) ([]state.ObservedNetwork, error)
}

// New returns the roles. Those that are not a Swarm's are the manager's own.
func New(link Link) engine.Engine {
	m := &manager{Link: link}
	roles := link.Engine()
	roles.Observer = observer{roles.Observer, m}
	roles.Networks = networks{roles.Networks, m}
	roles.Volumes = volumes{roles.Volumes}
	roles.Services = services{m}
	roles.Cluster = cluster{m}
	return roles
}

// manager is what the roles share.
type manager struct {
	Link
	mu   sync.Mutex
	node string // the manager's own id, once it is known to be one
}
