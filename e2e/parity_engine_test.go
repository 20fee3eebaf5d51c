package e2e_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/versions"
	"gotest.tools/v3/assert"
)

// The expectations were recorded on a machine of this name, whose engine had
// its files here.
const (
	recordedName = `"Hostname": "vm"`
	recordedRoot = "/var/lib/docker/volumes/"
)

// honoured is what the recorded Engine 20.10 (API 1.41) did not do of the
// fixtures, and engines do since.
var honoured = []struct {
	api    string
	object string
	path   []string
	value  any
}{
	{"1.43", "container twin-full", []string{"HostConfig", "Annotations"}, map[string]any{"com.example.ann": "y"}},
	{"1.44", "container paritynetworks-b-1", []string{"Config", "MacAddress"}, "02:42:ac:11:65:43"}, // it was the endpoint's alone
}

// expectation is what Docker Compose made the engine hold of a fixture.
type expectation struct {
	Exit    int
	Hashes  []string
	Objects map[string]any
}

// expected is what was recorded, as this engine says it.
func expected(t *testing.T, name string) (want expectation) {
	t.Helper()
	info, err := docker.Info(t.Context())
	assert.NilError(t, err)
	recorded := string(fixture(t, "expected", name+".json"))
	recorded = strings.ReplaceAll(recorded, recordedName, `"Hostname": `+text(info.Name))
	recorded = strings.ReplaceAll(recorded, recordedRoot, info.DockerRootDir+"/volumes/")
	assert.NilError(t, json.Unmarshal([]byte(recorded), &want))

	was := reread(string(fixture(t, "bare.json")))
	is := bare(t)
	for _, each := range want.Objects {
		if host, ok := object(each)["HostConfig"].(map[string]any); ok {
			replaceDefaults(host, was, is)
		}
	}
	for _, h := range honoured {
		if each, ok := want.Objects[h.object].(map[string]any); ok && versions.GreaterThanOrEqualTo(docker.ClientVersion(), h.api) {
			for _, key := range h.path[:len(h.path)-1] {
				each = each[key].(map[string]any)
			}
			each[h.path[len(h.path)-1]] = h.value
		}
	}
	return want
}

// bare is the HostConfig of a container of which nothing is asked but its
// image: this engine's defaults.
func bare(t *testing.T) map[string]any {
	t.Helper()
	created, err := docker.ContainerCreate(t.Context(), &container.Config{Image: "busybox"}, nil, nil, nil, "")
	assert.NilError(t, err)
	_, raw, err := docker.ContainerInspectWithRaw(t.Context(), created.ID, false)
	assert.NilError(t, err)
	assert.NilError(t, docker.ContainerRemove(t.Context(), created.ID, container.RemoveOptions{}))
	return object(reread(string(raw))["HostConfig"])
}

// replaceDefaults changes what the recorded engine added by itself to what this
// one adds by itself. What was asked for stays as it is.
func replaceDefaults(host, was, is map[string]any) {
	keys := maps.Clone(was)
	maps.Copy(keys, is)
	for key := range keys {
		if reflect.DeepEqual(host[key], was[key]) || blank(host[key]) && blank(was[key]) {
			host[key] = is[key]
		}
	}
}

func fixture(t *testing.T, path ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(append([]string{"testdata", "parity"}, path...)...))
	assert.NilError(t, err)
	return content
}
