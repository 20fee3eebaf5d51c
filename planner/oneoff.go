package planner

import (
	"slices"

	"github.com/stackctl/stack/state"
)

// besideReplicas takes the addresses that are the service's from a one-off
// container while a replica has them.
func (d *draft) besideReplicas(service state.Service, attachments []state.Attachment) {
	if !slices.ContainsFunc(d.index.containers[service.Name], state.Container.Live) {
		return
	}
	for i, a := range attachments {
		attachments[i].Config = withoutAddresses(a.Config, a.Config)
	}
}

// discard removes a one-off container that is not started after all: nobody
// asked for it to stay. It is nil for the container of any replica.
func (b *bringUp) discard() []Operation {
	if b.service.service.OneOff == nil {
		return nil
	}
	options := state.RemoveOptions{Force: true, Volumes: true}
	return []Operation{RemoveContainer{Container: b.replica.handle(), Options: options}}
}
