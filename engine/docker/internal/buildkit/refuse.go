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

// useSnapshots is what to do about the limits of the classic image store.
const useSnapshots = "use the containerd image store (Docker Engine 24 or newer), or a builder of buildx (--builder)"

func (e Engine) before(api string) bool {
	return e.APIVersion != "" && versions.LessThan(e.APIVersion, api)
}

// refuse returns an error for what an engine's BuildKit cannot do at all,
// naming each field.
func (e Engine) refuse(spec state.BuildSpec) error {
	var all []error
	c := spec.Config
	add := func(refused bool, text string) {
		if refused {
			all = append(all, errors.New(text))
		}
	}
	classic := func(field, limit string) string {
		return fmt.Sprintf("build.%s: Docker Engine %s keeps its images in the classic store, which %s: %s", field, e.Version, limit, useSnapshots)
	}
	add(len(Platforms(spec)) > 1 && !e.Snapshots, "Multi-platform build is not supported for the docker driver. "+classic("platforms", "holds one platform an image"))
	add(Attests(c.Provenance) && !e.Snapshots, classic("provenance", "holds no attestations"))
	add(Attests(c.SBOM) && !e.Snapshots, classic("sbom", "holds no attestations"))
	for _, text := range c.CacheTo {
		to, err := cacheEntry(text)
		add(err == nil && to.Type != "inline" && !e.Snapshots, classic("cache_to", "exports type=inline alone, not type="+to.Type))
	}
	add(c.Isolation != "" && c.Isolation != "default", fmt.Sprintf("build.isolation: %s is for an engine on Windows, this one runs on %s", c.Isolation, e.OS))
	return errors.Join(all...)
}
