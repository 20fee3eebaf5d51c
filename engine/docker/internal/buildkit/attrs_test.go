package buildkit

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/client"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/fs"

	"github.com/stackctl/stack/state"
)

func text(value string) *string { return &value }

func TestWhatTheFrontendIsTold(t *testing.T) {
	request := Request{
		Spec: state.BuildSpec{
			Image: "app", Platform: "linux/arm64", Pull: true, Labels: map[string]string{"b": "ours"},
			Config: types.BuildConfig{
				Args:   types.MappingWithEquals{"A": text("1"), "UNSET": nil, "HTTP_PROXY": text("")},
				Labels: types.Labels{"a": "1", "b": "theirs"}, Target: "final", NoCacheFilter: types.StringList{"deps", "final"},
				ExtraHosts: types.HostsList{"db": []string{"10.0.0.1"}, "six": []string{"::1"}}, ShmSize: 1 << 20,
				Ulimits: map[string]*types.UlimitsConfig{"nproc": {Single: 5}, "nofile": {Soft: 1, Hard: 2}, "core": nil},
				Network: "host", Provenance: "mode=max", SBOM: "true",
			},
		},
		Args: map[string]*string{"HTTP_PROXY": text("http://proxy"), "NO_PROXY": text("x")},
	}
	attrs, err := frontendAttrs(request, map[string]string{"filename": "Dockerfile"})
	assert.NilError(t, err)
	assert.DeepEqual(t, attrs, map[string]string{
		"filename": "Dockerfile", "target": "final", "platform": "linux/arm64", "image-resolve-mode": "pull",
		"no-cache": "deps,final", "build-arg:A": "1", "build-arg:HTTP_PROXY": "", "build-arg:NO_PROXY": "x",
		"label:a": "1", "label:b": "ours", "add-hosts": "db=10.0.0.1,six=::1", "shm-size": "1048576",
		"ulimit": "nofile=1:2,nproc=5:5", "force-network-mode": "host",
		"attest:provenance": "mode=max", "attest:sbom": "generator=",
	})

	attrs, err = frontendAttrs(Request{Spec: state.BuildSpec{NoCache: true, Config: types.BuildConfig{NoCacheFilter: types.StringList{"x"}, Provenance: "false", SBOM: "0"}}}, map[string]string{})
	assert.NilError(t, err)
	assert.DeepEqual(t, attrs, map[string]string{"image-resolve-mode": "local", "no-cache": ""})

	_, err = frontendAttrs(Request{Spec: state.BuildSpec{Config: types.BuildConfig{Network: "mine"}}}, map[string]string{})
	assert.ErrorContains(t, err, `build.network: BuildKit has default, host and none, found "mine"`)
}

func TestEntitlements(t *testing.T) {
	assert.Equal(t, len(entitlements(types.BuildConfig{})), 0)
	assert.DeepEqual(t, entitlements(types.BuildConfig{Privileged: true, Network: "host", Entitlements: []string{"security.insecure", "device"}}),
		[]string{"device", "network.host", "security.insecure"})
}

func TestImageHasAllItsNames(t *testing.T) {
	spec := state.BuildSpec{Image: "app", Config: types.BuildConfig{Tags: types.StringList{"app:1", "app"}}}
	assert.DeepEqual(t, export(spec), client.ExportEntry{Type: "moby", Attrs: map[string]string{"name": "app,app:1"}})
}

func TestSyntaxOfAnArgument(t *testing.T) {
	solve := client.SolveOpt{Frontend: "dockerfile.v0", FrontendAttrs: map[string]string{"build-arg:BUILDKIT_SYNTAX": " docker/dockerfile:1 --flag"}}
	useSyntax(&solve)
	assert.Equal(t, solve.Frontend, "gateway.v0")
	assert.Equal(t, solve.FrontendAttrs["source"], "docker/dockerfile:1")
	assert.Equal(t, solve.FrontendAttrs["cmdline"], "docker/dockerfile:1 --flag")
}

func TestCaches(t *testing.T) {
	env := variables{"ACTIONS_RUNTIME_TOKEN": "token", "ACTIONS_RESULTS_URL": "https://results"}
	entries, err := cacheEntries("cache_from", []string{"app:cache", "type=local,src=dir", `type=registry,"ref=a,b"`, "type=gha,scope=x"}, env.get)
	assert.NilError(t, err)
	assert.DeepEqual(t, entries, []client.CacheOptionsEntry{
		{Type: "registry", Attrs: map[string]string{"ref": "app:cache"}},
		{Type: "local", Attrs: map[string]string{"src": "dir"}},
		{Type: "registry", Attrs: map[string]string{"ref": "a,b"}},
		{Type: "gha", Attrs: map[string]string{"scope": "x", "token": "token", "url_v2": "https://results"}},
	})
	for entry, expect := range map[string]string{
		"dest=x":                    `build.cache_to[1]: expected a type`,
		"type=local,x=y,hunter2":    `build.cache_to[1]: expected KEY=VALUE in its field 3`,
		`type="`:                    `build.cache_to[1]: parse error`,
		"secret_access_key=hunter2": `build.cache_to[1]: expected a type`,
	} {
		_, err := cacheEntries("cache_to", []string{"type=inline", entry}, env.get)
		assert.ErrorContains(t, err, expect)
		assert.Assert(t, !strings.Contains(err.Error(), "hunter2"))
	}
}

func TestBasesAreNotPulled(t *testing.T) {
	solve := client.SolveOpt{FrontendAttrs: map[string]string{"context:base": "docker-image://app-base", "context:other": "docker-image://alpine", "context": "x"}}
	assert.DeepEqual(t, len(ImageContexts(map[string]string{"base": "docker-image://app-base", "x": "/folder"})), 1)
	assert.NilError(t, keepBases(&solve, map[string][]byte{"app-base": []byte("{}")}))
	assert.DeepEqual(t, solve.FrontendAttrs, map[string]string{
		"context:base": "input:base", "input-metadata:base": `{"containerimage.config":"e30="}`, "context:other": "docker-image://alpine", "context": "x",
	})
	assert.Equal(t, len(solve.FrontendInputs), 1)
}

func TestABuildThatPullsIsPreparedWithItsBases(t *testing.T) {
	dir := fs.NewDir(t, "context", fs.WithFile("Dockerfile", "FROM base"))
	solve, err := prepare(Request{
		Spec: state.BuildSpec{Image: "app", Pull: true, Config: types.BuildConfig{
			Context: dir.Path(), AdditionalContexts: types.Mapping{"base": "docker-image://app-base"},
		}},
		Bases:  map[string][]byte{"app-base": []byte("{}")},
		Getenv: variables{}.get,
	})
	assert.NilError(t, err)
	assert.Equal(t, solve.FrontendAttrs["context:base"], "input:base")
	assert.Equal(t, len(solve.FrontendInputs), 1)

	request, err := lint(t.Context(), solve)
	assert.NilError(t, err)
	assert.Equal(t, request.FrontendOpt["frontend.caps"], "moby.buildkit.frontend.subrequests,"+capContexts+"+forward")
	assert.Assert(t, len(request.FrontendInputs["base"].Def) > 0)
	assert.Equal(t, solve.FrontendAttrs["requestid"], "")
}
