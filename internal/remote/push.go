package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"

	"github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/core/remotes"
	remoteerrors "github.com/containerd/containerd/v2/core/remotes/errors"
	"github.com/containerd/containerd/v2/pkg/labels"
	"github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/moby/buildkit/util/contentutil"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// Kind is what a file of a published project is.
type Kind int

const (
	// Compose files are merged, in their order.
	Compose Kind = iota
	// Base is a compose file that services of others extend.
	Base
	// Env is a file that is read by its name: an env_file or a label_file.
	Env
)

// File is one file of a published project.
type File struct {
	Kind    Kind
	Name    string // the folder is left out
	Content []byte
}

// Publication is what is published, and where.
type Publication struct {
	Repository string // REGISTRY/REPOSITORY[:TAG]
	Files      []File
	// Images are copied beside the project.
	Images []string
	// OCIVersion is 1.0 or 1.1; empty is the latter, and the former where the
	// registry takes no other.
	OCIVersion string
	// Maker is the version of Docker Compose that the files are written for.
	Maker string
}

// Versions of OCI's image specification.
const (
	oci10 = "1.0"
	oci11 = "1.1"
)

// Check finds out what is wrong with a publication without asking anybody.
func (p Publication) Check() error {
	if _, err := p.name(); err != nil {
		return err
	}
	if v := p.OCIVersion; v != "" && v != oci10 && v != oci11 {
		return fmt.Errorf("--oci-version: expected %s or %s, found %q", oci10, oci11, v)
	}
	return nil
}

func (p Publication) name() (reference.Named, error) {
	name, err := ParseArtifact(p.Repository)
	if err == nil && pinned(name) != "" {
		return nil, fmt.Errorf("expected REGISTRY/REPOSITORY:TAG, found the digest of what is there already: %q", p.Repository)
	}
	return name, err
}

// Publish sends a project to its registry, and returns its digest. The same
// project has the same digest.
func Publish(ctx context.Context, o Options, p Publication) (digest.Digest, error) {
	name, err := p.name()
	if err != nil {
		return "", err
	}
	r, err := o.registry()
	if err != nil {
		return "", err
	}
	defer r.close()
	ctx = quietly(ctx)
	found, err := r.publish(ctx, name, p)
	return found, r.explain(name, err)
}

func (r *registry) publish(ctx context.Context, name reference.Named, p Publication) (digest.Digest, error) {
	pusher, err := r.resolver.Pusher(ctx, name.String())
	if err != nil {
		return "", err
	}
	layers := p.layers()
	for _, layer := range layers {
		if err := push(ctx, pusher, layer); err != nil {
			return "", err
		}
	}
	project, err := pushProject(ctx, pusher, layers, p.OCIVersion)
	if err != nil || len(p.Images) == 0 {
		return project.Digest, err
	}
	return project.Digest, r.publishImages(ctx, name, project, p)
}

// layers are the files as parts of a manifest, with their contents.
func (p Publication) layers() []v1.Descriptor {
	var all []v1.Descriptor
	for _, file := range p.Files {
		kind, annotations := composeFileType, map[string]string{annotationMaker: p.Maker}
		name := filepath.Base(file.Name)
		switch file.Kind {
		case Compose:
			annotations[annotationFile] = name
		case Base:
			annotations[annotationFile], annotations[annotationBase] = name, "true"
		case Env:
			kind = envFileType
			annotations[annotationEnv] = name
		}
		layer := describe(kind, file.Content)
		layer.Annotations = annotations
		all = append(all, layer)
	}
	return all
}

func describe(kind string, content []byte) v1.Descriptor {
	return v1.Descriptor{MediaType: kind, Digest: digest.FromBytes(content), Size: int64(len(content)), Data: content}
}

// bare is a descriptor that refers to its content only.
func bare(of v1.Descriptor) v1.Descriptor {
	of.Data = nil
	return of
}

