package project

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/xhit/go-str2duration/v2"

	"github.com/stackctl/stack/state"
)

// DesiredOptions adjust what a project wants.
type DesiredOptions struct {
	// Scale replaces the number of replicas of services.
	Scale map[string]int
	// AllowMissingFiles makes a file of a config or secret that is not there a
	// warning: it is for a plan that is only shown, and for taking down.
	AllowMissingFiles bool
	// Contents says which configs and secrets are read.
	Contents Contents
	// Run runs the commands of external configs and secrets. Nil runs none: the
	// content is not known then, which is enough where no container is made.
	Run Runner
	// Swarm makes it what a Swarm is to hold: Inputs are filled, external configs
	// and secrets and what drives them are the Swarm's matter, and what containers
	// alone have is left out.
	Swarm bool
	// APISocket says how containers reach the engine (use_api_socket); nil
	// leaves the services that ask for it without.
	APISocket func() (state.APISocket, error)
}

// Contents are configs and secrets by what they are for.
type Contents int

// What is read. The zero value is AllContents.
const (
	AllContents   Contents = iota // those of containers and of builds
	BuildContents                 // the secrets of builds
	NoContents                    // none: nothing is built or created
)

// Desired is what the project's active services want the engine to hold, with
// the networks and volumes of the model.
//
// It reads configs, secrets and Dockerfiles, and may add to Project.Warnings, and to
// Model.Configs what use_api_socket asks for. Hashes are those of the services
// as they are written; what is added to a service's configuration here (the
// image of a build, the default platform) comes after.
func (p *Project) Desired(o DesiredOptions) (state.Desired, error) {
	for _, name := range sortedKeys(o.Scale) {
		if _, ok := p.Model.Services[name]; !ok {
			return state.Desired{}, p.noSuchService(name)
		}
	}
	d := state.Desired{
		Project: p.identity(),
		Known:   p.ServiceNames(),
	}
	b := &desiredBuilder{checker: checker{project: p, model: p.Model}, options: o, oneShots: p.oneShots()}
	for _, name := range sortedKeys(p.Model.Services) {
		s := p.Model.Services[name]
		if s.Provider != nil && o.Swarm {
			continue // an error by the table of what each engine does
		}
		if s.Provider != nil {
			d.Providers = append(d.Providers, b.provider(s))
			continue
		}
		service, err := b.service(s)
		if err != nil {
			return state.Desired{}, err
		}
		d.Services = append(d.Services, service)
	}
	var err error
	b.checkEngine()
	if d.Builds, err = b.baseBuilds(); err != nil {
		return state.Desired{}, err
	}
	if err := b.errs.orNil(); err != nil {
		return state.Desired{}, err
	}
	if o.Contents != NoContents {
		orderBuilds(buildsOf(d))
	}
	d.Inputs = b.desiredInputs()
	if !o.Swarm {
		d.Models = p.desiredModels()
	}
	if d.Networks, err = p.desiredNetworks(); err != nil {
		return state.Desired{}, err
	}
	if d.Volumes, err = p.desiredVolumes(); err != nil {
		return state.Desired{}, err
	}
	if o.Swarm {
		d.Networks = overlays(d.Networks)
	}
	d.Needs, err = p.needs(o.Swarm)
	return d, err
}

// desiredBuilder makes services; what is wrong with them is collected.
type desiredBuilder struct {
	checker
	options  DesiredOptions
	oneShots map[string]bool
	contents map[string]readContent // of configs and secrets, by their names
	held     map[string]state.Input // what a Swarm is to hold, by the same
}

func (b *desiredBuilder) service(s types.ServiceConfig) (state.Service, error) {
	p := b.project
	s, err := p.withPlatform(s)
	if err != nil {
		return state.Service{}, err
	}
	if !b.options.Swarm {
		s = b.withAPISocket(s)
	}
	hash, err := state.ServiceHash(s)
	if err != nil {
		return state.Service{}, err
	}
	service := state.Service{Name: s.Name, Written: s, Hash: hash, Replicas: s.GetScale(), OneShot: b.isOneShot(s)}
	if n, ok := b.options.Scale[s.Name]; ok {
		service.Replicas = n
	}
	if service.Replicas > 1 && s.ContainerName != "" && !b.options.Swarm {
		b.addValue(modelPath{"services", s.Name, "container_name"},
			fmt.Sprintf("can't set container_name and %d replicas as container name must be unique", service.Replicas),
			"remove container_name, or have one replica")
	}
	if service.PullPolicy, service.RefreshAfter, err = pullPolicy(s); err != nil {
		b.addValue(modelPath{"services", s.Name, "pull_policy"}, err.Error(), "")
	}
	b.values(s)
	service.Probe = b.probe(s)
	s.Image = p.image(s)
	s.Volumes = p.imageVolumes(s.Volumes)
	service.Build = b.buildSpec(s)
	if s.Platform == "" {
		s.Platform = p.Model.Environment[envPlatform]
	}
	s.DependsOn = b.wantedDependencies(s)
	service.DependsOn = dependencies(s.DependsOn)
	if b.options.Swarm {
		b.swarmInputs(s, &service)
	} else {
		b.inputs(s, &service)
		b.preStart(s, &service)
	}
	service.Config = s
	service.Where = p.where().service(s, p.envFiles[s.Name])
	p.whereInputs(&service)
	return service, nil
}

