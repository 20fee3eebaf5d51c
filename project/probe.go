package project

import (
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// probe is who runs a service's healthcheck while something waits for it: what
// the service's x-stack says, or else the project's.
func (b *desiredBuilder) probe(s types.ServiceConfig) state.ProbeMode {
	if mode, ok := b.probeSetting(b.serviceSettings(s.Name, s.Extensions), modelPath{"services", s.Name, extension}); ok {
		return mode
	}
	mode, _ := b.probeSetting(b.projectSettings(), modelPath{extension})
	return mode
}

func (b *desiredBuilder) probeSetting(settings map[string]any, path modelPath) (state.ProbeMode, bool) {
	switch settings["probe"] {
	case nil:
		return "", false
	case "eager":
		return state.ProbeEager, true
	case string(state.ProbeEngine):
		return state.ProbeEngine, true
	}
	b.addValue(append(path, "probe"), fmt.Sprintf("expected eager or engine, found %q", fmt.Sprint(settings["probe"])), "")
	return "", false
}
