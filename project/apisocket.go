package project

import (
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// What a service with use_api_socket gets is Docker Compose's, to the letter:
// it takes part in the hash.
const (
	socketTarget   = "/var/run/docker.sock"
	socketConfig   = "#apisocket"
	credentialsDir = "/run/secrets/docker"
	dockerConfig   = "DOCKER_CONFIG"
)

// withAPISocket gives a service with use_api_socket the engine's socket, and
// the credentials as a config.
func (b *desiredBuilder) withAPISocket(s types.ServiceConfig) types.ServiceConfig {
	if !s.UseAPISocket || b.options.APISocket == nil {
		return s
	}
	socket, err := b.options.APISocket()
	if err != nil {
		b.add(modelPath{"services", s.Name, "use_api_socket"}, err.Error(), "")
		return s
	}
	if b.model.Configs == nil {
		b.model.Configs = types.Configs{}
	}
	b.model.Configs[socketConfig] = types.ConfigObjConfig{Content: string(socket.Config)}
	s.Volumes = append(slices.Clip(s.Volumes), types.ServiceVolumeConfig{
		Type: types.VolumeTypeBind, Source: socket.Path, Target: socketTarget,
	})
	s.Configs = append(slices.Clip(s.Configs), types.ServiceConfigObjConfig{Source: socketConfig, Target: credentialsDir + "/config.json"})
	if _, given := s.Environment[dockerConfig]; !given {
		dir := credentialsDir
		s.Environment = maps.Clone(s.Environment)
		if s.Environment == nil {
			s.Environment = types.MappingWithEquals{}
		}
		s.Environment[dockerConfig] = &dir
	}
	return s
}
