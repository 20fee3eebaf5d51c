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

// That nothing of the build's connections is left, the end of all tests checks.
func TestBuildEndsWithTheContext(t *testing.T) {
	withBuilders(t, func(t *testing.T, e engine.Engine) {
		dir := fs.NewDir(t, "context", fs.WithFile("Dockerfile", "FROM busybox\nRUN echo begun; sleep 60\n"))
		spec := building(t, e, types.BuildConfig{Context: dir.Path()})
		spec.NoCache = true
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := e.BuildImage(ctx, spec, func(p state.Progress) {
			if strings.TrimSpace(p.Detail) == "begun" {
				cancel()
			}
		})
		assert.ErrorIs(t, err, context.Canceled)
	})
}
