package planner

import (
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// preStop are the hooks to run before a container is stopped: those that it
// was created with, or, where it does not say, those that its service has now.
func (d *draft) preStop(c state.Container) []types.ServiceHook { return d.appliedTo(c).PreStop }

// appliedTo is what a container of a service was created with, or, where it does
// not say, what its service has now.
func (d *draft) appliedTo(c state.Container) types.ServiceConfig {
	if c.IsHook() {
		return types.ServiceConfig{}
	}
	if label, has := c.Labels[state.LabelStackConfig]; has {
		if applied, err := state.DecodeConfig(label); err == nil {
			return applied
		}
	}
	if p := d.services[c.Service]; p != nil {
		return p.service.Config
	}
	return types.ServiceConfig{}
}
