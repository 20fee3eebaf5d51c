package buildkit

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

func engineOf(version, api string, snapshots bool) Engine {
	return Engine{EngineInfo: state.EngineInfo{Version: version, APIVersion: api, OS: "linux"}, Snapshots: snapshots}
}

func TestWhatAnEngineCannotDoIsRefusedByName(t *testing.T) {
	spec := state.BuildSpec{Config: types.BuildConfig{
		Platforms: types.StringList{"linux/amd64", "linux/arm64"}, Provenance: "true", SBOM: "generator=x",
		CacheTo: types.StringList{"type=inline", "type=local,dest=x", "app:cache"}, Isolation: "hyperv",
	}}
	const advice = ": use the containerd image store (Docker Engine 24 or newer), or a builder of buildx (--builder)\n"
	const classic = "Docker Engine 26.1 keeps its images in the classic store, which "
	assert.Error(t, engineOf("26.1", "1.45", false).refuse(spec), "Multi-platform build is not supported for the docker driver. build.platforms: "+classic+"holds one platform an image"+advice+
		"build.provenance: "+classic+"holds no attestations"+advice+
		"build.sbom: "+classic+"holds no attestations"+advice+
		"build.cache_to: "+classic+"exports type=inline alone, not type=local"+advice+
		"build.cache_to: "+classic+"exports type=inline alone, not type=registry"+advice+
		"build.isolation: hyperv is for an engine on Windows, this one runs on linux")
	spec.Config.Isolation = "default"
	assert.NilError(t, engineOf("28.5", "1.51", true).refuse(spec))

	spec = state.BuildSpec{Config: types.BuildConfig{CacheTo: types.StringList{"type=s3,bucket=b,secret_access_key=hunter2"}}}
	assert.Error(t, engineOf("26.1", "1.45", false).refuse(spec), "build.cache_to: "+classic+"exports type=inline alone, not type=s3"+strings.TrimSpace(advice))
}

func TestErrorsSayWhatToDo(t *testing.T) {
	old, newer := engineOf("20.10.24", "1.41", false), engineOf("28.5", "1.51", false)
	for _, test := range []struct {
		engine       Engine
		text, expect string
	}{
		{old, "failed to solve: rpc error: code = Unknown desc = failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 3: unknown instruction: ECHO", `dockerfile parse error line 3: unknown instruction: ECHO; the Dockerfile frontend of Docker Engine 20.10.24 knows no heredocs`},
		{newer, "failed to solve: dockerfile parse error on line 3: unknown instruction: ECHO", "dockerfile parse error on line 3: unknown instruction: ECHO"},
		{old, "failed to solve: unsupported frontend capability moby.buildkit.frontend.contexts", "build.additional_contexts: the Dockerfile frontend of Docker Engine 20.10.24 does not know them: Docker Engine 23 or newer can"},
		{newer, "pulling from host r.test failed with status code [manifests 1]: 401 Unauthorized", "if it is private, `docker login` to its registry"},
		{newer, "granting entitlement security.insecure is not allowed by build daemon configuration", "build.privileged: allow it in the engine's daemon.json"},
	} {
		err := test.engine.explain(t.Context(), NewSteps(nil), errors.New(test.text))
		assert.ErrorContains(t, err, test.expect)
		assert.Assert(t, test.engine.before(apiContexts) || len(err.Error()) <= len(test.text)+200)
	}
	assert.NilError(t, newer.explain(t.Context(), NewSteps(nil), nil))
}

func TestFailedStepIsFoundInTheDockerfile(t *testing.T) {
	steps := NewSteps(nil)
	steps.Begin("a", "[2/2] RUN y", "")
	steps.Fail("a")
	cause := errdefs.WithSource(errors.New("exit code: 9"), &errdefs.Source{
		Info: &pb.SourceInfo{Filename: "Dockerfile"}, Ranges: []*pb.Range{{Start: &pb.Position{Line: 2}, End: &pb.Position{Line: 2}}},
	})
	assert.Error(t, engineOf("28.5", "1.51", false).explain(t.Context(), steps, cause), `step "[2/2] RUN y" (Dockerfile:2): exit code: 9`)
}

func TestBuildThatIsCanceledSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, engineOf("28.5", "1.51", false).explain(ctx, NewSteps(nil), errors.New("rpc error: code = Canceled")), context.Canceled)
}
