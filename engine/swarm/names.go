package swarm

import (
	"context"
	"maps"
	"slices"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/state"
)

// named is a specification with names in the place of ids.
func named(spec swarm.ServiceSpec, networks map[string]string) swarm.ServiceSpec {
	spec.TaskTemplate.Networks = namedNetworks(spec.TaskTemplate.Networks, networks)
	spec.Networks = namedNetworks(spec.Networks, networks) //nolint:staticcheck // old services have them there
	if spec.TaskTemplate.ContainerSpec == nil {
		return spec
	}
	container := *spec.TaskTemplate.ContainerSpec
	container.Configs, container.Secrets = slices.Clone(container.Configs), slices.Clone(container.Secrets)
	for i, config := range container.Configs {
		without := *config
		without.ConfigID = ""
		container.Configs[i] = &without
	}
	for i, secret := range container.Secrets {
		without := *secret
		without.SecretID = ""
		container.Secrets[i] = &without
	}
	spec.TaskTemplate.ContainerSpec = &container
	return spec
}

func namedNetworks(attached []swarm.NetworkAttachmentConfig, names map[string]string) []swarm.NetworkAttachmentConfig {
	attached = slices.Clone(attached)
	for i, network := range attached {
		if name := names[network.Target]; name != "" {
			attached[i].Target = name
		}
	}
	return attached
}

// networkNames are the names of networks by id.
func networkNames(networks []state.ObservedNetwork) map[string]string {
	names := make(map[string]string, len(networks))
	for _, n := range networks {
		names[n.ID] = n.Name
	}
	return names
}

// identify has a view know the networks that its services are in, and were in
// before, by name. Those of each node, host and bridge, are listed under the ids
// that this machine has for them: of the Swarm's ids for them it tells when it is
// asked for each.
func (m *manager) identify(ctx context.Context, api *client.Client, v *view) error {
	unnamed := v.unnamed()
	if len(unnamed) > 0 && v.names == nil {
		all, err := m.AllNetworks(ctx)
		if err != nil {
			return err
		}
		v.names = networkNames(all)
		unnamed = v.unnamed()
	}
	for _, id := range unnamed {
		found, err := api.NetworkInspect(ctx, id, network.InspectOptions{})
		if err != nil && !errdefs.IsNotFound(err) {
			return m.Translate(err, "network %s", id)
		}
		v.names[id] = found.Name
	}
	return nil
}

// unnamed are the ids of networks that are to be asked for. That a service is in
// one that is not there can be so for a moment only, and is asked again; what it
// was in before may be gone for good.
func (v *view) unnamed() []string {
	ids := map[string]bool{}
	for _, s := range v.services {
		for _, n := range attachments(s.Spec) {
			if v.names[n.Target] == "" {
				ids[n.Target] = true
			}
		}
		if s.PreviousSpec == nil {
			continue
		}
		for _, n := range attachments(*s.PreviousSpec) {
			if _, asked := v.names[n.Target]; !asked {
				ids[n.Target] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

func attachments(spec swarm.ServiceSpec) []swarm.NetworkAttachmentConfig {
	return slices.Concat(spec.TaskTemplate.Networks, spec.Networks) //nolint:staticcheck // old services have them there
}
