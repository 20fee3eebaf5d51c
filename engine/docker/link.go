package docker

import (
	"context"

	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/state"
)

// What follows is for another implementation of package engine that speaks to
// the same engine, such as that of a Swarm.

// Client returns the client, ready to be called: its API version is negotiated.
func (c *Connection) Client(ctx context.Context) (*client.Client, error) { return c.daemon.reach(ctx) }

// Translate makes an error of the client one of package engine's errors, where
// it is one. The format says what the call was about.
func (c *Connection) Translate(err error, format string, args ...any) error {
	return c.daemon.translate(err, format, args...)
}

// RegistryAuth is what an engine is told (X-Registry-Auth) to pull an image with
// the credentials that `docker login` stored; empty without any.
func (c *Connection) RegistryAuth(reference string) (string, error) {
	who, err := images{c.daemon}.accountFor(reference)
	if err != nil || !who.known {
		return "", err
	}
	return who.header, nil
}

// Distribution is what an image's registry says of it, asked by the engine.
func (c *Connection) Distribution(ctx context.Context, reference string) (registry.DistributionInspect, error) {
	return images{c.daemon}.distribution(ctx, reference)
}

// AllNetworks are all that the engine knows, of whatever project, without the
// containers that are in them.
func (c *Connection) AllNetworks(ctx context.Context) ([]state.ObservedNetwork, error) {
	api, err := c.daemon.reach(ctx)
	if err != nil {
		return nil, err
	}
	list, err := api.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return nil, c.Translate(err, "list networks")
	}
	all := make([]state.ObservedNetwork, 0, len(list))
	for _, n := range list {
		n.Containers = nil
		all = append(all, describeNetwork(n))
	}
	return all, nil
}
