package state

import (
	"cmp"
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

// Image is the image that a service's containers run.
func (s Service) Image() string { return cmp.Or(s.ImageID, s.Config.Image) }

// Images are the images that a service's containers are made from, as
// [ImagesOf] has them.
func (s Service) Images() []string {
	s.Config.Image = s.Image()
	return ImagesOf(s.Config)
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

// ImagesOf are the images that a scope asks for on behalf of containers, by id
// or reference. Sorted, each once.
func (s Scope) ImagesOf(containers []Container) []string {
	var images []string
	for _, c := range containers {
		if s.ContainerImages {
			images = append(images, c.ImageID)
		}
		if s.References {
			images = append(images, c.Image)
			for _, m := range c.MountedImages() {
				images = append(images, m.Reference)
			}
		}
	}
	slices.Sort(images)
	return slices.DeleteFunc(slices.Compact(images), func(image string) bool { return image == "" })
}

// MountedImage is an image that a container mounts.
type MountedImage struct {
	Target    string
	Reference string
	ID        string
}

// MountedImages are the images that a container mounts, by what its labels say:
// none of a container of Docker Compose's.
func (c Container) MountedImages() []MountedImage {
	ids, err := DecodeInputs(c.Labels[LabelStackImages])
	if err != nil || len(ids) == 0 {
		return nil
	}
	config, err := DecodeConfig(c.Labels[LabelStackConfig])
	if err != nil {
		return nil
	}
	var mounted []MountedImage
	for _, v := range config.Volumes {
		if id := ids[v.Target]; v.Type == types.VolumeTypeImage && id != "" {
			mounted = append(mounted, MountedImage{Target: v.Target, Reference: v.Source, ID: id})
		}
	}
	return mounted
}
