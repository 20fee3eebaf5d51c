package project

import (
	"github.com/compose-spec/compose-go/v2/types"
	imageref "github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
)

// ResolveImages adds to the images of the active services the digests that
// resolve returns for them. An image is asked about once, and not at all if it
// has a digest; several are asked about at once.
func (p *Project) ResolveImages(resolve func(image string) (string, error)) error {
	model := p.Model
	if p.raw != nil {
		model = p.rawImages()
	}
	resolved, err := model.WithImagesResolved(func(named imageref.Named) (digest.Digest, error) {
		found, err := resolve(named.String())
		return digest.Digest(found), err
	})
	if err != nil {
		return err
	}
	if p.raw == nil {
		p.Model = resolved
		return nil
	}
	for name, s := range resolved.Services {
		mapping(mapping(p.raw, "services"), name)["image"] = s.Image
	}
	return nil
}

// rawImages is a model that has the images of files whose variables are left
// alone, and nothing more.
func (p *Project) rawImages() *types.Project {
	model := &types.Project{Services: types.Services{}}
	services := mapping(p.raw, "services")
	for name := range services {
		if image, is := mapping(services, name)["image"].(string); is {
			model.Services[name] = types.ServiceConfig{Name: name, ContainerSpec: types.ContainerSpec{Image: image}}
		}
	}
	return model
}
