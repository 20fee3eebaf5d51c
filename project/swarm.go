package project

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// The contents that are too large for a Swarm, in bytes, and the names that it
// takes (SwarmKit, manager/controlapi).
const (
	tooLargeSecret = 500 << 10
	tooLargeConfig = 1000 << 10
)

var swarmName = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$`)

// swarmInputs adds what a Swarm is to hold of the configs and secrets that a
// service uses.
func (b *desiredBuilder) swarmInputs(s types.ServiceConfig, service *state.Service) {
	for _, r := range b.project.fileReferences(s) {
		input, known := b.held[r.name()]
		if !known {
			input = b.swarmInput(r)
			if b.held == nil {
				b.held = map[string]state.Input{}
			}
			b.held[r.name()] = input
		}
		if input.Digest == "" {
			continue
		}
		if service.Inputs == nil {
			service.Inputs = map[string]string{}
		}
		service.Inputs[r.name()] = input.Digest
	}
}

func (b *desiredBuilder) swarmInput(r reference) state.Input {
	input := state.Input{
		Kind: state.Kind(r.kind), Key: r.use.Source, Name: cmp.Or(r.object.Name, b.project.identity().SwarmName(r.use.Source)),
		External: bool(r.object.External), Labels: r.object.Labels, TemplateDriver: r.object.TemplateDriver,
		Driver: r.object.Driver, DriverOpts: r.object.DriverOpts, Where: b.project.where().resource(r.kind+"s", r.use.Source),
	}
	if input.External || input.Driver != "" || b.options.Contents != AllContents {
		return input
	}
	if name := r.object.Name; name != "" && !swarmName.MatchString(name) {
		b.addValue(r.at("name"), fmt.Sprintf("%s %s has a name that a Swarm does not take: %q", r.kind, r.use.Source, name),
			"write letters, digits, -, _ and ., with a letter or digit at both ends")
		return input
	}
	r.object.TemplateDriver = ""
	file, ok := b.content(r)
	if !ok {
		return input
	}
	tooLarge := tooLargeConfig
	if input.Kind == state.KindSecret {
		tooLarge = tooLargeSecret
	}
	switch {
	case file.Dir:
		b.addValue(r.at("file"), fmt.Sprintf("%s %s is a folder: a Swarm holds one file for each %s", r.kind, r.use.Source, r.kind), "declare one for each of its files")
	case file.Digest == "" || file.Unread != "":
		b.unread(r, file)
	case len(file.Content) == 0:
		b.add(r.at(), fmt.Sprintf("%s %s is empty: a Swarm takes none without a content", r.kind, r.use.Source),
			"write something into it, or take it away")
	case len(file.Content) >= tooLarge:
		b.add(r.at(), fmt.Sprintf("%s %s has %d bytes: a Swarm takes fewer than %d", r.kind, r.use.Source, len(file.Content), tooLarge),
			"copy it into the image, or mount it")
	default:
		input.Digest, input.Content = file.Digest, file.Content
	}
	return input
}

// unread reports a content that a Swarm has to be told and that is not known
// here, unless the project is only looked at.
func (b *desiredBuilder) unread(r reference, file state.File) {
	if file.Unread == "" || b.options.AllowMissingFiles {
		return
	}
	b.add(r.at(), fmt.Sprintf("the content of %s %s is not known: %s", r.kind, r.use.Source, file.Unread), "a Swarm is sent it: make it readable")
}

// desiredInputs are what the Swarm is to hold, sorted by kind and key.
func (b *desiredBuilder) desiredInputs() []state.Input {
	var all []state.Input
	for _, name := range sortedKeys(b.held) {
		all = append(all, b.held[name])
	}
	return all
}

// overlays are networks as a Swarm has them: what the file leaves to the engine,
// and what it calls a bridge, is an overlay there.
func overlays(networks []state.Network) []state.Network {
	networks = slices.Clone(networks)
	for i, n := range networks {
		if !n.External && (n.Config.Driver == "" || n.Config.Driver == "bridge") {
			networks[i].Config.Driver = "overlay"
			networks[i].Config.DriverOpts = withoutBridge(n.Config.DriverOpts)
		}
	}
	return networks
}

// withoutBridge leaves out the options that bridges alone have.
func withoutBridge(options types.Options) types.Options {
	var rest types.Options
	for key, value := range options {
		if strings.HasPrefix(key, "com.docker.network.bridge.") {
			continue
		}
		if rest == nil {
			rest = types.Options{}
		}
		rest[key] = value
	}
	return rest
}