// wantedDependencies leaves out optional dependencies on services that are not
// active.
func (b *desiredBuilder) wantedDependencies(s types.ServiceConfig) types.DependsOnConfig {
	var wanted types.DependsOnConfig
	for name, dependency := range s.DependsOn {
		if _, active := b.model.Services[name]; active {
			if wanted == nil {
				wanted = types.DependsOnConfig{}
			}
			wanted[name] = dependency
		}
	}
	return wanted
}

func dependencies(config types.DependsOnConfig) []state.Dependency {
	var all []state.Dependency
	for _, name := range sortedKeys(config) {
		d := config[name]
		condition := state.Condition(d.Condition)
		if condition == "" {
			condition = state.Started
		}
		all = append(all, state.Dependency{Service: name, Condition: condition, Required: d.Required, Restart: d.Restart})
	}
	return all
}

// withPlatform gives a service that is built the platform of
// DOCKER_DEFAULT_PLATFORM, as Docker Compose does before it hashes.
func (p *Project) withPlatform(s types.ServiceConfig) (types.ServiceConfig, error) {
	platform := p.Model.Environment[envPlatform]
	if s.Build == nil || platform == "" || s.Platform != "" {
		return s, nil
	}
	if len(s.Build.Platforms) > 0 && !slices.Contains(s.Build.Platforms, platform) {
		return s, fmt.Errorf("service %q build.platforms does not support value set by %s: %s", s.Name, envPlatform, platform)
	}
	s.Platform = platform
	return s, nil
}

// identity is what names and labels are made of.
func (p *Project) identity() state.Project {
	id := state.Project{Name: p.Name, WorkingDir: p.WorkingDir, ConfigFiles: p.Files, EnvFiles: p.EnvFiles}
	if p.compatibility {
		id.Separator = "_"
	}
	return id
}

// image is the image that a service runs.
func (p *Project) image(s types.ServiceConfig) string {
	return cmp.Or(s.Image, p.identity().ImageName(s.Name))
}

// imageVolumes has images in the place of the services that a mount of an image
// may name.
func (p *Project) imageVolumes(volumes []types.ServiceVolumeConfig) []types.ServiceVolumeConfig {
	volumes = slices.Clone(volumes)
	for i, v := range volumes {
		other, is := p.Model.Services[v.Source]
		if v.Type == types.VolumeTypeImage && is {
			volumes[i].Source = p.image(other)
		}
	}
	return volumes
}

func pullPolicy(s types.ServiceConfig) (string, time.Duration, error) {
	policy, after, err := s.GetPullPolicy()
	if err != nil {
		return "", 0, err
	}
	if policy == types.PullPolicyIfNotPresent {
		policy = types.PullPolicyMissing
	}
	if policy == types.PullPolicyRefresh && s.PullRefreshAfter != "" {
		after, err = str2duration.ParseDuration(s.PullRefreshAfter)
	}
	return policy, after, err
}

func (p *Project) desiredNetworks() ([]state.Network, error) {
	var all []state.Network
	for _, key := range sortedKeys(p.Model.Networks) {
		n := state.Network{Key: key, Config: p.Model.Networks[key]}
		n.External = bool(n.Config.External)
		n.Where = p.where().resource("networks", key)
		if !n.External {
			hash, err := state.NetworkHash(n.Config)
			if err != nil {
				return nil, err
			}
			n.Hash = hash
		}
		all = append(all, n)
	}
	return all, nil
}

func (p *Project) desiredVolumes() ([]state.Volume, error) {
	var all []state.Volume
	for _, key := range sortedKeys(p.Model.Volumes) {
		v := state.Volume{Key: key, Config: p.Model.Volumes[key]}
		v.External = bool(v.Config.External)
		v.Where = p.where().resource("volumes", key)
		if !v.External {
			hash, err := state.VolumeHash(v.Config)
			if err != nil {
				return nil, err
			}
			v.Hash = hash
		}
		all = append(all, v)
	}
	return all, nil
}
