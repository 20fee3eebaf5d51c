package state_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

func TestWhoMeetsANeed(t *testing.T) {
	old := state.EngineInfo{Name: "docker", Version: "20.10.24", APIVersion: "1.41"}
	recent := state.EngineInfo{Name: "docker", Version: "28.0.1", APIVersion: "1.48"}
	swarm := state.EngineInfo{Name: "swarm", Nodes: 3, Version: "28.0.1", APIVersion: "1.48"}
	for _, test := range []struct {
		met                state.Met
		old, recent, swarm bool
	}{
		{met: state.Met{}},
		{met: state.Met{API: "1.41"}, old: true, recent: true, swarm: true},
		{met: state.Met{API: "1.45"}, recent: true, swarm: true},
		{met: state.Met{API: "1.100"}},
		{met: state.Met{Swarm: true}, swarm: true},
	} {
		assert.DeepEqual(t, []bool{test.met.By(old), test.met.By(recent), test.met.By(swarm)}, []bool{test.old, test.recent, test.swarm})
	}
	assert.Equal(t, old.String(), "Docker Engine 20.10.24 (API 1.41)")
	assert.Equal(t, state.EngineInfo{Name: "memory", Version: "1", APIVersion: "1.47"}.String(), "engine memory 1 (API 1.47)")
}
