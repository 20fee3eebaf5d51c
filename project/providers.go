package project

import (
	"cmp"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// provider is a service that a program provides.
func (b *desiredBuilder) provider(s types.ServiceConfig) state.Provider {
	if s.Provider.Type == "compose" {
		b.addValue(modelPath{"services", s.Name, "provider", "type"}, "'compose' is not a valid provider type", "name the program that provides the service")
	}
	config := s
	config.DependsOn = b.wantedDependencies(s)
	return state.Provider{Name: s.Name, Config: config, DependsOn: dependencies(config.DependsOn)}
}

// desiredModels are the models that services use.
func (p *Project) desiredModels() []state.Model {
	var all []state.Model
	for _, key := range sortedKeys(p.Model.Models) {
		config := p.Model.Models[key]
		config.Name = cmp.Or(config.Name, key)
		all = append(all, state.Model{Key: key, Config: config})
	}
	return all
}
