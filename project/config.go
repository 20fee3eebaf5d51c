package project

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/stackctl/stack/state"
)

// YAML is the project as `config` prints it: a compose file that says the same
// with everything merged, resolved and in its long form. Dollar signs are
// doubled, so that it can be loaded again.
func (p *Project) YAML() ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(p.document()); err != nil {
		return nil, fmt.Errorf("print project %s: %w", p.Name, err)
	}
	return p.escaped(out.Bytes()), nil
}

// JSON is the project as `config --format json` prints it: see YAML.
func (p *Project) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(p.jsonDocument(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("print project %s: %w", p.Name, err)
	}
	return p.escaped(text), nil
}

// escaped doubles dollar signs where variables have been replaced.
func (p *Project) escaped(text []byte) []byte {
	if p.raw != nil {
		return text
	}
	return bytes.ReplaceAll(text, []byte("$"), []byte("$$"))
}

// document is what is printed as YAML. Its fields are in Docker Compose's
// order.
func (p *Project) document() any {
	if p.raw != nil {
		return p.raw
	}
	return struct {
		Name       string           `yaml:"name,omitempty"`
		Services   map[string]any   `yaml:"services"`
		Jobs       types.Jobs       `yaml:"jobs,omitempty"`
		Networks   types.Networks   `yaml:"networks,omitempty"`
		Volumes    types.Volumes    `yaml:"volumes,omitempty"`
		Secrets    types.Secrets    `yaml:"secrets,omitempty"`
		Configs    types.Configs    `yaml:"configs,omitempty"`
		Models     types.Models     `yaml:"models,omitempty"`
		Extensions types.Extensions `yaml:"#extensions,inline,omitempty"`
	}{
		p.Name, p.orderedServices(), p.Model.Jobs, p.Model.Networks, p.Model.Volumes,
		p.Model.Secrets, p.Model.Configs, p.Model.Models, p.Model.Extensions,
	}
}

func (p *Project) jsonDocument() any {
	if p.raw != nil {
		return p.raw
	}
	document := map[string]any{"name": p.Name, "services": p.orderedServices()}
	add(document, "jobs", p.Model.Jobs)
	add(document, "networks", p.Model.Networks)
	add(document, "volumes", p.Model.Volumes)
	add(document, "secrets", p.Model.Secrets)
	add(document, "configs", p.Model.Configs)
	add(document, "models", p.Model.Models)
	for key, value := range p.Model.Extensions {
		document[key] = value
	}
	return document
}

// add sets a key to a section that is not empty.
func add[M ~map[string]V, V any](document map[string]any, key string, section M) {
	if len(section) > 0 {
		document[key] = section
	}
}

func (p *Project) orderedServices() map[string]any {
	services := make(map[string]any, len(p.Model.Services))
	for name, s := range p.Model.Services {
		services[name] = state.InOrder(s)
	}
	return services
}

// NamedHash is a service's config hash.
type NamedHash struct {
	Service string
	Hash    string
}

// Hashes are the config hashes of the active services, sorted by name: what the
// label of their containers says.
func (p *Project) Hashes() ([]NamedHash, error) {
	var all []NamedHash
	for _, name := range p.Services() {
		s, err := p.withPlatform(p.Model.Services[name])
		if err != nil {
			return nil, err
		}
		hash, err := state.ServiceHash(s)
		if err != nil {
			return nil, err
		}
		all = append(all, NamedHash{name, hash})
	}
	return all, nil
}

// Services are the names of the active services, sorted.
func (p *Project) Services() []string { return sortedKeys(p.Model.Services) }

// ServicesInOrder are the names of the active services, each after those that it
// depends on, else sorted.
func (p *Project) ServicesInOrder() []string {
	var order []string
	seen := map[string]bool{}
	var visit func(names []string)
	visit = func(names []string) {
		slices.Sort(names)
		for _, name := range names {
			s, active := p.Model.Services[name]
			if seen[name] || !active {
				continue
			}
			seen[name] = true
			visit(s.GetDependencies())
			order = append(order, name)
		}
	}
	visit(p.Services())
	return order
}

// Networks are the keys of the networks, sorted.
func (p *Project) Networks() []string { return sortedKeys(p.Model.Networks) }

// Volumes are the keys of the volumes, sorted.
func (p *Project) Volumes() []string { return sortedKeys(p.Model.Volumes) }

// Models are the AI models that the project names, sorted.
func (p *Project) Models() []string {
	var all []string
	for _, m := range p.Model.Models {
		if m.Model != "" {
			all = append(all, m.Model)
		}
	}
	return unique(all)
}

// Images are the images that the active services run, sorted, each once.
func (p *Project) Images() []string {
	var all []string
	for _, s := range p.Model.Services {
		all = append(all, p.image(s))
		for _, hook := range s.PreStart {
			if hook.Image != "" {
				all = append(all, hook.Image)
			}
		}
	}
	return unique(all)
}

// ProfileNames are the profiles that the project's services have, active or
// not, sorted.
func (p *Project) ProfileNames() []string {
	var all []string
	for _, s := range p.Model.AllServices() {
		all = append(all, s.Profiles...)
	}
	return unique(all)
}

// Environment is what variables are replaced with, KEY=VALUE, sorted.
func (p *Project) Environment() []string {
	var all []string
	for key, value := range p.Model.Environment {
		all = append(all, key+"="+value)
	}
	return unique(all)
}

func unique(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}
