package remote

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/distribution/reference"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

const schemeOCI = "oci://"

// artifacts are compose projects in registries: oci://REPOSITORY[:TAG|@DIGEST].
type artifacts struct{ options Options }

func (a *artifacts) Accepts(address string) bool { return strings.HasPrefix(address, schemeOCI) }

func (a *artifacts) Fetch(ctx context.Context, address string) (string, error) {
	if err := a.options.enabled(variableOCI); err != nil {
		return "", err
	}
	name, err := ParseArtifact(address)
	if err != nil {
		return "", err
	}
	r, err := a.options.registry()
	if err != nil {
		return "", err
	}
	defer r.close()
	ctx = quietly(ctx)
	what := v1.Descriptor{Digest: pinned(name)}
	if what.Digest == "" {
		if a.options.Offline {
			return "", errors.New("which version the tag stands for can only be asked for")
		}
		if _, what, err = r.resolver.Resolve(ctx, name.String()); err != nil {
			return "", r.explain(name, err)
		}
	}
	dir, err := a.options.cached(address, "oci", what.Digest.Encoded(), func(dir string) error {
		return r.explain(name, r.unpack(ctx, name, what, dir))
	})
	return filepath.Join(dir, composeFileName), err
}

// ParseArtifact reads oci://REPOSITORY[:TAG|@DIGEST], or the same without the
// scheme. The tag is latest, unless it says another one.
func ParseArtifact(address string) (reference.Named, error) {
	text := strings.TrimPrefix(address, schemeOCI)
	if strings.Contains(text, "://") {
		return nil, fmt.Errorf("expected oci://REGISTRY/REPOSITORY:TAG, found %q", address)
	}
	name, err := reference.ParseDockerRef(text)
	if err != nil {
		return nil, fmt.Errorf("expected oci://REGISTRY/REPOSITORY:TAG, found %q: %w", address, err)
	}
	return name, nil
}

// unpack writes the files of a project into a folder.
func (r *registry) unpack(ctx context.Context, name reference.Named, what v1.Descriptor, dir string) error {
	if what.MediaType == "" { // a digest was given, and nothing is known of it
		_, resolved, err := r.resolver.Resolve(ctx, name.String())
		if err != nil {
			return err
		}
		what = resolved
	}
	content, err := r.read(ctx, name, what, manifestLimit)
	if err != nil {
		return err
	}
	if images.IsIndexType(what.MediaType) {
		if what, err = projectIn(content); err != nil {
			return err
		}
		if content, err = r.read(ctx, name, what, manifestLimit); err != nil {
			return err
		}
	}
	manifest, err := parseManifest(content)
	if err != nil {
		return err
	}
	return r.unpackFiles(ctx, name, manifest, dir)
}

func (r *registry) unpackFiles(ctx context.Context, name reference.Named, manifest v1.Manifest, dir string) error {
	left := int64(projectLimit)
	for _, layer := range manifest.Layers {
		content, err := r.read(ctx, name, layer, min(fileLimit, left))
		if err != nil {
			return err
		}
		left -= int64(len(content))
		if err := (unpacked{dir}).write(layer, content); err != nil {
			return err
		}
	}
	if !isFile(filepath.Join(dir, composeFileName)) {
		return errors.New("it has no compose file")
	}
	return nil
}
