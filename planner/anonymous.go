package planner

import (
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// leavesBehind warns of the anonymous volumes of a container that goes, which
// no other one takes over: their data stays, and nothing else knows its name.
func (d *draft) leavesBehind(c state.Container, taken []types.ServiceVolumeConfig) {
	for _, m := range c.Mounts {
		if m.Type != types.VolumeTypeVolume || !anonymousVolume.MatchString(m.Name) {
			continue
		}
		if slices.ContainsFunc(taken, func(v types.ServiceVolumeConfig) bool { return v.Source == m.Name }) {
			continue
		}
		d.warnings = append(d.warnings, fmt.Sprintf(
			"container %s is removed, and what it has at %s stays in the anonymous volume %s: `docker volume rm` removes it", c.Name, m.Destination, m.Name))
	}
}
