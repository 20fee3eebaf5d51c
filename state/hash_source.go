package state

import (
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// HashSource is a service that lives in namespaces of other services'
// containers, or uses their volumes. Docker Compose's hash has the ids of these
// containers in the place of the services, so it is known only when they are
// there.
type HashSource struct {
	// Config is the service as the file says.
	Config types.ServiceConfig `json:"-"`
	// Containers are the names of the containers, by service.
	Containers map[string]string `json:"containers"`
}

// TiedTo are the services whose containers must be there before one of this
// configuration can be created: it lives in their namespaces, or uses their
// volumes.
func TiedTo(config types.ServiceConfig) []string {
	var tied []string
	for _, mode := range []string{config.NetworkMode, config.Ipc, config.Pid} {
		if name, is := strings.CutPrefix(mode, types.ServicePrefix); is {
			tied = append(tied, name)
		}
	}
	for _, entry := range config.VolumesFrom {
		if name, _, _ := strings.Cut(entry, ":"); name != "container" {
			tied = append(tied, name)
		}
	}
	return tied
}

// Hash returns the hash; id says what the id of a container is, by its name.
func (h HashSource) Hash(id func(container string) (string, error)) (string, error) {
	ids := map[string]string{}
	for _, service := range slices.Sorted(maps.Keys(h.Containers)) {
		found, err := id(h.Containers[service])
		if err != nil {
			return "", err
		}
		ids[service] = found
	}
	return ServiceHash(withIDs(h.Config, ids))
}

// withIDs replaces services by ids, as Docker Compose does before it hashes: a
// volumes_from entry loses its mode then.
func withIDs(config types.ServiceConfig, ids map[string]string) types.ServiceConfig {
	for _, mode := range []*string{&config.NetworkMode, &config.Ipc, &config.Pid} {
		if service, is := strings.CutPrefix(*mode, types.ServicePrefix); is {
			*mode = types.ContainerPrefix + ids[service]
		}
	}
	config.VolumesFrom = slices.Clone(config.VolumesFrom)
	for i, from := range config.VolumesFrom {
		first, rest, _ := strings.Cut(from, ":")
		if first == "container" {
			config.VolumesFrom[i], _, _ = strings.Cut(rest, ":")
			continue
		}
		config.VolumesFrom[i] = ids[first]
	}
	return config
}
