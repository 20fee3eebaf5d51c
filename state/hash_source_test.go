package state_test

import (
	"errors"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

func TestAHashHasTheIdsOfSharedContainers(t *testing.T) {
	written := types.ServiceConfig{Name: "side", ContainerSpec: types.ContainerSpec{
		NetworkMode: "service:web", Ipc: "service:shm", Pid: "host",
		VolumesFrom: []string{"web:ro", "container:backup:ro"},
	}}
	resolved := written
	resolved.NetworkMode, resolved.Ipc = "container:1", "container:2"
	resolved.VolumesFrom = []string{"1", "backup"}
	want, err := state.ServiceHash(resolved)
	assert.NilError(t, err)

	source := state.HashSource{Config: written, Containers: map[string]string{"web": "p-web-1", "shm": "p-shm-1"}}
	ids := map[string]string{"p-web-1": "1", "p-shm-1": "2"}
	got, err := source.Hash(func(name string) (string, error) { return ids[name], nil })
	assert.NilError(t, err)
	assert.Equal(t, got, want)
	assert.Equal(t, written.VolumesFrom[0], "web:ro", "the source is left as it is")

	gone := errors.New("no such container")
	_, err = source.Hash(func(string) (string, error) { return "", gone })
	assert.ErrorIs(t, err, gone)
}
