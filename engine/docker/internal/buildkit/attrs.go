package buildkit

import (
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/client"

	"github.com/stackctl/stack/state"
)

// The entitlements that a build may be given.
const (
	entitlementInsecure = "security.insecure"
	entitlementHost     = "network.host"
)

// frontendAttrs are what the Dockerfile frontend is told, besides where the
// sources are.
func frontendAttrs(request Request, sources map[string]string) (map[string]string, error) {
	spec, c := request.Spec, request.Spec.Config
	attrs := maps.Clone(sources)
	set := func(key, value string) {
		if value != "" {
			attrs[key] = value
		}
	}
	set("target", c.Target)
	set("platform", strings.Join(Platforms(spec), ","))
	attrs["image-resolve-mode"] = "local"
	if spec.Pull || c.Pull {
		attrs["image-resolve-mode"] = "pull"
	}
	set("no-cache", strings.Join(c.NoCacheFilter, ","))
	if spec.NoCache || c.NoCache {
		attrs["no-cache"] = "" // of every stage
	}
	for name, value := range request.args() {
		attrs["build-arg:"+name] = value
	}
	for _, labels := range []map[string]string{c.Labels, spec.Labels} {
		for name, value := range labels {
			attrs["label:"+name] = value
		}
	}
	set("add-hosts", fields(hosts(c.ExtraHosts)))
	if c.ShmSize > 0 {
		attrs["shm-size"] = strconv.FormatInt(int64(c.ShmSize), 10)
	}
	set("ulimit", fields(ulimits(c.Ulimits)))
	set("attest:provenance", attestation(c.Provenance, "mode=min"))
	set("attest:sbom", attestation(c.SBOM, "generator="))
	return attrs, setNetwork(attrs, c.Network)
}

// args are all build arguments that have a value.
func (r Request) args() map[string]string {
	all := map[string]string{}
	for _, args := range []map[string]*string{r.Args, r.Spec.Config.Args} {
		for name, value := range args {
			if value != nil {
				all[name] = *value
			}
		}
	}
	return all
}

// Platforms are what an image is built for; none is the engine's own.
func Platforms(spec state.BuildSpec) []string {
	if len(spec.Config.Platforms) > 1 || spec.Platform == "" {
		return spec.Config.Platforms
	}
	return []string{spec.Platform}
}

func setNetwork(attrs map[string]string, network string) error {
	switch network {
	case "", "default":
	case "host", "none":
		attrs["force-network-mode"] = network
	default:
		return fmt.Errorf("build.network: BuildKit has default, host and none, found %q; DOCKER_BUILDKIT=0 builds in any network", network)
	}
	return nil
}

// entitlements are what a build is allowed to do: the engine may refuse.
func entitlements(c types.BuildConfig) []string {
	all := slices.Clone(c.Entitlements)
	if c.Privileged {
		all = append(all, entitlementInsecure)
	}
	if c.Network == "host" {
		all = append(all, entitlementHost)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// hosts are NAME=ADDRESS, sorted.
func hosts(configured types.HostsList) []string {
	list := configured.AsList("=")
	slices.Sort(list)
	return list
}

// ulimits are NAME=SOFT:HARD, sorted.
func ulimits(configured map[string]*types.UlimitsConfig) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(configured)) {
		u := configured[name]
		if u == nil {
			continue
		}
		soft, hard := u.Single, u.Single
		if u.Single == 0 {
			soft, hard = u.Soft, u.Hard
		}
		list = append(list, fmt.Sprintf("%s=%d:%d", name, soft, hard))
	}
	return list
}

// Attests is true for a provenance or sbom that asks for an attestation.
func Attests(text string) bool { return attestation(text, "plain") != "" }

// attestation is the value of an attestation's attribute; empty is none.
func attestation(text, plain string) string {
	if wanted, err := strconv.ParseBool(text); err == nil {
		if wanted {
			return plain
		}
		return ""
	}
	return text
}

// fields is one line of comma separated values.
func fields(values []string) string {
	if len(values) == 0 {
		return ""
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(values) // a strings.Builder takes everything
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

// export puts the image into the engine's store, under all its names.
func export(spec state.BuildSpec) client.ExportEntry {
	return client.ExportEntry{Type: "moby", Attrs: map[string]string{"name": strings.Join(Tags(spec), ",")}}
}

// Tags are all names of an image, its own first.
func Tags(spec state.BuildSpec) []string {
	tags := []string{spec.Image}
	for _, tag := range spec.Config.Tags {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

// useSyntax builds with the frontend that the argument BUILDKIT_SYNTAX names,
// as `# syntax=` in a Dockerfile does.
func useSyntax(solve *client.SolveOpt) {
	syntax := strings.TrimSpace(solve.FrontendAttrs["build-arg:BUILDKIT_SYNTAX"])
	if syntax == "" {
		return
	}
	solve.Frontend = "gateway.v0"
	solve.FrontendAttrs["source"], _, _ = strings.Cut(syntax, " ")
	solve.FrontendAttrs["cmdline"] = syntax
}

// hostGatewayLabel is where an engine's worker says its host-gateway-ip.
const hostGatewayLabel = "org.mobyproject.buildkit.worker.moby.host-gateway-ip"

// resolveHostGateway writes the engine's address in the place of host-gateway.
func resolveHostGateway(ctx context.Context, bk *client.Client, attrs map[string]string) error {
	const name = "=host-gateway"
	if !strings.Contains(attrs["add-hosts"], name) {
		return nil
	}
	workers, err := bk.ListWorkers(ctx)
	if err != nil {
		return fmt.Errorf("build.extra_hosts: host-gateway: %w", err)
	}
	for _, worker := range workers {
		if address := worker.Labels[hostGatewayLabel]; address != "" {
			attrs["add-hosts"] = strings.ReplaceAll(attrs["add-hosts"], name, "="+address)
			return nil
		}
	}
	return fmt.Errorf("build.extra_hosts: this engine's BuildKit does not say its host-gateway: write its address, or use Docker Engine 23 or newer")
}
