package swarm

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/stackctl/stack/state"
)

// pin puts the digest that the registry has for the image into its name, and
// the platforms that it is for into the placement, as `docker stack deploy`
// does. One that the registry does not tell is left as it is.
func (s services) pin(ctx context.Context, wanted state.ServiceSpec, task *swarm.TaskSpec, progress func(state.Progress)) error {
	held := task.ContainerSpec.Image
	asked := cmp.Or(wanted.Tag, held)
	name, err := reference.ParseNormalizedNamed(asked)
	if err != nil {
		return fmt.Errorf("%q is no name of an image: %w", asked, err)
	}
	name = reference.TagNameOnly(name)
	found, err := s.Distribution(ctx, reference.FamiliarString(name))
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return ctx.Err()
	case strings.Contains(held, "@"):
		warn(progress, fmt.Sprintf("%v: it stays at what %s named before", err, asked))
		return nil
	default:
		warn(progress, fmt.Sprintf("%v: each node pulls whatever %s names then, or runs what it has", err, held))
		return nil
	}
	if _, pinned := name.(reference.Canonical); !pinned {
		exact, err := reference.WithDigest(name, found.Descriptor.Digest)
		if err != nil {
			return fmt.Errorf("image %s: its registry says that its digest is %q: %w", asked, found.Descriptor.Digest, err)
		}
		if reference.FamiliarString(exact) == held {
			return nil // with the platforms that it has
		}
		task.ContainerSpec.Image = reference.FamiliarString(exact)
	}
	if !wanted.Platform {
		task.Placement = placedOn(task.Placement, found.Platforms)
	}
	return nil
}

// note puts the id of the image that this machine has on a service's tasks. One
// that is not here has none.
func (s services) note(ctx context.Context, api *client.Client, container *swarm.ContainerSpec) error {
	image, err := api.ImageInspect(ctx, container.Image)
	if errdefs.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return s.Translate(err, "inspect image %s", container.Image)
	}
	container.Labels = maps.Clone(container.Labels)
	if container.Labels == nil {
		container.Labels = map[string]string{}
	}
	container.Labels[state.LabelImage] = image.ID
	return nil
}

// runsTheSame is true for specifications whose tasks run the same image.
func runsTheSame(a, b swarm.ServiceSpec) bool {
	x, y := a.TaskTemplate.ContainerSpec, b.TaskTemplate.ContainerSpec
	return x != nil && y != nil && x.Image == y.Image && x.Labels[state.LabelImage] == y.Labels[state.LabelImage]
}

// placedOn is a placement on nodes of some platforms; on any, where none are
// known.
func placedOn(before *swarm.Placement, platforms []v1.Platform) *swarm.Placement {
	if len(platforms) == 0 {
		return before
	}
	placement := swarm.Placement{}
	if before != nil {
		placement = *before
	}
	placement.Platforms = nil
	for _, p := range platforms {
		if strings.EqualFold(p.Architecture, "arm") {
			p.Architecture = "" // nodes call it armv7l (moby/swarmkit#2294)
		}
		placement.Platforms = append(placement.Platforms, swarm.Platform{Architecture: p.Architecture, OS: p.OS})
	}
	return &placement
}
