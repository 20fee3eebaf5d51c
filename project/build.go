package project

import (
	"cmp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// buildSpec is how a service's image is built, nil for one that is not.
func (b *desiredBuilder) buildSpec(s types.ServiceConfig) *state.BuildSpec {
	if s.Build == nil {
		return nil
	}
	spec := &state.BuildSpec{
		Image: s.Image, Service: s.Name, Config: *s.Build, Platform: s.Platform,
		NoCache: s.Build.NoCache, Pull: s.Build.Pull,
		Labels:  map[string]string{state.LabelProject: b.project.Name, state.LabelService: s.Name},
		Secrets: b.buildSecrets(s),
	}
	if spec.Platform == "" && len(s.Build.Platforms) == 1 {
		spec.Platform = s.Build.Platforms[0]
	}
	return spec
}

// baseBuilds are the builds of services that are not active and whose images
// the builds of active ones start from.
func (b *desiredBuilder) baseBuilds() ([]state.BuildSpec, error) {
	var all []state.BuildSpec
	for _, s := range b.project.bases() {
		wrong := len(b.errs)
		b.build(s, func(elements ...string) modelPath { return append(modelPath{"services", s.Name}, elements...) })
		if len(b.errs) > wrong {
			continue
		}
		s, err := b.project.withPlatform(s)
		if err != nil {
			return nil, err
		}
		s.Image = b.project.image(s)
		all = append(all, *b.buildSpec(s))
	}
	return all, nil
}

// bases are the services that are not active and whose images are contexts of
// builds of active ones, or of each other, sorted by name.
func (p *Project) bases() []types.ServiceConfig {
	open := sortedKeys(p.Model.Services)
	found := map[string]types.ServiceConfig{}
	for len(open) > 0 {
		s, active := p.Model.Services[open[0]]
		if !active {
			s = p.Model.DisabledServices[open[0]]
			found[s.Name] = s
		}
		open = open[1:]
		for _, name := range serviceContexts(s) {
			_, known := found[name]
			if base, disabled := p.Model.DisabledServices[name]; disabled && !known && base.Build != nil {
				open = append(open, name)
			}
		}
	}
	var all []types.ServiceConfig
	for _, name := range sortedKeys(found) {
		all = append(all, found[name])
	}
	return all
}

// serviceContexts are the services whose images a service's build has as
// contexts, sorted.
func serviceContexts(s types.ServiceConfig) []string {
	if s.Build == nil {
		return nil
	}
	var names []string
	for _, context := range s.Build.AdditionalContexts {
		if name, is := strings.CutPrefix(context, types.ServicePrefix); is {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// buildSecrets are what a build may mount. What is wrong with them is
// collected.
func (b *desiredBuilder) buildSecrets(s types.ServiceConfig) []state.BuildSecret {
	if b.options.Contents == NoContents {
		return nil
	}
	var all []state.BuildSecret
	for _, use := range s.Build.Secrets {
		object, defined := b.model.Secrets[use.Source]
		file, ok := b.content(reference{"secret", types.FileReferenceConfig(use), types.FileObjectConfig(object), defined})
		if !ok {
			continue
		}
		secret := state.BuildSecret{ID: cmp.Or(use.Target, use.Source), File: file.Source}
		if file.Source == "" {
			secret.Content, secret.Digest = file.Content, file.Digest
		}
		all = append(all, secret)
	}
	return all
}
