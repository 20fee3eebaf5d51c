package project

import (
	"fmt"
	"slices"
	"strings"
)

// extension is the key of our own settings, in a service or at the top.
const extension = "x-stack"

// serviceSettings are the settings of the x-stack of a service, by their keys.
func (b *desiredBuilder) serviceSettings(service string, extensions map[string]any) map[string]any {
	return b.settings(extensions[extension], modelPath{"services", service, extension}, "job", "probe")
}

// projectSettings are those of the x-stack at the top, which hold for every
// service that does not say otherwise.
func (b *desiredBuilder) projectSettings() map[string]any {
	return b.settings(b.model.Extensions[extension], modelPath{extension}, "engine", "probe")
}

// settings reports what has no place in an x-stack.
func (b *desiredBuilder) settings(value any, path modelPath, known ...string) map[string]any {
	if value == nil {
		return nil
	}
	settings, ok := value.(map[string]any)
	if !ok {
		b.addValue(path, "expected a mapping such as {probe: engine}", "")
		return nil
	}
	for _, key := range sortedKeys(settings) {
		if !slices.Contains(known, key) {
			b.add(append(path, key), fmt.Sprintf("expected the key %s, found %q", strings.Join(known, " or "), key), didYouMean(key, known, "remove it"))
		}
	}
	return settings
}
