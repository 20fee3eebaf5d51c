package buildkit

import (
	"encoding/json"
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
)

// imageContext is how a context that is an image begins.
const imageContext = "docker-image://"

// ImageContexts are the references of a build's contexts that are images.
func ImageContexts(contexts map[string]string) []string {
	var references []string
	for _, value := range contexts {
		if reference, is := strings.CutPrefix(value, imageContext); is {
			references = append(references, reference)
		}
	}
	return references
}

// keepBases takes the contexts that are in request.Bases from the engine's
// store: with pull, the frontend would ask a registry for them.
func keepBases(solve *client.SolveOpt, bases map[string][]byte) error {
	for key, value := range solve.FrontendAttrs {
		name, is := strings.CutPrefix(key, "context:")
		reference, isImage := strings.CutPrefix(value, imageContext)
		config, known := bases[reference]
		if !is || !isImage || !known {
			continue
		}
		metadata, err := json.Marshal(map[string][]byte{"containerimage.config": config})
		if err != nil {
			return err
		}
		if solve.FrontendInputs == nil {
			solve.FrontendInputs = map[string]llb.State{}
		}
		solve.FrontendInputs[name] = llb.Image(reference, llb.ResolveModePreferLocal)
		solve.FrontendAttrs["input-metadata:"+name] = string(metadata)
		solve.FrontendAttrs[key] = "input:" + name
	}
	return nil
}
