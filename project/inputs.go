package project

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"

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

// at is where the top-level config or secret is written.
func (r reference) at(keys ...string) modelPath {
	return append(modelPath{r.kind + "s", r.use.Source}, keys...)
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

// inputs reads a service's configs and secrets, and takes their digests.
func (b *desiredBuilder) inputs(s types.ServiceConfig, service *state.Service) {
	if b.options.Contents != AllContents {
		return
	}
	for _, r := range b.project.fileReferences(s) {
		file, ok := b.content(r)
		if !ok {
			continue
		}
		at := modelPath{"services", s.Name, r.kind + "s", r.use.Source}
		file.Name, file.Target = r.name(), r.target()
		file.Owned = r.use.UID != "" || r.use.GID != "" || r.use.Mode != nil
		file.UID = b.id(append(at, "uid"), r.use.UID)
		file.GID = b.id(append(at, "gid"), r.use.GID)
		if r.use.Mode != nil {
			file = withMode(file, uint32(*r.use.Mode))
		}
		service.Files = append(service.Files, file)
		if file.Digest != "" {
			if service.Inputs == nil {
				service.Inputs = map[string]string{}
			}
			service.Inputs[file.Name] = file.Digest
		}
	}
}

// content reads a config or secret, each once for all services. What is wrong
// with it is reported, and it is not ok then.
func (b *desiredBuilder) content(r reference) (file state.File, ok bool) {
	if known, seen := b.contents[r.name()]; seen {
		return known.file, known.ok
	}
	file, ok = b.read(r)
	if b.contents == nil {
		b.contents = map[string]readContent{}
	}
	b.contents[r.name()] = readContent{file, ok}
	return file, ok
}

type readContent struct {
	file state.File
	ok   bool
}

func (b *desiredBuilder) read(r reference) (state.File, bool) {
	settings, has := r.object.Extensions[extension]
	switch {
	case !r.defined:
		b.add(r.at(), fmt.Sprintf("%s %q is not defined", r.kind, r.use.Source), "define it under "+r.kind+"s")
	case bool(r.object.External):
		return b.external(r, settings)
	case has:
		b.add(r.at(extension), fmt.Sprintf("%s %q is not external: %s says where an external one comes from", r.kind, r.use.Source, extension),
			"set external: true, or remove it")
	case r.object.Driver != "":
		b.addValue(r.at("driver"), fmt.Sprintf("unsupported driver %q: only Swarm has drivers for %ss", r.object.Driver, r.kind), otherSources)
	case r.object.TemplateDriver != "":
		b.addValue(r.at("template_driver"), fmt.Sprintf("unsupported template_driver %q: only Swarm has templates for %ss", r.object.TemplateDriver, r.kind), otherSources)
	case r.object.File != "":
		return b.readFile(r, r.object.File, r.at("file"))
	case r.object.Environment != "":
		return b.readVariable(r, r.object.Environment, r.at("environment"))
	default:
		return heldFile([]byte(r.object.Content)), true
	}
	return state.File{}, false
}

const otherSources = "use file, environment or content"

// readFile reads a file or directory. One that this user cannot read has no
// content: the engine can mount it all the same.
func (b *desiredBuilder) readFile(r reference, name string, at modelPath) (state.File, bool) {
	file, err := readSource(name)
	if errors.Is(err, fs.ErrNotExist) {
		missing := b.sources().errorAtValue(at, fmt.Sprintf("%s file %s not found", r.kind, name), "create it or correct the path")
		if !b.options.AllowMissingFiles {
			b.errs = append(b.errs, missing)
			return state.File{}, false
		}
		b.project.warn(missing.Error())
		return state.File{Source: name, Mode: defaultMode}, true
	}
	if err != nil {
		file.Unread = err.Error()
	}
	return file, true
}

// readVariable takes what the loader found before the project's own environment:
// an included file may have variables that the project does not.
func (b *desiredBuilder) readVariable(r reference, name string, at modelPath) (state.File, bool) {
	if found := r.object.Content; found != "" {
		return heldFile([]byte(found)), true
	}
	value, ok := b.model.Environment[name]
	if !ok {
		b.addValue(at, fmt.Sprintf("environment variable %q required by %s %q is not set", name, r.kind, r.use.Source),
			"set it in the environment, in .env or with --env-file")
		return state.File{}, false
	}
	return heldFile([]byte(value)), true
}

// id is a user or group id, 0 if there is none.
func (b *desiredBuilder) id(path modelPath, text string) int {
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		b.addValue(path, fmt.Sprintf("expected a number, found %q", text), "names of users and groups are not known here")
	}
	return n
}
