package render

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

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
		all = append(all, key.ID)
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
