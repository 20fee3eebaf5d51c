package docker

import (
	"testing"

	"github.com/docker/docker/api/types/image"
	"gotest.tools/v3/assert"
)

// An engine's own store has digests of what it pulled or pushed. Containerd's has
// them of all that has a name, and ids that are these digests.
func TestWhetherARegistryHasAnImage(t *testing.T) {
	for name, test := range map[string]struct {
		digests      []string
		local, maybe bool
	}{
		"built":                         {nil, true, false},
		"pulled":                        {[]string{"web@sha256:manifest"}, false, false},
		"in containerd's store":         {[]string{"web@sha256:id"}, false, true},
		"without a name, in that store": {nil, true, false},
	} {
		described := describeImage(image.InspectResponse{ID: "sha256:id", RepoDigests: test.digests})
		assert.Equal(t, described.Local, test.local, name)
		assert.Equal(t, described.MaybeLocal, test.maybe, name)
	}
}
