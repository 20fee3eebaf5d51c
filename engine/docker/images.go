package docker

import (
	"context"
	"fmt"
	"io"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/state"
)

type images struct{ *daemon }

// PullImage pulls an image with the credentials that `docker login` stored.
func (i images) PullImage(ctx context.Context, ref, platform string, progress func(state.Progress)) error {
	return i.transfer(ctx, "pull", ref, progress, func(ctx context.Context, api *client.Client, auth string) (io.ReadCloser, error) {
		return api.ImagePull(ctx, ref, image.PullOptions{Platform: platform, RegistryAuth: auth})
	})
}

// PushImage pushes an image with the credentials that `docker login` stored.
func (i images) PushImage(ctx context.Context, ref string, progress func(state.Progress)) error {
	return i.transfer(ctx, "push", ref, progress, func(ctx context.Context, api *client.Client, auth string) (io.ReadCloser, error) {
		return api.ImagePush(ctx, ref, image.PushOptions{RegistryAuth: auth})
	})
}

// ResolveDigest asks the registry through the engine.
func (i images) ResolveDigest(ctx context.Context, ref string) (string, error) {
	found, err := i.distribution(ctx, ref)
	return found.Descriptor.Digest.String(), err
}

// distribution is what the registry says of an image.
func (i images) distribution(ctx context.Context, ref string) (found registry.DistributionInspect, err error) {
	err = i.ask(ctx, "resolve", ref, nil, func(ctx context.Context, api *client.Client, auth string, _ func(bool)) error {
		found, err = api.DistributionInspect(ctx, ref, auth)
		return err
	})
	return found, err
}

// transfer follows the stream that a pull or push answers with.
func (i images) transfer(ctx context.Context, verb, ref string, progress func(state.Progress),
	open func(ctx context.Context, api *client.Client, auth string) (io.ReadCloser, error),
) error {
	var all layers
	return i.ask(ctx, verb, ref, progress, func(ctx context.Context, api *client.Client, auth string, alive func(bool)) error {
		body, err := open(ctx, api, auth)
		if err != nil {
			return err
		}
		defer body.Close()
		return all.follow(body, progress, alive)
	})
}

// ask has the engine talk to the registry of an image, with the account that
// is known there.
func (i images) ask(ctx context.Context, verb, ref string, progress func(state.Progress),
	try func(ctx context.Context, api *client.Client, auth string, alive func(local bool)) error,
) error {
	api, err := i.reach(ctx)
	if err != nil {
		return err
	}
	who, err := i.accountFor(ref)
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, ref, err)
	}
	t := talk{patience: i.patience, progress: progress}
	err = t.hold(ctx, func(ctx context.Context, alive func(bool)) error { return try(ctx, api, who.header, alive) })
	return who.explain(i.translate(err, "%s %s", verb, ref), err)
}

// RemoveImage removes a reference, and the image when it was its last one.
func (i images) RemoveImage(ctx context.Context, ref string) error {
	api, err := i.reach(ctx)
	if err != nil {
		return err
	}
	_, err = api.ImageRemove(ctx, ref, image.RemoveOptions{PruneChildren: true})
	if absent(err) {
		return nil
	}
	return i.translate(err, "remove image %s", ref)
}
