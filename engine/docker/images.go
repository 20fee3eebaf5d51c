package docker

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config/credentials"
	clitypes "github.com/docker/cli/cli/config/types"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/registry"

	"github.com/stackctl/stack/state"
)

// hubKey is how the docker CLI's configuration file names Docker Hub.
const hubKey = "https://index.docker.io/v1/"

type images struct{ *daemon }

// PullImage pulls an image with the credentials that `docker login` stored.
func (i images) PullImage(ctx context.Context, ref, platform string, progress func(state.Progress)) error {
	api, err := i.reach(ctx)
	if err != nil {
		return err
	}
	auth, err := i.authFor(ref)
	if err != nil {
		return fmt.Errorf("pull %s: %w", ref, err)
	}
	body, err := api.ImagePull(ctx, ref, image.PullOptions{Platform: platform, RegistryAuth: auth})
	if err != nil {
		return explainPull(i.translate(err, "pull %s", ref), err)
	}
	defer body.Close()
	err = followPull(body, progress)
	return explainPull(i.translate(err, "pull %s", ref), err)
}

// PushImage pushes an image with the credentials that `docker login` stored.
func (i images) PushImage(ctx context.Context, ref string, progress func(state.Progress)) error {
	api, err := i.reach(ctx)
	if err != nil {
		return err
	}
	auth, err := i.authFor(ref)
	if err != nil {
		return fmt.Errorf("push %s: %w", ref, err)
	}
	body, err := api.ImagePush(ctx, ref, image.PushOptions{RegistryAuth: auth})
	if err != nil {
		return explainPull(i.translate(err, "push %s", ref), err)
	}
	defer body.Close()
	err = followPull(body, progress)
	return explainPull(i.translate(err, "push %s", ref), err)
}

// ResolveDigest asks the registry through the engine.
func (i images) ResolveDigest(ctx context.Context, ref string) (string, error) {
	api, err := i.reach(ctx)
	if err != nil {
		return "", err
	}
	auth, err := i.authFor(ref)
	if err != nil {
		return "", fmt.Errorf("resolve %s: %w", ref, err)
	}
	found, err := api.DistributionInspect(ctx, ref, auth)
	if err != nil {
		return "", explainPull(i.translate(err, "resolve %s", ref), err)
	}
	return found.Descriptor.Digest.String(), nil
}

func followPull(body io.Reader, progress func(state.Progress)) error {
	var all layers
	return readStream(body, func(m message) error {
		if p, changed := all.update(m); changed && progress != nil {
			progress(p)
		}
		return nil
	})
}

// explainPull says what to do about an image that cannot be pulled.
func explainPull(failed, err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "pull access denied"), strings.Contains(text, "unauthorized"), strings.Contains(text, "no basic auth"):
		return hint(failed, "check the image's name; if it is private, `docker login` to its registry")
	case unreachable(text):
		return hint(failed, "the engine cannot reach the registry: check the image's name, and the engine's network, DNS and proxy")
	case strings.Contains(text, "manifest unknown"), strings.Contains(text, "not found"):
		return hint(failed, "check the image's name and tag")
	default:
		return failed
	}
}

// unreachable is true for the errors of an engine without a way to a registry.
func unreachable(text string) bool {
	for _, cause := range []string{"no such host", "server misbehaving", "network is unreachable", "connection refused", "i/o timeout"} {
		if strings.Contains(text, cause) {
			return true
		}
	}
	return false
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

// authFor is the header for the registry of an image, empty without
// credentials.
func (i images) authFor(ref string) (string, error) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", err
	}
	key := reference.Domain(named)
	if key == "docker.io" {
		key = hubKey
	}
	i.detectStore()
	stored, err := i.config.GetAuthConfig(key)
	if err != nil {
		return "", fmt.Errorf("credentials for %s: %w", key, err)
	}
	auth := authConfig(stored)
	if auth == (registry.AuthConfig{}) || auth == (registry.AuthConfig{ServerAddress: key}) {
		return "", nil
	}
	return registry.EncodeAuthConfig(auth)
}

// allAuth is the credentials of every registry, for builds.
func (i images) allAuth() (map[string]registry.AuthConfig, error) {
	i.detectStore()
	stored, err := i.config.GetAllCredentials()
	if err != nil {
		return nil, fmt.Errorf("credentials: %w", err)
	}
	all := make(map[string]registry.AuthConfig, len(stored))
	for key, auth := range stored {
		all[key] = authConfig(auth)
	}
	return all, nil
}

// detectStore sets the platform's credential store where none was chosen, as
// the docker CLI does. It searches the PATH, so not before it is needed.
func (i images) detectStore() {
	i.storeOnce.Do(func() {
		if !i.config.ContainsAuth() {
			i.config.CredentialsStore = credentials.DetectDefaultStore(i.config.CredentialsStore)
		}
	})
}

// authConfig is the engine's form of stored credentials.
func authConfig(stored clitypes.AuthConfig) registry.AuthConfig {
	return registry.AuthConfig{
		Username: stored.Username, Password: stored.Password, Auth: stored.Auth,
		ServerAddress: stored.ServerAddress, IdentityToken: stored.IdentityToken, RegistryToken: stored.RegistryToken,
	}
}
