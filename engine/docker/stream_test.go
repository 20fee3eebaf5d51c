package docker

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

func TestPullProgressIsTheSumOverLayers(t *testing.T) {
	const body = `{"status":"Pulling from library/x","id":"1"}
{"status":"Pulling fs layer","progressDetail":{},"id":"a"}
{"status":"Downloading","progressDetail":{"current":10,"total":100},"id":"a"}
{"status":"Downloading","progressDetail":{"current":5,"total":50},"id":"b"}
{"status":"Download complete","progressDetail":{},"id":"a"}
{"status":"Extracting","progressDetail":{"current":1,"total":100},"id":"a"}
{"status":"Pull complete","progressDetail":{},"id":"b"}`
	var got []state.Progress
	assert.NilError(t, followPull(strings.NewReader(body), func(p state.Progress) { got = append(got, p) }))
	assert.DeepEqual(t, got, []state.Progress{
		{Detail: "Pulling from library/x"},
		{Detail: "Pulling fs layer"},
		{Detail: "Downloading", Bytes: 10, Total: 100},
		{Detail: "Downloading", Bytes: 15, Total: 150},
		{Detail: "Download complete", Bytes: 105, Total: 150},
		{Detail: "Extracting", Bytes: 105, Total: 150},
		{Detail: "Pull complete", Bytes: 150, Total: 150},
	})
	assert.NilError(t, followPull(strings.NewReader(body), nil))
}

func TestPullsThatFailInTheStream(t *testing.T) {
	for _, test := range []struct {
		body, expect string
		sentinel     error
	}{
		{body: `{"error":"pull access denied for x"}`, expect: "pull x: pull access denied for x; check the image's name; if it is private, `docker login` to its registry", sentinel: engine.ErrNotFound},
		{body: `{"error":"Get \"https://r/\": dial tcp: lookup r: no such host"}`, expect: `pull x: Get "https://r/": dial tcp: lookup r: no such host; the engine cannot reach the registry: check the image's name, and the engine's network, DNS and proxy`},
		{body: `{"error":"manifest for x:9 not found: manifest unknown"}`, expect: "pull x: manifest for x:9 not found: manifest unknown; check the image's name and tag", sentinel: engine.ErrNotFound},
		{body: `{"status":`, expect: "pull x: the engine's answer broke off: unexpected EOF"},
	} {
		err := followPull(strings.NewReader(test.body), nil)
		failed := explainPull((&daemon{}).translate(err, "pull x"), err)
		assert.Error(t, failed, test.expect)
		if test.sentinel != nil {
			assert.ErrorIs(t, failed, test.sentinel)
		}
	}
}

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
