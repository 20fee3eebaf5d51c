package docker_test

import (
	"context"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/fs"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

const dockerfile = `FROM busybox AS base
ARG WORD
RUN echo say $WORD > /said
COPY . /files/
FROM base AS broken
RUN echo about to fail; exit 9
`

// withBuilders runs a test with BuildKit and with the classic builder.
func withBuilders(t *testing.T, test func(*testing.T, engine.Engine)) {
	t.Helper()
	for _, buildkit := range []string{"1", "0"} {
		t.Run("DOCKER_BUILDKIT="+buildkit, func(t *testing.T) {
			t.Setenv("DOCKER_BUILDKIT", buildkit)
			test(t, live(t))
		})
	}
}

// building is an image to build that is removed at the end.
func building(t *testing.T, e engine.Engine, config types.BuildConfig) state.BuildSpec {
	t.Helper()
	tag := project(t, e) + ":built"
	t.Cleanup(func() { assert.Check(t, e.RemoveImage(context.Background(), tag)) })
	return state.BuildSpec{Image: tag, Service: "web", Labels: map[string]string{"who": "test"}, Config: config}
}

func TestBuildOfAContext(t *testing.T) {
	withBuilders(t, func(t *testing.T, e engine.Engine) {
		dir := fs.NewDir(t, "context",
			fs.WithFile("Dockerfile", dockerfile),
			fs.WithFile(".dockerignore", "*.log\nsub\n!sub/kept\n"),
			fs.WithFile("a.log", ""), fs.WithFile("b.txt", ""),
			fs.WithDir("sub", fs.WithFile("dropped", ""), fs.WithFile("kept", "")),
		)
		word := "hello"
		spec := building(t, e, types.BuildConfig{Context: dir.Path(), Target: "base", Args: types.MappingWithEquals{"WORD": &word}})
		var details []string
		assert.NilError(t, e.BuildImage(t.Context(), spec, func(p state.Progress) { details = append(details, p.Detail) }))
		assert.Assert(t, strings.Contains(strings.Join(details, "\n"), "RUN echo say"), "%q", details)
		observed, err := e.Observe(t.Context(), state.Scope{Project: "tb-none", Images: []string{spec.Image}})
		assert.NilError(t, err)
		assert.Assert(t, observed.Images[spec.Image].ID != "")

		s := specOf(t, e, spec.Image, "sh", "-c", "cat /said; cd /files; find . -type f | sort")
		assert.DeepEqual(t, lines(t, e, started(t, e, s)), []string{"say hello", "./.dockerignore", "./Dockerfile", "./b.txt", "./sub/kept"})
	})
}

func TestBuildThatFails(t *testing.T) {
	withBuilders(t, func(t *testing.T, e engine.Engine) {
		dir := fs.NewDir(t, "context", fs.WithFile("Dockerfile", dockerfile))
		err := e.BuildImage(t.Context(), building(t, e, types.BuildConfig{Context: dir.Path()}), nil)
		assert.ErrorContains(t, err, "RUN echo about to fail; exit 9")
		assert.ErrorContains(t, err, "its output:\nabout to fail")

		err = e.BuildImage(t.Context(), building(t, e, types.BuildConfig{Context: dir.Path(), DockerfileInline: "FROM tb.invalid/nosuch:1\n"}), nil)
		assert.ErrorContains(t, err, "the engine cannot reach the registry")

		err = e.BuildImage(t.Context(), building(t, e, types.BuildConfig{Context: dir.Join("nosuch")}), nil)
		assert.ErrorContains(t, err, "build context: stat")
	})
}

func TestBuildWithADockerfileFromElsewhere(t *testing.T) {
	withBuilders(t, func(t *testing.T, e engine.Engine) {
		dir := fs.NewDir(t, "project", fs.WithDir("context", fs.WithFile("b.txt", "")), fs.WithFile("Dockerfile", "FROM scratch\nCOPY b.txt /outside\n"))
		for _, config := range []types.BuildConfig{
			{Context: dir.Join("context"), Dockerfile: "../Dockerfile"},
			{Context: dir.Join("context"), DockerfileInline: "FROM scratch\nCOPY b.txt /inline\n"},
		} {
			assert.NilError(t, e.BuildImage(t.Context(), building(t, e, config), nil))
		}
	})
}
