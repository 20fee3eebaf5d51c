package project

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// reference is a service's use of a config or secret.
type reference struct {
	kind    string // config or secret
	use     types.FileReferenceConfig
	object  types.FileObjectConfig
	defined bool
}

func (r reference) name() string { return r.kind + "/" + r.use.Source }

// target is where the container finds it.
func (r reference) target() string {
	base := "/"
	if r.kind == "secret" {
		base = "/run/secrets"
	}
	switch {
	case r.use.Target == "":
		return path.Join(base, r.use.Source)
	case path.IsAbs(r.use.Target) || filepath.VolumeName(r.use.Target) != "":
		return r.use.Target
	}
	return path.Join(base, r.use.Target)
}

// fileReferences are the configs and secrets that a service uses, in order.
func (p *Project) fileReferences(s types.ServiceConfig) []reference {
	var all []reference
	for _, c := range s.Configs {
		object, ok := p.Model.Configs[c.Source]
		all = append(all, reference{"config", types.FileReferenceConfig(c), types.FileObjectConfig(object), ok})
	}
	for _, c := range s.Secrets {
		object, ok := p.Model.Secrets[c.Source]
		all = append(all, reference{"secret", types.FileReferenceConfig(c), types.FileObjectConfig(object), ok})
	}
	return all
}

// inputs turns a service's configs and secrets into read-only mounts (those
// from a file) and files to write (those with inline content or from the
// environment), and takes their digests.
//
// A file that the engine can mount but this user cannot read has no digest.
func (b *desiredBuilder) inputs(s *types.ServiceConfig, service *state.Service) {
	references := b.project.fileReferences(*s)
	if len(references) == 0 {
		return
	}
	s.Volumes = slices.Clone(s.Volumes)
	service.Inputs = map[string]string{}
	for _, r := range references {
		if message, hint := r.unsupported(); message != "" {
			b.add(modelPath{r.kind + "s", r.use.Source}, message, hint)
			continue
		}
		if r.object.File != "" {
			b.mountFile(r, s, service)
			continue
		}
		b.writeFile(r, s, service)
	}
}

// unsupported says why an engine without a store for configs and secrets
// cannot hold one.
func (r reference) unsupported() (message, hint string) {
	const use = "use file, environment or content"
	switch {
	case !r.defined:
		return fmt.Sprintf("%s %q is not defined", r.kind, r.use.Source), "define it under " + r.kind + "s"
	case bool(r.object.External):
		return fmt.Sprintf("unsupported external %s %s: only Swarm holds %ss of its own", r.kind, r.object.Name, r.kind), use
	case r.object.Driver != "":
		return fmt.Sprintf("unsupported driver %q: only Swarm has drivers for %ss", r.object.Driver, r.kind), use
	case r.object.TemplateDriver != "":
		return fmt.Sprintf("unsupported template_driver %q: only Swarm has templates for %ss", r.object.TemplateDriver, r.kind), use
	}
	return "", ""
}

func (b *desiredBuilder) mountFile(r reference, s *types.ServiceConfig, service *state.Service) {
	digest, err := fileDigest(r.object.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		missing := b.sources().errorAtValue(modelPath{r.kind + "s", r.use.Source, "file"},
			fmt.Sprintf("%s file %s not found", r.kind, r.object.File), "create it or correct the path")
		if !b.options.AllowMissingFiles {
			b.errs = append(b.errs, missing)
			return
		}
		b.project.warn(missing.Error())
	case err == nil:
		service.Inputs[r.name()] = digest
	}
	s.Volumes = append(s.Volumes, types.ServiceVolumeConfig{
		Type: types.VolumeTypeBind, Source: r.object.File, Target: r.target(), ReadOnly: true,
		Bind: &types.ServiceVolumeBind{},
	})
}

func (b *desiredBuilder) writeFile(r reference, s *types.ServiceConfig, service *state.Service) {
	content := r.object.Content
	if variable := r.object.Environment; variable != "" && content == "" {
		value, ok := b.model.Environment[variable]
		if !ok {
			b.addValue(modelPath{r.kind + "s", r.use.Source, "environment"},
				fmt.Sprintf("environment variable %q required by %s %q is not set", variable, r.kind, r.use.Source),
				"set it in the environment, in .env or with --env-file")
			return
		}
		content = value
	}
	at := modelPath{"services", s.Name, r.kind + "s", r.use.Source}
	if s.ReadOnly {
		b.add(at, fmt.Sprintf("cannot create %s %q in read-only service %s", r.kind, r.use.Source, s.Name),
			"`file` is the sole supported option for it, or remove read_only")
		return
	}
	file := state.File{Name: r.name(), Target: r.target(), Mode: 0o444, Digest: digestOf([]byte(content)), Content: state.Content(content)}
	if r.use.Mode != nil {
		file.Mode = uint32(*r.use.Mode)
	}
	file.UID = b.id(append(at, "uid"), r.use.UID)
	file.GID = b.id(append(at, "gid"), r.use.GID)
	service.Files = append(service.Files, file)
	service.Inputs[r.name()] = file.Digest
}

// id is a user or group id, 0 if there is none.
func (b *desiredBuilder) id(path modelPath, text string) int {
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.addValue(path, fmt.Sprintf("expected a number, found %q", text), "names of users and groups are not known here")
	}
	return n
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// fileDigest is the digest of a file, or of a folder's files and their names.
func fileDigest(name string) (string, error) {
	h := sha256.New()
	s, err := os.Stat(name)
	if err != nil {
		return "", err
	}
	if !s.IsDir() {
		err = copyFile(h, name)
		return sum(h), err
	}
	err = filepath.WalkDir(name, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		fmt.Fprintf(h, "%q\n", strings.TrimPrefix(file, name))
		return copyFile(h, file)
	})
	return sum(h), err
}

func sum(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }

func copyFile(w io.Writer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
