package swarm

import (
	"slices"

	"github.com/docker/docker/api/types/swarm"

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
		if name, known := names[network.Target]; known {
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
