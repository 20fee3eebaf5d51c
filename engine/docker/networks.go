package docker

import (
	"context"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/network"

	"github.com/stackctl/stack/state"
)

type networks struct{ *daemon }

// CreateNetwork creates a network.
func (n networks) CreateNetwork(ctx context.Context, spec state.NetworkSpec) error {
	api, err := n.reach(ctx)
	if err != nil {
		return err
	}
	created, err := api.NetworkCreate(ctx, spec.Config.Name, networkOptions(spec, api.ClientVersion()))
	if err == nil && !atLeast(api.ClientVersion(), apiUniqueNetworks) {
		err = n.removeTwins(ctx, api, created.ID, spec)
	}
	failed := n.translate(err, "create network %s", spec.Config.Name)
	if err == nil || !strings.Contains(err.Error(), "Pool overlaps") {
		return failed
	}
	if other := n.overlapping(ctx, spec); other != "" {
		failed = &failure{text: failed.Error(), cause: err} // it is no conflict that could pass
		return hint(failed, "network %s has these addresses: choose another subnet, or remove that network", other)
	}
	return hint(failed, "another network has these addresses: choose another subnet, or remove that network (`docker network ls`)")
}

func networkOptions(spec state.NetworkSpec, apiVersion string) network.CreateOptions {
	config := spec.Config
	options := network.CreateOptions{
		Driver:     config.Driver,
		EnableIPv6: config.EnableIPv6,
		Internal:   config.Internal,
		Attachable: config.Attachable,
		Options:    config.DriverOpts,
		Labels:     spec.Labels,
		IPAM:       ipam(config.Ipam),
	}
	if atLeast(apiVersion, apiEnableIPv4) {
		options.EnableIPv4 = config.EnableIPv4
	}
	return options
}

func ipam(config types.IPAMConfig) *network.IPAM {
	if config.Driver == "" && len(config.Config) == 0 && len(config.Options) == 0 {
		return nil
	}
	made := &network.IPAM{Driver: config.Driver, Options: config.Options}
	for _, pool := range config.Config {
		if pool == nil {
			continue
		}
		made.Config = append(made.Config, network.IPAMConfig{
			Subnet: pool.Subnet, IPRange: pool.IPRange, Gateway: pool.Gateway, AuxAddress: pool.AuxiliaryAddresses,
		})
	}
	return made
}

// RemoveNetwork removes a network that no container uses.
func (n networks) RemoveNetwork(ctx context.Context, name string) error {
	api, err := n.reach(ctx)
	if err != nil {
		return err
	}
	err = api.NetworkRemove(ctx, name)
	if absent(err) {
		return nil
	}
	failed := n.translate(err, "remove network %s", short(name))
	if err != nil && strings.Contains(err.Error(), "has active endpoints") {
		return hint(failed, "%s", n.holders(ctx, name))
	}
	return failed
}

// holders says who is in a network that the engine calls in use. Engine 20.10
// keeps a count beside the endpoints, which now and then goes wrong when many
// containers come or go at once, and which it corrects when it starts.
func (n networks) holders(ctx context.Context, name string) string {
	found, err := n.client.NetworkInspect(ctx, name, network.InspectOptions{})
	if err != nil || len(found.Containers) == 0 {
		return "no running container is in it: the engine has miscounted its endpoints, and counts again when it is restarted; `down` once more then"
	}
	var names []string
	for _, endpoint := range found.Containers {
		names = append(names, endpoint.Name)
	}
	slices.Sort(names)
	return "in use by " + strings.Join(names, ", ")
}

// ConnectNetwork attaches a container to a network that it is not in yet.
func (n networks) ConnectNetwork(ctx context.Context, container string, attachment state.Attachment) error {
	api, err := n.reach(ctx)
	if err != nil {
		return err
	}
	err = api.NetworkConnect(ctx, attachment.Network, container, endpointSettings(attachment, api.ClientVersion()))
	if err != nil && strings.Contains(err.Error(), "already exists in network") {
		return nil
	}
	return n.translate(err, "connect container %s to network %s", short(container), attachment.Network)
}

// DisconnectNetwork takes a container off a network that it is in.
func (n networks) DisconnectNetwork(ctx context.Context, container, name string) error {
	api, err := n.reach(ctx)
	if err != nil {
		return err
	}
	err = api.NetworkDisconnect(ctx, name, container, false)
	if err != nil && (strings.Contains(err.Error(), "is not connected to") || absent(err)) {
		return nil
	}
	return n.translate(err, "disconnect container %s from network %s", short(container), name)
}
