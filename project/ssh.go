package project

import (
	"cmp"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// listSSH writes the keys of builds as a file lists them: ID or ID=PATH, all in
// the id, in order. compose-go has them in no order, and marshals a key with a
// path to what is no JSON, and in YAML is a key of another name.
func listSSH(model *types.Project) {
	for _, s := range model.Services {
		listKeys(s.Build)
	}
	for _, j := range model.Jobs {
		listKeys(j.Build)
	}
}

func listKeys(build *types.BuildConfig) {
	if build == nil {
		return
	}
	for i, key := range build.SSH {
		if key.Path != "" {
			build.SSH[i] = types.SSHKey{ID: key.ID + "=" + key.Path}
		}
	}
	slices.SortFunc(build.SSH, func(a, b types.SSHKey) int { return cmp.Compare(a.ID, b.ID) })
}
