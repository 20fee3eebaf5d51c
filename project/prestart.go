package project

import (
	"cmp"
	"fmt"
	"maps"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// hooksOf are a service's pre_start hooks, each as a service of its own.
func hooksOf(s types.ServiceConfig) []types.ServiceConfig {
	var all []types.ServiceConfig
	for _, hook := range s.PreStart {
		all = append(all, types.ServiceConfig{Name: s.Name, ContainerSpec: hook.ContainerSpec})
	}
	return all
}

// preStart adds a service's pre_start hooks. compose-go has completed each with
// what it inherits; the configs and secrets of hooks are the service's inputs
// too.
func (b *desiredBuilder) preStart(s types.ServiceConfig, service *state.Service) {
	for i, config := range hooksOf(s) {
		config.Image = cmp.Or(config.Image, s.Image)
		config.Platform = cmp.Or(config.Platform, s.Platform)
		var files state.Service
		b.inputs(config, &files)
		run := state.PreStart{Config: config, PerReplica: s.PreStart[i].PerReplica, Files: files.Files}
		var err error
		if run.PullPolicy, run.RefreshAfter, err = pullPolicy(config); err != nil {
			b.addValue(modelPath{"services", s.Name, "pre_start", fmt.Sprint(i), "pull_policy"}, err.Error(), "")
		}
		service.PreStart = append(service.PreStart, run)
		if service.Inputs == nil {
			service.Inputs = files.Inputs
		}
		maps.Copy(service.Inputs, files.Inputs)
	}
}
