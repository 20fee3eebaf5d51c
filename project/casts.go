package project

import (
	"bytes"
	"strings"

	interp "github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
)

// possibleCasts leaves out the casts of keys that no file mentions. The loader
// compares every value of a project with every cast, which would be a fifth of
// the time to load a large one.
//
// Files that may bring in others, or hide a key behind an escape, keep all.
func possibleCasts(casts map[tree.Path]interp.Cast, files []types.ConfigFile) map[tree.Path]interp.Cast {
	for _, f := range files {
		for _, opaque := range []string{"include", "extends", `\`} {
			if bytes.Contains(f.Content, []byte(opaque)) {
				return casts
			}
		}
	}
	possible := map[tree.Path]interp.Cast{}
	for path, cast := range casts {
		if mentioned(path, files) {
			possible[path] = cast
		}
	}
	return possible
}

// mentioned is true if every key of a path is in one of the files.
func mentioned(path tree.Path, files []types.ConfigFile) bool {
	for _, key := range path.Parts() {
		if strings.ContainsAny(key, "*[") {
			continue
		}
		found := false
		for _, f := range files {
			found = found || bytes.Contains(f.Content, []byte(key))
		}
		if !found {
			return false
		}
	}
	return true
}
