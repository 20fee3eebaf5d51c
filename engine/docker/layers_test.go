package docker

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/state"
)

// reports are what following a stream told, and how often it was local.
func reports(t *testing.T, body string) (told []state.Progress, local []bool) {
	t.Helper()
	var all layers
	err := all.follow(strings.NewReader(body),
		func(p state.Progress) {
			if p.Layer == "" {
				told = append(told, p)
			}
		},
		func(l bool) { local = append(local, l) })
	assert.NilError(t, err)
	return told, local
}

func TestPullProgressIsTheSumOverLayers(t *testing.T) {
	told, _ := reports(t, `{"status":"Pulling from library/x","id":"1"}
{"status":"Pulling fs layer","progressDetail":{},"id":"a"}
{"status":"Downloading","progressDetail":{"current":10,"total":100},"id":"a"}
{"status":"Downloading","progressDetail":{"current":5,"total":50},"id":"b"}
{"status":"Download complete","progressDetail":{},"id":"a"}
{"status":"Extracting","progressDetail":{"current":1,"total":100},"id":"a"}
{"status":"Download complete","progressDetail":{},"id":"b"}
{"status":"Pull complete","progressDetail":{},"id":"a"}
{"status":"Pull complete","progressDetail":{},"id":"b"}
{"status":"Digest: sha256:1"}`)
	assert.DeepEqual(t, told, []state.Progress{
		{Detail: "Pulling from library/x"},
		{Detail: "Pulling fs layer"},
		{Detail: "Downloading", Bytes: 10, Total: 100},
		{Detail: "Downloading", Bytes: 15, Total: 150},
		{Detail: "Downloading", Bytes: 105, Total: 150},
		{Detail: "Extracting", Bytes: 150, Total: 150},
		{Detail: "Pull complete", Bytes: 150, Total: 150},
		{Detail: "Digest: sha256:1", Bytes: 150, Total: 150},
	})
}

func TestEachStepOfALayerIsToldOnce(t *testing.T) {
	var all layers
	var told []state.Progress
	err := all.follow(strings.NewReader(`{"status":"Pulling from library/x","id":"1"}
{"status":"Already exists","id":"z"}
{"status":"Pulling fs layer","id":"a"}
{"status":"Downloading","progressDetail":{"current":10,"total":100},"id":"a"}
{"status":"Download complete","id":"a"}
{"status":"Extracting","progressDetail":{"current":1,"total":100},"id":"a"}
{"status":"Pull complete","id":"a"}
{"status":"Pull complete","id":"a"}`), func(p state.Progress) {
		if p.Layer != "" {
			told = append(told, p)
		}
	}, func(bool) {})
	assert.NilError(t, err)
	assert.DeepEqual(t, told, []state.Progress{
		{Layer: "z", Detail: "Already exists", Arrived: true},
		{Layer: "a", Detail: "Pulling fs layer"},
		{Layer: "a", Detail: "Download complete"},
		{Layer: "a", Detail: "Pull complete", Arrived: true},
	})
}

func TestPushProgressIsTheSumOverLayers(t *testing.T) {
	told, _ := reports(t, `{"status":"The push refers to repository [r/x]"}
{"status":"Preparing","progressDetail":{},"id":"a"}
{"status":"Layer already exists","progressDetail":{},"id":"c"}
{"status":"Pushing","progressDetail":{"current":512,"total":1000},"id":"a"}
{"status":"Pushing","progressDetail":{"current":1100},"id":"b"}
{"status":"Pushing","progressDetail":{"current":1024,"total":1000},"id":"a"}
{"status":"Pushed","progressDetail":{},"id":"a"}
{"status":"Pushed","progressDetail":{},"id":"b"}
{"status":"1: digest: sha256:1 size: 528"}
{"progressDetail":{},"aux":{"Tag":"1"}}`)
	assert.DeepEqual(t, told, []state.Progress{
		{Detail: "The push refers to repository [r/x]"},
		{Detail: "Preparing"},
		{Detail: "Layer already exists"},
		{Detail: "Pushing", Bytes: 512, Total: 1000},
		{Detail: "Pushing", Bytes: 1612, Total: 2100},
		{Detail: "Pushing", Bytes: 2124, Total: 2124},
		{Detail: "Pushed", Bytes: 2124, Total: 2124},
		{Detail: "1: digest: sha256:1 size: 528", Bytes: 2124, Total: 2124},
	})
}

func TestNothingIsExpectedOfTheRegistryOnceAllLayersAreHere(t *testing.T) {
	_, local := reports(t, `{"status":"Pulling fs layer","id":"a"}
{"status":"Pulling fs layer","id":"b"}
{"status":"Download complete","id":"a"}
{"status":"Extracting","progressDetail":{"current":1,"total":100},"id":"a"}
{"status":"Download complete","id":"b"}
{"status":"Extracting","progressDetail":{"current":1,"total":100},"id":"a"}
{"status":"Extracting","progressDetail":{"current":2,"total":100},"id":"a"}
{"status":"Pull complete","id":"a"}
{"status":"Pull complete","id":"b"}
{"status":"Digest: sha256:1"}`)
	assert.DeepEqual(t, local, []bool{false, false, false, false, true, true, false, false})
}

// Whatever the engine says in whatever order, the bytes do not run backwards,
// and are never more than the total.
func TestProgressIsSteady(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var body strings.Builder
		for range rapid.IntRange(1, 30).Draw(t, "messages") {
			fmt.Fprintf(&body, `{"id":%q,"status":%q,"progressDetail":{"current":%d,"total":%d}}`,
				rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id"),
				rapid.SampledFrom([]string{"Pulling fs layer", "Downloading", "Retrying in 5 seconds", "Extracting", "Pull complete", "Pushing", "Pushed"}).Draw(t, "status"),
				rapid.Int64Range(0, 50).Draw(t, "current"), rapid.Int64Range(0, 50).Draw(t, "total"))
		}
		var all layers
		var last state.Progress
		err := all.follow(strings.NewReader(body.String()), func(p state.Progress) {
			if p.Layer != "" {
				return
			}
			if p.Bytes < last.Bytes || p.Total < last.Total || p.Bytes > p.Total || p == last {
				t.Fatalf("%+v after %+v in\n%s", p, last, body.String())
			}
			last = p
		}, func(bool) {})
		if err != nil {
			t.Fatal(err)
		}
	})
}
