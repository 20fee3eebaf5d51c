package docker

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine/docker/internal/buildkit"
)

func TestClassicBuilderOutput(t *testing.T) {
	const body = `{"stream":"Step 1/2 : FROM x"}
{"stream":"\n"}
{"stream":" ---\u003e 268bc8382d36\n"}
{"stream":"Step 2/2 : RUN y"}
{"stream":"\n"}
{"stream":" ---\u003e Running in 1234\n"}
{"stream":"about to fail\n"}
{"error":"The command returned a non-zero code: 9"}`
	output := classicOutput{steps: buildkit.NewSteps(nil)}
	err := output.steps.Explain(readStream(strings.NewReader(body), output.take))
	assert.Error(t, err, "step \"Step 2/2 : RUN y\": The command returned a non-zero code: 9; its output:\nabout to fail")
}
