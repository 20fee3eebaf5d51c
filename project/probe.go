package project

import (
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// extension is the key of our own settings, in a service or at the top.
const extension = "x-stack"

// probe is who runs a service's healthcheck while something waits for it: what
// the service's x-stack says, or else the project's.
func (b *desiredBuilder) probe(s types.ServiceConfig) state.ProbeMode {
	for _, level := range []struct {
		extensions types.Extensions
		path       modelPath
	}{
		{s.Extensions, modelPath{"services", s.Name, extension}},
		{b.model.Extensions, modelPath{extension}},
	} {
		if mode, ok := b.probeSetting(level.extensions[extension], level.path); ok {
			return mode
		}
	}
	return state.ProbeEager
}

func (b *desiredBuilder) probeSetting(value any, path modelPath) (state.ProbeMode, bool) {
	if value == nil {
		return "", false
	}
	settings, ok := value.(map[string]any)
	if !ok {
		b.addValue(path, "expected a mapping such as {probe: engine}", "")
		return "", false
	}
	for _, key := range sortedKeys(settings) {
		if key != "probe" {
			b.add(append(path, key), fmt.Sprintf("expected the key probe, found %q", key), didYouMean(key, []string{"probe"}, "remove it"))
		}
	}
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
