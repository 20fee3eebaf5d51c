package buildkit

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/fs"

	"github.com/stackctl/stack/state"
)

// buildx is a program in the place of buildx.
func buildx(t *testing.T, script string) []string {
	t.Helper()
	dir := fs.NewDir(t, "buildx", fs.WithFile("buildx", script, fs.WithMode(0o755)))
	return []string{"/bin/sh", dir.Join("buildx")}
}

func handOver(t *testing.T, config types.BuildConfig) Request {
	t.Helper()
	if config.Context == "" {
		config.Context = fs.NewDir(t, "context", fs.WithFile("Dockerfile", "")).Path()
	}
	return Request{Spec: state.BuildSpec{Image: "app", Builder: "farm", Config: config}, Getenv: variables{}.get}
}

func TestBuildxIsGivenTheWholeBuild(t *testing.T) {
	dir := fs.NewDir(t, "project", fs.WithFile("token", ""), fs.WithFile("Other", ""))
	request := handOver(t, types.BuildConfig{
		Context: dir.Path(), Dockerfile: "Other", Target: "final", Tags: types.StringList{"app:1"}, Args: types.MappingWithEquals{"A": text("1")},
		AdditionalContexts: types.Mapping{"base": "docker-image://x"}, CacheFrom: types.StringList{"app:cache"}, CacheTo: types.StringList{"type=inline"},
		SSH: types.SSHConfig{{ID: "default=/agent"}}, Privileged: true, Network: "host", NoCacheFilter: types.StringList{"deps"},
		ExtraHosts: types.HostsList{"db": []string{"10.0.0.1"}}, ShmSize: 64, Ulimits: map[string]*types.UlimitsConfig{"nofile": {Single: 9}},
		Platforms: types.StringList{"linux/amd64", "linux/arm64"}, Provenance: "mode=max", SBOM: "true",
	})
	request.Spec.Labels = map[string]string{"a": "1"}
	request.Spec.NoCache, request.Spec.Pull, request.Spec.Push = true, true, true
	request.Spec.Secrets = []state.BuildSecret{{ID: "file", File: dir.Join("token")}, {ID: "variable", Content: state.Content("hush")}}
	args, env := buildxArgs(request)
	assert.DeepEqual(t, strings.ReplaceAll(strings.Join(args, " "), dir.Path(), "DIR"), "build --builder farm --progress rawjson --push --no-cache --pull"+
		" --tag=app --tag=app:1 --file=DIR/Other --target=final --platform=linux/amd64,linux/arm64 --no-cache-filter=deps --build-arg=A=1 --label=a=1"+
		" --build-context=base=docker-image://x --cache-from=app:cache --cache-to=type=inline --allow=network.host --allow=security.insecure"+
		" --network=host --add-host=db=10.0.0.1 --shm-size=64 --ulimit=nofile=9:9 --provenance=mode=max --sbom=true"+
		" --ssh=default=/agent --secret=id=file,src=DIR/token --secret=id=variable,env=STACK_BUILD_SECRET_1 DIR")
	assert.DeepEqual(t, env, []string{"STACK_BUILD_SECRET_1=hush"})
}

func TestBuildxReportsLikeTheEngine(t *testing.T) {
	const report = `
cat >&2 <<'END'
#0 building with "farm" instance
{"vertexes":[{"digest":"sha256:1","name":"[1/1] RUN x","started":"2026-01-02T15:04:05Z"}]}
{"logs":[{"vertex":"sha256:1","data":"YWJvdXQgdG8gZmFpbAo="}]}
{"vertexes":[{"digest":"sha256:1","name":"[1/1] RUN x","error":"exit code: 9"}]}
ERROR: failed to build: failed to solve: exit code: 9
END
exit 1`
	var shown []string
	request := handOver(t, types.BuildConfig{DockerfileInline: "FROM x"})
	request.Progress = func(p state.Progress) { shown = append(shown, p.Detail) }
	err := HandOver(t.Context(), buildx(t, report), os.Environ(), request)
	assert.Error(t, err, "step \"[1/1] RUN x\": exit code: 9; its output:\nabout to fail")
	assert.DeepEqual(t, shown, []string{"[1/1] RUN x", "about to fail"})

	assert.NilError(t, HandOver(t.Context(), buildx(t, `test "$(cat)" = "FROM x" && test "$DOCKER_HOST" = here`), append(os.Environ(), "DOCKER_HOST=here"), request))
	assert.ErrorContains(t, HandOver(t.Context(), buildx(t, "exit 3"), nil, request), "buildx: exit status 3")
	assert.ErrorContains(t, HandOver(t.Context(), buildx(t, "echo 'ERROR: no builder \"farm\" found' >&2; exit 1"), nil, request), `no builder "farm" found`)

	request.Spec.Check = true
	assert.ErrorContains(t, HandOver(t.Context(), buildx(t, "echo WARNING: FromAsCasing; exit 1"), nil, request), "check: WARNING: FromAsCasing")
}

func TestBuildxEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	request := handOver(t, types.BuildConfig{})
	request.Progress = func(state.Progress) { cancel() }
	const script = `echo '{"vertexes":[{"digest":"sha256:1","name":"RUN","started":"2026-01-02T15:04:05Z"}]}' >&2
exec sleep 600`
	assert.ErrorIs(t, HandOver(ctx, buildx(t, script), os.Environ(), request), context.Canceled)
}

func TestBuildxIsNotAskedForWhatIsMissing(t *testing.T) {
	nobody := []string{"/nosuch/buildx"}
	assert.ErrorContains(t, HandOver(t.Context(), nobody, nil, handOver(t, types.BuildConfig{Context: "/nosuch"})), "build context: stat")
	assert.ErrorContains(t, HandOver(t.Context(), nobody, nil, handOver(t, types.BuildConfig{SSH: types.SSHConfig{{ID: "default"}}})), "build.ssh: default")
	assert.ErrorContains(t, HandOver(t.Context(), nobody, nil, handOver(t, types.BuildConfig{})), "buildx: ")
	request := handOver(t, types.BuildConfig{})
	request.Spec.Secrets = []state.BuildSecret{{ID: "x", File: "/nosuch"}}
	assert.ErrorContains(t, HandOver(t.Context(), nobody, nil, request), "build.secrets: x")
}
