package planner

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// containerSpec resolves what a service asks for to what is in the engine.
func (d *draft) containerSpec(service state.Service, r *replicaPlan) (state.ContainerSpec, error) {
	imageID := d.index.images[service.Image()].ID
	if d.images[service.Image()] != "" {
		imageID = "" // another one by then: the engine fills it in
	}
	labels, err := containerLabels(d.desired.Project, service, r.ref.Number, imageID)
	if err != nil {
		return state.ContainerSpec{}, err
	}
	if given := d.given[service.Name]; len(given) > 0 {
		labels[state.LabelStackGiven] = strings.Join(given, ",")
	}
	name := r.handle().Name
	if name != r.name {
		labels[state.LabelReplace] = r.name
	}
	config, err := d.engineConfig(service, r.old)
	if err != nil {
		return state.ContainerSpec{}, err
	}
	config.Volumes = append(config.Volumes, d.services[service.Name].files.mounted...)
	source := d.hashSource(service)
	if source != nil {
		delete(labels, state.LabelConfigHash)
	}
	spec := state.ContainerSpec{
		HashSource: source,
		Name:       name, Project: d.desired.Project.Name, Service: service.Name, Number: r.ref.Number,
		Labels: labels, Config: config, OneShot: service.OneShot,
		Attachments: d.attachments(service, r.ref.Number), Links: d.bridgeLinks(service),
	}
	if one := service.OneOff; one != nil {
		spec.OneShot, spec.AutoRemove = true, one.AutoRemove
		spec.StdinOnce = one.Attached && config.StdinOpen
		d.besideReplicas(service, spec.Attachments)
	}
	return spec, nil
}

// engineConfig is a service's configuration with the engine's names in the
// place of the compose file's keys.
func (d *draft) engineConfig(service state.Service, old *state.Container) (types.ServiceConfig, error) {
	config := service.Config
	for _, other := range tiedTo(service) {
		if len(d.containersOf(other)) == 0 {
			return config, fmt.Errorf(
				"service %s: cannot share %s with service %s: container missing; start it too, or give it a replica", service.Name, shared(config, other), other)
		}
	}
	config.Image = service.Image()
	config.Build = nil
	config.DependsOn = nil
	config.Volumes = d.engineVolumes(service, old)
	config.NetworkMode = d.engineMode(config.NetworkMode)
	config.Ipc = d.engineMode(config.Ipc)
	config.Pid = d.engineMode(config.Pid)
	config.VolumesFrom = d.engineVolumesFrom(config.VolumesFrom)
	return config, nil
}

// hashSource is nil for a service whose hash does not depend on containers.
func (d *draft) hashSource(service state.Service) *state.HashSource {
	tied := tiedTo(service)
	if len(tied) == 0 {
		return nil
	}
	source := &state.HashSource{Config: service.Written, Containers: map[string]string{}}
	for _, other := range tied {
		if containers := d.containersOf(other); len(containers) > 0 {
			source.Containers[other] = containers[0].name
		}
	}
	return source
}

// hashOf is the hash that a service's containers should have. It is empty
// while a container that takes part in it is yet to be created.
func (d *draft) hashOf(service state.Service) string {
	source := d.hashSource(service)
	if source == nil {
		return service.Hash
	}
	ids := map[string]string{}
	for other, name := range source.Containers {
		shared := d.sharedContainer(other)
		if shared == nil {
			return ""
		}
		ids[name] = shared.ID
	}
	hash, err := source.Hash(func(name string) (string, error) { return ids[name], nil })
	if err != nil {
		d.fail(err)
	}
	return hash
}

// attachments are the networks of a service's replica, by priority.
func (d *draft) attachments(service state.Service, number int) []state.Attachment {
	if service.Config.NetworkMode != "" {
		return nil
	}
	name := cmp.Or(service.Config.ContainerName, d.desired.Project.ContainerName(service.Name, number))
	named := true
	if one := service.OneOff; one != nil {
		name, named = one.Name, one.Aliases
	}
	var attachments []state.Attachment
	for _, key := range service.Config.NetworksByPriority() {
		p := d.networks[key]
		if p == nil {
			continue
		}
		config := service.Config.Networks[key]
		aliases := []string{name}
		if named && config.ServiceNameAliasEnabled() {
			aliases = append(aliases, service.Name)
		}
		if named && config != nil {
			aliases = append(aliases, config.Aliases...)
		}
		attachments = append(attachments, state.Attachment{
			Network: p.network.Config.Name, Aliases: aliases, Links: d.links(service), Config: config,
		})
	}
	return attachments
}

