package docker

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/state"
)

// field encodes a field of a protocol buffer that has a length.
func field(number uint64, value string) string {
	key := binary.AppendUvarint(nil, number<<3|2)
	return string(binary.AppendUvarint(key, uint64(len(value)))) + value
}

func TestBuildKitReports(t *testing.T) {
	const cached = "\x20\x01"  // field 4, varint 1
	const started = "\x2a\x00" // field 5, empty
	report := field(1, field(1, "d1")+field(3, "[1/2] FROM x")+cached) +
		field(1, field(1, "d2")+field(3, "[2/2] RUN y")+started) +
		field(3, field(1, "d2")+field(4, "about to fail\n")) +
		field(1, field(1, "d2")+field(3, "[2/2] RUN y")+started+field(7, "exit code: 9"))
	var shown []string
	output := newBuildOutput(func(p state.Progress) { shown = append(shown, p.Detail) })
	body := fmt.Sprintf("{\"id\":\"moby.buildkit.trace\",\"aux\":%q}\n{\"error\":\"exit code: 9\"}", base64.StdEncoding.EncodeToString([]byte(report)))
	err := output.explain(readStream(strings.NewReader(body), output.take))
	assert.Error(t, err, "step \"[2/2] RUN y\": exit code: 9; its output:\nabout to fail")
	assert.DeepEqual(t, shown, []string{"[1/2] FROM x (cached)", "[2/2] RUN y", "about to fail"})
}

func TestAnyBytesAreAReport(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parseTrace(rapid.SliceOf(rapid.Byte()).Draw(t, "data"))
	})
}

func TestClassicBuilderOutput(t *testing.T) {
	const body = `{"stream":"Step 1/2 : FROM x"}
{"stream":"\n"}
{"stream":" ---\u003e 268bc8382d36\n"}
{"stream":"Step 2/2 : RUN y"}
{"stream":"\n"}
{"stream":" ---\u003e Running in 1234\n"}
{"stream":"about to fail\n"}
{"error":"The command returned a non-zero code: 9"}`
	output := newBuildOutput(nil)
	err := output.explain(readStream(strings.NewReader(body), output.take))
	assert.Error(t, err, "step \"Step 2/2 : RUN y\": The command returned a non-zero code: 9; its output:\nabout to fail")
}
