package docker

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/engine/docker/internal/buildkit"
	"github.com/stackctl/stack/state"
)

// ownBases are the images that a build has as contexts and that were built for
// the same project, with their configuration: no registry has them, so a build
// that pulls must not ask for them.
func ownBases(ctx context.Context, api *client.Client, spec state.BuildSpec) (map[string][]byte, error) {
	if !spec.Pull && !spec.Config.Pull {
		return nil, nil
	}
	bases := map[string][]byte{}
	for _, reference := range buildkit.ImageContexts(spec.Config.AdditionalContexts) {
		found, err := api.ImageInspect(ctx, reference)
		if absent(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("build.additional_contexts: %s: %w", reference, err)
		}
		project := spec.Labels[state.LabelProject]
		if project == "" || found.Config == nil || found.Config.Labels[state.LabelProject] != project {
			continue
		}
		if bases[reference], err = json.Marshal(ociImage(found)); err != nil {
			return nil, fmt.Errorf("build.additional_contexts: %s: %w", reference, err)
		}
	}
	return bases, nil
}

// ociImage is an image's configuration in the form of the OCI.
func ociImage(found image.InspectResponse) any {
	type rootFS struct {
		Type    string   `json:"type"`
		DiffIDs []string `json:"diff_ids"`
	}
	return struct {
		Architecture string `json:"architecture"`
		Variant      string `json:"variant,omitempty"`
		OS           string `json:"os"`
		Config       any    `json:"config"`
		RootFS       rootFS `json:"rootfs"`
	}{found.Architecture, found.Variant, found.Os, found.Config, rootFS{"layers", found.RootFS.Layers}}
}