// bridgeLinks are a service's links where it lives in the engine's own network,
// in which containers do not find each other by name.
func (d *draft) bridgeLinks(service state.Service) []string {
	if mode := service.Config.NetworkMode; mode != "bridge" && mode != "default" {
		return nil
	}
	return d.links(service)
}

// links are a service's links as CONTAINER:ALIAS, under the three names that
// Docker Compose gives each.
func (d *draft) links(service state.Service) []string {
	var links []string
	for _, link := range service.Config.Links {
		name, alias, found := strings.Cut(link, ":")
		if !found {
			alias = name
		}
		for _, container := range d.containersOf(name) {
			number := strconv.Itoa(container.number)
			links = append(links,
				container.name+":"+alias,
				container.name+":"+name+"-"+number,
				container.name+":"+d.desired.Project.Name+"-"+name+"-"+number)
		}
	}
	for _, link := range service.Config.ExternalLinks {
		name, alias, found := strings.Cut(link, ":")
		if !found {
			alias = name
		}
		links = append(links, name+":"+alias)
	}
	return links
}

type namedReplica struct {
	name   string
	number int
}

// containersOf are the containers that a service has in the end.
func (d *draft) containersOf(service string) []namedReplica {
	var named []namedReplica
	if p := d.services[service]; p != nil {
		for _, r := range p.replicas {
			named = append(named, namedReplica{r.name, r.ref.Number})
		}
		return named
	}
	for _, c := range d.index.containers[service] {
		named = append(named, namedReplica{c.Name, c.Number})
	}
	return named
}

// tiedTo are the services whose containers must be there before one of this
// service can be created.
func tiedTo(service state.Service) []string { return state.TiedTo(service.Config) }

// shared names what a service has from another one.
func shared(config types.ServiceConfig, other string) string {
	switch types.ServicePrefix + other {
	case config.NetworkMode:
		return "network namespace"
	case config.Ipc:
		return "ipc namespace"
	case config.Pid:
		return "pid namespace"
	}
	return "volume"
}

// engineMode turns service:x into the container that x has.
func (d *draft) engineMode(mode string) string {
	service, is := strings.CutPrefix(mode, types.ServicePrefix)
	if !is {
		return mode
	}
	return types.ContainerPrefix + d.containersOf(service)[0].name
}

func (d *draft) engineVolumesFrom(from []string) []string {
	var resolved []string
	for _, entry := range from {
		if rest, is := strings.CutPrefix(entry, types.ContainerPrefix); is {
			resolved = append(resolved, rest)
			continue
		}
		service, mode, found := strings.Cut(entry, ":")
		name := d.containersOf(service)[0].name
		if found {
			name += ":" + mode
		}
		resolved = append(resolved, name)
	}
	return resolved
}

var anonymousVolume = regexp.MustCompile(`^[0-9a-f]{64}$`)

// engineVolumes are a service's mounts with the engine's volume names, and with
// the anonymous volumes of the container that is replaced.
func (d *draft) engineVolumes(service state.Service, old *state.Container) []types.ServiceVolumeConfig {
	kept := map[string]string{}
	if old != nil && !d.policy.RenewAnonVolumes {
		for _, m := range old.Mounts {
			if m.Type == "volume" && anonymousVolume.MatchString(m.Name) {
				kept[m.Destination] = m.Name
			}
		}
	}
	volumes := slices.Clone(service.Config.Volumes)
	for i, v := range volumes {
		switch p := d.volumes[v.Source]; {
		case v.Type != types.VolumeTypeVolume:
		case v.Source == "":
			volumes[i].Source = kept[v.Target]
		case p != nil:
			volumes[i].Source = p.volume.Config.Name
		}
		delete(kept, v.Target)
	}
	for _, entry := range service.Config.Tmpfs {
		target, _, _ := strings.Cut(entry, ":")
		delete(kept, target)
	}
	var image []types.ServiceVolumeConfig // of the image's own VOLUMEs
	for target, name := range kept {
		image = append(image, types.ServiceVolumeConfig{Type: types.VolumeTypeVolume, Source: name, Target: target})
	}
	slices.SortFunc(image, func(a, b types.ServiceVolumeConfig) int { return strings.Compare(a.Target, b.Target) })
	return append(volumes, image...)
}
