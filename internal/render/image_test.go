package render

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/state"
)

// digestOf is a digest that begins with these digits.
func digestOf(digits string) string { return "sha256:" + digits + strings.Repeat("0", 64-len(digits)) }

// inUse are containers whose images are there, have lost their name to another
// one, are named by a digest, or are gone.
func inUse() ([]state.Container, map[string]state.Image) {
	containers := []state.Container{
		{Name: "shop-web-1", Image: "registry.example:5000/team/web", ImageID: digestOf("aa")},
		{Name: "shop-db-1", Image: "postgres:16", ImageID: digestOf("bb")},
		{Name: "shop-db-2", Image: "postgres:16", ImageID: digestOf("cc")},
		{Name: "shop-pin-1", Image: "redis:7@" + digestOf("dd"), ImageID: digestOf("bb")},
		{Name: "shop-gone-1", Image: "gone:1", ImageID: digestOf("ee")},
	}
	then := noon().Add(-36 * time.Hour)
	return containers, map[string]state.Image{
		digestOf("aa"): {ID: digestOf("aa"), Created: then, Platform: "linux/amd64", Size: 23_456_789, Tags: []string{"registry.example:5000/team/web:latest"}},
		digestOf("bb"): {ID: digestOf("bb"), Created: then, LastTag: noon(), Platform: "linux/arm64/v8", Size: 412, Tags: []string{"postgres:16"}},
		digestOf("cc"): {ID: digestOf("cc"), Platform: "linux/amd64", Size: 5 << 30},
	}
}

func TestImagesAreListedAsDockerComposeDoes(t *testing.T) {
	containers, images := inUse()
	for name, options := range map[string]ImageOptions{
		"images-table.txt": {},
		"images-json.txt":  {Format: "json"},
		"images-quiet.txt": {Quiet: true, Format: "json"},
	} {
		options.Now = noon()
		var out bytes.Buffer
		assert.NilError(t, Images(&out, containers, images, options))
		golden.Assert(t, out.String(), name)
	}
	assert.Error(t, Images(&bytes.Buffer{}, nil, nil, ImageOptions{Format: "xml"}), `unknown --format value "xml": it is table or json`)
}

func TestABakeFileHasAllOfABuild(t *testing.T) {
	value, braces := "1", "${HOME}"
	builds := []state.BuildSpec{
		{Service: "a.b", Image: "shop-a.b", Config: types.BuildConfig{Context: "https://example.com/r.git#main", Dockerfile: "x/Dockerfile"}, Check: true},
		{Service: "a_b", Image: "team/a:1", Platform: "linux/arm64", Push: true, Pull: true, NoCache: true,
			Labels:  map[string]string{state.LabelService: "a_b"},
			Secrets: []state.BuildSecret{{ID: "file", File: "/s"}, {ID: "env", Content: state.Content("hunter2")}},
			Config: types.BuildConfig{
				Context: "/src", DockerfileInline: "RUN echo ${X}", Args: types.MappingWithEquals{"A": &value, "B": nil, "C": &braces},
				AdditionalContexts: types.Mapping{"base": "service:a.b", "plain": "/plain"}, Labels: types.Labels{"l": "1"},
				SSH: types.SSHConfig{{ID: "default"}, {ID: "k=/k"}}, CacheFrom: types.StringList{"cache"}, CacheTo: types.StringList{"type=inline"},
				Tags: types.StringList{"team/a:extra"}, Network: "host", Target: "final", ShmSize: 64, NoCacheFilter: types.StringList{"final"},
				Ulimits: map[string]*types.UlimitsConfig{"nproc": {Single: 5}, "nofile": {Soft: 1, Hard: 2}}, Privileged: true,
				Entitlements: []string{"network.host"}, ExtraHosts: types.HostsList{"db": {"10.0.0.1", "::1"}}, Provenance: "mode=max", SBOM: "true",
			}},
		{Service: "c", Image: "team/c:1", Config: types.BuildConfig{Context: "/c", Platforms: types.StringList{"linux/amd64", "linux/arm64"}, Provenance: "false"}},
	}
	var out bytes.Buffer
	assert.NilError(t, Bake(&out, builds))
	golden.Assert(t, out.String(), "bake.json")
	assert.Assert(t, json.Valid(out.Bytes()))
	assert.Assert(t, !strings.Contains(out.String(), "hunter2"))
}
