package swarm_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/api/types/system"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

const (
	older = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	newer = "sha256:2222222222222222222222222222222222222222222222222222222222222222"
)

// taking is a manager that notes the service that it is given, and asks a
// registry which has web:1 for two platforms, unless it is away.
type taking struct {
	away  bool
	taken swarm.ServiceSpec
}

func (f *taking) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var answer any
	switch {
	case strings.HasSuffix(r.URL.Path, "/_ping"):
		w.Header().Set("Api-Version", "1.41")
		return
	case strings.HasSuffix(r.URL.Path, "/info"):
		answer = system.Info{Swarm: swarm.Info{NodeID: "n1", ControlAvailable: true, LocalNodeState: swarm.LocalNodeStateActive}}
	case strings.HasSuffix(r.URL.Path, "/distribution/web:1/json") && !f.away:
		answer = registry.DistributionInspect{
			Descriptor: v1.Descriptor{Digest: digest.Digest(newer)},
			Platforms:  []v1.Platform{{OS: "linux", Architecture: "amd64"}, {OS: "linux", Architecture: "arm", Variant: "v7"}},
		}
	case strings.HasSuffix(r.URL.Path, "/services/create"), strings.HasSuffix(r.URL.Path, "/services/s1/update"):
		f.taken = swarm.ServiceSpec{}
		if err := json.NewDecoder(r.Body).Decode(&f.taken); err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
		answer = swarm.ServiceCreateResponse{ID: "s1"}
	default:
		w.WriteHeader(http.StatusInternalServerError)
		answer = map[string]string{"message": "dial tcp 192.0.2.1:443: connect: connection refused"}
	}
	_ = json.NewEncoder(w).Encode(answer) // the caller sees what is missing
}

func TestAnImageIsPinnedToWhatItsRegistryHas(t *testing.T) {
	amd64, arm, riscv := swarm.Platform{OS: "linux", Architecture: "amd64"}, swarm.Platform{OS: "linux"}, swarm.Platform{OS: "linux", Architecture: "riscv64"}
	for name, test := range map[string]struct {
		away      bool
		wanted    state.ServiceSpec
		image     string
		platforms []swarm.Platform
		update    bool
		got       string
		on        []swarm.Platform
		warned    string
	}{
		"a new one":                      {image: "web:1", got: "web:1@" + newer, on: []swarm.Platform{amd64, arm}},
		"one for a platform of the file": {image: "web:1", wanted: state.ServiceSpec{Platform: true}, platforms: []swarm.Platform{riscv}, got: "web:1@" + newer, on: []swarm.Platform{riscv}},
		"a new one that is not told":     {image: "web:1", away: true, got: "web:1", warned: ": each node pulls whatever web:1 names then, or runs what it has"},
		"one that is asked for again": {
			image: "web:1@" + older, platforms: []swarm.Platform{riscv}, update: true, wanted: state.ServiceSpec{Tag: "web:1"}, got: "web:1@" + newer, on: []swarm.Platform{amd64, arm},
		},
		"one for a platform that is asked for again": {
			image: "web:1@" + older, platforms: []swarm.Platform{riscv}, update: true, wanted: state.ServiceSpec{Tag: "web:1", Platform: true}, got: "web:1@" + newer, on: []swarm.Platform{riscv},
		},
		"one that is the same": {
			image: "web:1@" + newer, platforms: []swarm.Platform{amd64}, update: true, wanted: state.ServiceSpec{Tag: "web:1"}, got: "web:1@" + newer, on: []swarm.Platform{amd64},
		},
		"one that is asked for again and not told": {
			image: "web:1@" + older, platforms: []swarm.Platform{amd64}, update: true, wanted: state.ServiceSpec{Tag: "web:1"}, away: true,
			got: "web:1@" + older, on: []swarm.Platform{amd64}, warned: ": it stays at what web:1 named before",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := &taking{away: test.away}
			wanted := test.wanted
			wanted.Service, wanted.Resolve, wanted.Spec.Name = "web", true, "shop_web"
			wanted.Spec.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{Image: test.image}
			wanted.Spec.TaskTemplate.Placement = &swarm.Placement{Platforms: test.platforms}
			var warned []string
			note := func(p state.Progress) { warned = append(warned, p.Detail) }
			e := connect(t, f)
			var err error
			if test.update {
				err = e.UpdateService(t.Context(), "s1", 1, wanted, note)
			} else {
				_, err = e.CreateService(t.Context(), wanted, note)
			}
			assert.NilError(t, err)
			assert.Equal(t, f.taken.TaskTemplate.ContainerSpec.Image, test.got)
			assert.DeepEqual(t, f.taken.TaskTemplate.Placement.Platforms, test.on)
			said := strings.Join(warned, "\n")
			assert.Assert(t, strings.HasSuffix(said, test.warned) && (said == "") == (test.warned == ""), said)
			assert.DeepEqual(t, wanted.Spec.TaskTemplate.Placement.Platforms, test.platforms) // it is the caller's
		})
	}
}