// pushProject sends the manifest. A registry that refuses one of OCI 1.1 gets
// one of OCI 1.0, unless a version was asked for.
func pushProject(ctx context.Context, pusher remotes.Pusher, layers []v1.Descriptor, version string) (v1.Descriptor, error) {
	if version == oci10 {
		return pushManifest(ctx, pusher, layers, "", describe(emptyConfigType, []byte("{}")))
	}
	config := v1.DescriptorEmptyJSON
	config.Data = []byte("{}")
	project, err := pushManifest(ctx, pusher, layers, artifactType, config)
	var status remoteerrors.ErrUnexpectedStatus
	if version == "" && errors.As(err, &status) && unknown(status.StatusCode) {
		return pushProject(ctx, pusher, layers, oci10)
	}
	return project, err
}

// unknown is true for a status that tells of a request that is not understood.
func unknown(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired, http.StatusTooManyRequests:
		return false
	}
	return status >= 400 && status < 500
}

func pushManifest(ctx context.Context, pusher remotes.Pusher, layers []v1.Descriptor, kind string, config v1.Descriptor) (v1.Descriptor, error) {
	if err := push(ctx, pusher, config); err != nil {
		return v1.Descriptor{}, err
	}
	manifest := v1.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageManifest,
		ArtifactType: kind, Config: bare(config),
	}
	for _, layer := range layers {
		manifest.Layers = append(manifest.Layers, bare(layer))
	}
	content, err := json.Marshal(manifest)
	if err != nil {
		return v1.Descriptor{}, err
	}
	project := describe(v1.MediaTypeImageManifest, content)
	project.ArtifactType = kind
	return project, push(ctx, pusher, project)
}

// push sends a content, unless it is there.
func push(ctx context.Context, pusher remotes.Pusher, what v1.Descriptor) error {
	for kind, prefix := range map[string]string{composeFileType: "artifact", envFileType: "artifact", emptyConfigType: "config", v1.MediaTypeEmptyJSON: "config"} {
		ctx = remotes.WithMediaTypeKeyPrefix(ctx, kind, prefix)
	}
	writer, err := pusher.Push(ctx, what)
	if errdefs.IsAlreadyExists(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = writer.Close() }() // Commit tells what went wrong
	if _, err := writer.Write(what.Data); err != nil {
		return err
	}
	if err := writer.Commit(ctx, what.Size, what.Digest); err != nil && !errdefs.IsAlreadyExists(err) {
		return err
	}
	return nil
}

// publishImages copies images into the project's repository, and pushes an
// index of them that refers to it.
func (r *registry) publishImages(ctx context.Context, name reference.Named, project v1.Descriptor, p Publication) error {
	index := v1.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageIndex,
		Annotations: map[string]string{annotationMaker: p.Maker},
	}
	subject := bare(project)
	index.Subject = &subject
	for _, image := range p.Images {
		copied, err := r.copyImage(ctx, image, name)
		if err != nil {
			return fmt.Errorf("copy %s: %w", image, err)
		}
		index.Manifests = append(index.Manifests, copied)
	}
	content, err := json.Marshal(index)
	if err != nil {
		return err
	}
	pusher, err := r.resolver.Pusher(ctx, reference.TrimNamed(name).String())
	if err != nil {
		return err
	}
	return push(ctx, pusher, describe(v1.MediaTypeImageIndex, content))
}

func (r *registry) copyImage(ctx context.Context, image string, to reference.Named) (v1.Descriptor, error) {
	from, err := reference.ParseDockerRef(image)
	if err != nil {
		return v1.Descriptor{}, err
	}
	source, what, err := r.resolver.Resolve(ctx, from.String())
	if err != nil {
		return v1.Descriptor{}, r.explain(from, err)
	}
	if !images.IsManifestType(what.MediaType) && !images.IsIndexType(what.MediaType) {
		return v1.Descriptor{}, fmt.Errorf("expected an image, found %s", what.MediaType)
	}
	fetcher, err := r.resolver.Fetcher(ctx, source)
	if err != nil {
		return v1.Descriptor{}, err
	}
	pusher, err := r.resolver.Pusher(ctx, reference.TrimNamed(to).String())
	if err != nil {
		return v1.Descriptor{}, err
	}
	what.Annotations = nil
	mounted := what // what the registry has already is not sent again
	mounted.Annotations = map[string]string{labels.LabelDistributionSource + "." + reference.Domain(from): reference.Path(from)}
	return what, contentutil.CopyChain(ctx, contentutil.FromPusher(pusher), contentutil.FromFetcher(fetcher), mounted)
}
