package buildkit

import (
	"errors"
	"fmt"

	"github.com/docker/docker/api/types/versions"

	"github.com/stackctl/stack/state"
)

// The API versions whose engines have a newer Dockerfile frontend.
const (
	apiContexts = "1.42" // Docker Engine 23: named contexts, heredocs, shm_size, ulimits
	apiLint     = "1.46" // Docker Engine 27: the check of a Dockerfile
)

// capContexts is what a frontend that knows additional_contexts declares.
const capContexts = "moby.buildkit.frontend.contexts"

func (e Engine) before(api string) bool {
	return e.APIVersion != "" && versions.LessThan(e.APIVersion, api)
}

// refuse returns an error for what an engine's BuildKit cannot do at all,
// naming each field.
func (e Engine) refuse(spec state.BuildSpec) error {
	var all []error
	c := spec.Config
	add := func(refused bool, format string, args ...any) {
		if refused {
			all = append(all, fmt.Errorf(format, args...))
		}
	}
	const store = "Docker Engine %s keeps its images in the classic store, which holds %s: turn its containerd image store on (Docker Engine 24 or newer), or use --builder"
	add(len(Platforms(spec)) > 1 && !e.Snapshots, "build.platforms: "+store, e.Version, "one platform an image")
	add(Attests(c.Provenance) && !e.Snapshots, "build.provenance: "+store, e.Version, "no attestations")
	add(Attests(c.SBOM) && !e.Snapshots, "build.sbom: "+store, e.Version, "no attestations")
	add(c.Isolation != "" && c.Isolation != "default", "build.isolation: %s is for an engine on Windows, this one runs on %s", c.Isolation, e.OS)
	return errors.Join(all...)
}
