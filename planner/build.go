package planner

import (
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// BuildPolicy says what [Build] asks of every build besides what the file
// says. The zero value is `stack build` without flags.
type BuildPolicy struct {
	// Args are set over the arguments of the file.
	Args types.MappingWithEquals `json:"args,omitempty"`
	// SSH are keys and agents besides those of the file.
	SSH     types.SSHConfig `json:"ssh,omitempty"`
	NoCache bool            `json:"noCache,omitempty"`
	// Pull asks the registries for newer base images.
	Pull bool `json:"pull,omitempty"`
	// Builder is a buildx builder; empty is the engine's own.
	Builder string `json:"builder,omitempty"`
	Memory  int64  `json:"memory,omitempty"` // in bytes; 0 is no limit
	// Provenance and SBOM replace those of the file where they are not empty.
	Provenance string `json:"provenance,omitempty"`
	SBOM       string `json:"sbom,omitempty"`
	// Check lints the Dockerfiles in place of building.
	Check bool `json:"check,omitempty"`
	// Push sends what has a name of its own to its registry.
	Push bool `json:"push,omitempty"`
}

// Build plans to build the images of the services that are desired, and those
// that they start from.
func Build(desired state.Desired, observed state.Observed, policy BuildPolicy) (Plan, error) {
	d := newDraft(policy.applied(desired), observed, UpPolicy{Build: true})
	wanted := needs{}
	for _, service := range d.desired.Services {
		if service.Build == nil {
			continue
		}
		reason := "is built again"
		if _, there := d.index.images[service.Build.Image]; !there {
			reason = "not here"
		}
		if policy.Check {
			reason = "only checks the Dockerfile"
		}
		spec := *service.Build
		spec.Push = spec.Push && spec.Builder != "" // the engine may not hold what another builder builds
		wanted.add(need{image: spec.Image, platform: spec.Platform, reason: reason, build: &spec})
	}
	if len(wanted) == 0 {
		d.warnings = append(d.warnings, "no services to build")
	}
	d.bring(wanted)
	if !policy.Check {
		d.push(d.builtToPush())
	}
	return d.plan()
}

// Builds are the builds of what is desired, with the policy in them: those of
// the services, and those that they start from.
func Builds(desired state.Desired, policy BuildPolicy) []state.BuildSpec {
	desired = policy.applied(desired)
	builds := slices.Clone(desired.Builds)
	for _, service := range desired.Services {
		if service.Build != nil {
			builds = append(builds, *service.Build)
		}
	}
	return builds
}

// builtToPush are the images that this plan builds for a registry, without
// those that a builder of buildx sends there itself.
func (d *draft) builtToPush() needs {
	pushed := needs{}
	for _, service := range d.desired.Services {
		if service.Build == nil || !service.Build.Push || service.Build.Builder != "" {
			continue
		}
		for _, image := range references(*service.Build) {
			pushed.add(need{image: image, after: d.images[service.Build.Image]})
		}
	}
	return pushed
}

// applied returns what is desired with the policy in every build.
func (p BuildPolicy) applied(desired state.Desired) state.Desired {
	desired.Services = slices.Clone(desired.Services)
	for i, service := range desired.Services {
		if service.Build != nil {
			spec := p.apply(*service.Build)
			spec.Push = p.Push && named(desired.Project, service)
			desired.Services[i].Build = &spec
		}
	}
	desired.Builds = slices.Clone(desired.Builds)
	for i, spec := range desired.Builds {
		desired.Builds[i] = p.apply(spec)
	}
	return desired
}

func (p BuildPolicy) apply(spec state.BuildSpec) state.BuildSpec {
	spec.NoCache = spec.NoCache || p.NoCache
	spec.Pull = spec.Pull || p.Pull
	spec.Builder, spec.Memory, spec.Check = p.Builder, p.Memory, p.Check
	if len(p.Args) > 0 {
		args := types.MappingWithEquals{}
		maps.Copy(args, spec.Config.Args)
		maps.Copy(args, p.Args)
		spec.Config.Args = args
	}
	spec.Config.SSH = slices.Concat(spec.Config.SSH, p.SSH)
	if p.Provenance != "" {
		spec.Config.Provenance = p.Provenance
	}
	if p.SBOM != "" {
		spec.Config.SBOM = p.SBOM
	}
	return spec
}
