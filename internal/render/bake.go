package render

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
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

// verbatim keeps bake from replacing variables.
func verbatim(text string) string { return strings.ReplaceAll(text, "${", "$${") }

func bakeContexts(contexts types.Mapping, names map[string]string) map[string]string {
	all := map[string]string{}
	for name, context := range contexts {
		if service, is := strings.CutPrefix(context, types.ServicePrefix); is {
			context = "target:" + cmp.Or(names[service], service)
		}
		all[name] = context
	}
	return all
}

// bakeDockerfile is the path of a Dockerfile on this machine; in a context that
// is elsewhere it is relative to that.
func bakeDockerfile(c types.BuildConfig) string {
	if c.Dockerfile == "" || filepath.IsAbs(c.Dockerfile) || !filepath.IsAbs(c.Context) {
		return c.Dockerfile
	}
	return filepath.Join(c.Context, c.Dockerfile)
}

func bakeArgs(args types.MappingWithEquals) map[string]string {
	all := map[string]string{}
	for name, value := range args {
		if value != nil {
			all[name] = verbatim(*value)
		}
	}
	return all
}

func merged(a, b map[string]string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, a)
	maps.Copy(all, b)
	return all
}

func bakeSecrets(secrets []state.BuildSecret) []string {
	var all []string
	for _, s := range secrets {
		if s.File != "" {
			all = append(all, fmt.Sprintf("id=%s,type=file,src=%s", s.ID, s.File))
		} else {
			all = append(all, fmt.Sprintf("id=%s,type=env", s.ID))
		}
	}
	return all
}

func bakeSSH(keys types.SSHConfig) []string {
	var all []string
	for _, key := range keys {
		all = append(all, strings.TrimSuffix(key.ID+"="+key.Path, "="))
	}
	return all
}

func bakePlatforms(build state.BuildSpec) []string {
	if len(build.Config.Platforms) == 0 && build.Platform != "" {
		return []string{build.Platform}
	}
	return build.Config.Platforms
}

func bakeUlimits(limits map[string]*types.UlimitsConfig) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		limit := limits[name]
		if limit.Single != 0 {
			all = append(all, fmt.Sprintf("%s=%d", name, limit.Single))
		} else {
			all = append(all, fmt.Sprintf("%s=%d:%d", name, limit.Soft, limit.Hard))
		}
	}
	return all
}

func bakeEntitlements(c types.BuildConfig) []string {
	if c.Privileged {
		return append(slices.Clone(c.Entitlements), "security.insecure")
	}
	return c.Entitlements
}

func bakeHosts(hosts types.HostsList) map[string]string {
	all := map[string]string{}
	for name, addresses := range hosts {
		all[name] = strings.Join(addresses, ",")
	}
	return all
}

// bakeOutput is where the image goes: to the engine, or straight to its
// registry.
func bakeOutput(build state.BuildSpec) string {
	switch {
	case len(build.Config.Platforms) > 1:
		return fmt.Sprintf("type=image,push=%t", build.Push)
	case build.Push:
		return "type=registry"
	}
	return "type=docker"
}

func bakeAttest(kind, value string) []string {
	switch value {
	case "":
		return nil
	case "true":
		return []string{"type=" + kind}
	case "false":
		return []string{"type=" + kind + ",disabled=true"}
	}
	return []string{"type=" + kind + "," + value}
}
