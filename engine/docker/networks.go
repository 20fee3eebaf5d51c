package docker

import (
	"context"
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
	_, err = api.NetworkCreate(ctx, spec.Config.Name, networkOptions(spec, api.ClientVersion()))
	failed := n.translate(err, "create network %s", spec.Config.Name)
	if err != nil && strings.Contains(err.Error(), "Pool overlaps") {
		return hint(failed, "another network has these addresses: choose another subnet, or remove that network (`docker network ls`)")
	}
	return failed
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
	return n.translate(err, "remove network %s", name)
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
