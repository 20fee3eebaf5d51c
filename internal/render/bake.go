package render

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// bakeFile is a file for `docker buildx bake`, in the order of Docker Compose's.
type bakeFile struct {
	Group  map[string]bakeGroup  `json:"group"`
	Target map[string]bakeTarget `json:"target"`
}

type bakeGroup struct {
	Targets []string `json:"targets"`
}

// bakeTarget is one build (Bake file reference, target).
type bakeTarget struct {
	Context          string            `json:"context,omitempty"`
	Contexts         map[string]string `json:"contexts,omitempty"`
	Dockerfile       string            `json:"dockerfile,omitempty"`
	DockerfileInline string            `json:"dockerfile-inline,omitempty"`
	Args             map[string]string `json:"args,omitempty"`
	Labels           map[string]string `json:"labels,omitempty"`
	Tags             []string          `json:"tags,omitempty"`
	CacheFrom        []string          `json:"cache-from,omitempty"`
	CacheTo          []string          `json:"cache-to,omitempty"`
	Target           string            `json:"target,omitempty"`
	Secrets          []string          `json:"secret,omitempty"`
	SSH              []string          `json:"ssh,omitempty"`
	Platforms        []string          `json:"platforms,omitempty"`
	Pull             bool              `json:"pull,omitempty"`
	NoCache          bool              `json:"no-cache,omitempty"`
	Network          string            `json:"network,omitempty"`
	NoCacheFilter    []string          `json:"no-cache-filter,omitempty"`
	ShmSize          types.UnitBytes   `json:"shm-size,omitempty"`
	Ulimits          []string          `json:"ulimits,omitempty"`
	Call             string            `json:"call,omitempty"`
	Entitlements     []string          `json:"entitlements,omitempty"`
	ExtraHosts       map[string]string `json:"extra-hosts,omitempty"`
	Output           []string          `json:"output,omitempty"`
	Attest           []string          `json:"attest,omitempty"`
}

// Bake prints builds as a bake file, whose default group has all of them.
func Bake(w io.Writer, builds []state.BuildSpec) error {
	builds = slices.SortedFunc(slices.Values(builds), byService)
	names := bakeNames(builds)
	file := bakeFile{Target: map[string]bakeTarget{}}
	all := bakeGroup{Targets: []string{}}
	for _, build := range builds {
		name := names[build.Service]
		all.Targets = append(all.Targets, name)
		file.Target[name] = newBakeTarget(build, names)
	}
	file.Group = map[string]bakeGroup{"default": all}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(file)
}

// bakeNames are the targets of services: a target's name has no dots. What
// comes first is first to have a name.
func bakeNames(builds []state.BuildSpec) map[string]string {
	names, taken := map[string]string{}, map[string]bool{}
	for _, build := range builds {
		name := strings.ReplaceAll(build.Service, ".", "_")
		for taken[name] {
			name += "_"
		}
		names[build.Service], taken[name] = name, true
	}
	return names
}

func byService(a, b state.BuildSpec) int { return cmp.Compare(a.Service, b.Service) }

func newBakeTarget(build state.BuildSpec, names map[string]string) bakeTarget {
	c := build.Config
	target := bakeTarget{
		Context:          c.Context,
		Contexts:         bakeContexts(c.AdditionalContexts, names),
		Dockerfile:       bakeDockerfile(c),
		DockerfileInline: verbatim(c.DockerfileInline),
		Args:             bakeArgs(c.Args),
		Labels:           merged(c.Labels, build.Labels),
		Tags:             append(slices.Clone([]string(c.Tags)), build.Image),
		CacheFrom:        c.CacheFrom,
		CacheTo:          c.CacheTo,
		Target:           c.Target,
		Secrets:          bakeSecrets(build.Secrets),
		SSH:              bakeSSH(c.SSH),
		Platforms:        bakePlatforms(build),
		Pull:             build.Pull,
		NoCache:          build.NoCache,
		Network:          c.Network,
		NoCacheFilter:    c.NoCacheFilter,
		ShmSize:          c.ShmSize,
		Ulimits:          bakeUlimits(c.Ulimits),
		Entitlements:     bakeEntitlements(c),
		ExtraHosts:       bakeHosts(c.ExtraHosts),
		Attest:           slices.Concat(bakeAttest("provenance", c.Provenance), bakeAttest("sbom", c.SBOM)),
	}
	if build.Check {
		target.Call = "lint"
	} else {
		target.Output = []string{bakeOutput(build)}
	}
	return target
}
