package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// What Docker Compose calls the parts of a project in a registry.
const (
	artifactType     = "application/vnd.docker.compose.project"
	emptyConfigType  = "application/vnd.docker.compose.config.empty.v1+json" // for registries of OCI 1.0
	composeFileType  = "application/vnd.docker.compose.file+yaml"
	envFileType      = "application/vnd.docker.compose.envfile"
	annotationFile   = "com.docker.compose.file"
	annotationEnv    = "com.docker.compose.envfile"
	annotationBase   = "com.docker.compose.extends"
	annotationMaker  = "com.docker.compose.version"
	composeFileName  = "compose.yaml"
	documentBoundary = "\n---\n"
)

// Limits on what is taken from a registry.
const (
	manifestLimit = 4 << 20
	fileLimit     = 32 << 20
	projectLimit  = 128 << 20
	filesLimit    = 1000
)

// parseManifest checks that a manifest is that of a compose artifact.
func parseManifest(content []byte) (v1.Manifest, error) {
	var manifest v1.Manifest
	if err := json.Unmarshal(content, &manifest); err != nil {
		return manifest, fmt.Errorf("manifest: %w", err)
	}
	if !isProject(manifest) {
		return manifest, fmt.Errorf("%w, but %s", errOtherKind, kindOf(manifest))
	}
	if len(manifest.Layers) > filesLimit {
		return manifest, fmt.Errorf("it has %d files: no more than %d are expected", len(manifest.Layers), filesLimit)
	}
	return manifest, nil
}

// errOtherKind is an artifact of another kind, such as an image.
var errOtherKind = errors.New("it is not a compose project")

func isProject(manifest v1.Manifest) bool {
	if manifest.ArtifactType == "" {
		return manifest.Config.MediaType == emptyConfigType
	}
	return manifest.ArtifactType == artifactType
}

func kindOf(manifest v1.Manifest) string {
	switch kind := manifest.ArtifactType; {
	case kind != "":
		return kind
	case manifest.Config.MediaType == v1.MediaTypeImageConfig, manifest.Config.MediaType == "application/vnd.docker.container.image.v1+json":
		return "an image: name it as the image of a service"
	}
	return manifest.Config.MediaType
}

// projectIn finds the compose project in an index, which has the images beside
// it.
func projectIn(content []byte) (v1.Descriptor, error) {
	var index v1.Index
	if err := json.Unmarshal(content, &index); err != nil {
		return v1.Descriptor{}, fmt.Errorf("index: %w", err)
	}
	i := slices.IndexFunc(index.Manifests, func(d v1.Descriptor) bool { return d.ArtifactType == artifactType })
	if i < 0 {
		return v1.Descriptor{}, fmt.Errorf("%w, but an index without one, as of an image for several platforms", errOtherKind)
	}
	return index.Manifests[i], nil
}

// unpacked is the folder that the files of a project are written to.
// Compose files that are merged are one file of several documents.
type unpacked struct{ dir string }

func (u unpacked) write(layer v1.Descriptor, content []byte) error {
	switch layer.MediaType {
	case composeFileType:
		name := composeFileName
		if _, is := layer.Annotations[annotationBase]; is {
			name = layer.Annotations[annotationFile]
		}
		if u.has(name) { // a further document of it
			content = append([]byte(documentBoundary), content...)
		}
		return u.add(name, content)
	case envFileType:
		name := layer.Annotations[annotationEnv]
		if u.has(name) {
			return fmt.Errorf("it has two files %q", name)
		}
		return u.add(name, content)
	}
	return nil // of a later version
}

func (u unpacked) has(name string) bool { return plainName(name) && isFile(filepath.Join(u.dir, name)) }

// add adds a content to a file beside the others.
func (u unpacked) add(name string, content []byte) error {
	if !plainName(name) {
		return fmt.Errorf("it has a file %q: a plain name is expected", name)
	}
	path := filepath.Join(u.dir, name)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// plainName is true for the name of a file in the same folder, on every system.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && filepath.IsLocal(name) &&
		!slices.ContainsFunc([]rune(name), func(r rune) bool { return r == '/' || r == '\\' || r == ':' || r < ' ' })
}
