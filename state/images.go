package state

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// ImagesOf are the images that a service's containers are made from: the one
// that they run, and those that they mount. Sorted, each once.
func ImagesOf(service types.ServiceConfig) []string {
	images := []string{service.Image}
	for _, v := range service.Volumes {
		if v.Type == types.VolumeTypeImage {
			images = append(images, v.Source)
		}
	}
	slices.Sort(images)
	return slices.Compact(images)
}

// MountedImages is the value of [LabelStackImages] for a container of that
// configuration, empty for one that mounts no image; id says what the id of an
// image is.
func MountedImages(config types.ServiceConfig, id func(reference string) (string, error)) (string, error) {
	ids := map[string]string{}
	for _, v := range config.Volumes {
		if v.Type != types.VolumeTypeImage {
			continue
		}
		found, err := id(v.Source)
		if err != nil {
			return "", err
		}
		ids[v.Target] = found
	}
	return EncodeInputs(ids), nil
}
