package engine_test

import (
	"errors"
	"fmt"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
)

func TestABuildErrorCanBeToldWithoutItsOutput(t *testing.T) {
	failed := &engine.BuildError{Step: "RUN make", Where: "Dockerfile:3", Output: "one\ntwo\n", Cause: engine.ErrNotFound}
	err := fmt.Errorf("build web: %w; check it", failed)
	assert.Error(t, err, "build web: step \"RUN make\" (Dockerfile:3): not found; its output:\none\ntwo; check it")

	brief := engine.WithoutOutput(err)
	assert.Error(t, brief, `build web: step "RUN make" (Dockerfile:3): not found; check it`)
	assert.Assert(t, errors.Is(brief, engine.ErrNotFound))

	silent := fmt.Errorf("build web: %w", &engine.BuildError{Step: "RUN make", Cause: engine.ErrConflict})
	assert.Error(t, silent, `build web: step "RUN make": conflict`)
	assert.Equal(t, engine.WithoutOutput(silent), silent)
	assert.Equal(t, engine.WithoutOutput(engine.ErrConflict), engine.ErrConflict)
}
