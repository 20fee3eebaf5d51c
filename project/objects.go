package project

import (
	"fmt"
	"slices"
	"strings"
)

// objects reports settings of top-level objects that exclude each other. That
// none is set is only an error if no other file can set one.
func (in *inspection) objects(top map[string]any) {
	alone := len(in.sources.docs) == 1
	in.contents(top, "configs", alone, "file", "environment", "content")
	in.contents(top, "secrets", alone, "file", "environment")
	for _, name := range sortedKeys(mapping(top, "volumes")) {
		in.external(modelPath{"volumes", name}, mapping(mapping(top, "volumes"), name))
	}
}

func (in *inspection) contents(top map[string]any, kind string, alone bool, sources ...string) {
	for _, name := range sortedKeys(mapping(top, kind)) {
		object := mapping(mapping(top, kind), name)
		var set []string
		for _, key := range sources {
			if object[key] != nil {
				set = append(set, key)
			}
		}
		at := modelPath{kind, name}
		switch {
		case len(set) > 1:
			in.add(descend(in.doc, at).entry.key, at,
				fmt.Sprintf("expected one of %s, found %s", strings.Join(sources, ", "), strings.Join(set, " and ")), "remove all but one")
		case len(set) == 0 && alone && object["driver"] == nil && object["external"] == nil:
			in.add(descend(in.doc, at).entry.key, at,
				fmt.Sprintf("expected one of %s, found none", strings.Join(sources, ", ")), "set one of them, or external: true")
		}
	}
}

// external reports what is set beside external: true.
func (in *inspection) external(at modelPath, object map[string]any) {
	if external, _ := object["external"].(bool); !external {
		return
	}
	for _, key := range sortedKeys(object) {
		if !slices.Contains([]string{"name", "external"}, key) && !strings.HasPrefix(key, "x-") {
			path := append(slices.Clip(at), key)
			in.add(descend(in.doc, path).entry.key, path, fmt.Sprintf("conflicting parameters \"external\" and %q specified", key), "remove one of them")
		}
	}
}
