package docker

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// What an engine says that is still at work on a call of a run that is gone is
// a conflict: the next run looks again.
func TestAnEngineThatIsStillAtWorkIsAConflict(t *testing.T) {
	for _, text := range []string{
		"Pool overlaps with other one on this address space",
		"unable to remove filesystem for 650bf60f1a9b: unlinkat /var/lib/docker/containers/650bf60f1a9b: directory not empty",
		"error while removing network: network p_default id 4b79bf44fec7 has active endpoints",
		"remove p_data: volume is in use - [127ba9151f4b]",
		"task 4fac80dcfee3e315e271c11bb54339f2e7e81140803ed181d2bbae481e3a687a: already exists",
		"failed to start shim: mkdir /run/containerd/io.containerd.runtime.v2.task/moby/c29d6ff7526c: file exists: unknown",
	} {
		assert.Equal(t, sentinel(errors.New("Error response from daemon: "+text)), engine.ErrConflict, text)
	}
	assert.Equal(t, sentinel(errors.New("no space left on device")), nil)
}

func TestASwarmWithoutALeaderIsUnavailable(t *testing.T) {
	for _, text := range []string{
		unled, unheard, "raft: no elected cluster leader", "rpc error: code = DeadlineExceeded desc = context deadline exceeded",
		"This node is not a swarm manager. Manager is being prepared or has trouble connecting to the cluster.",
	} {
		assert.Equal(t, sentinel(errors.New("Error response from daemon: "+text)), engine.ErrUnavailable, text)
	}
	const ofContainerd = "failed to create task for container: rpc error: code = Unavailable desc = error reading from server: EOF"
	assert.Equal(t, sentinel(errors.New("Error response from daemon: "+ofContainerd)), nil)
}

func TestABuildThatIsInterruptedDoesNotShowItsArguments(t *testing.T) {
	f := serve(t, "1.49")
	ctx, cancel := context.WithCancel(t.Context())
	f.answer("/v1.49/version", http.StatusOK, map[string]string{})
	f.mux.HandleFunc("POST /v1.49/build", func(http.ResponseWriter, *http.Request) {
		cancel()
		<-ctx.Done()
	})
	secret := "hidden"
	env := variables{"DOCKER_HOST": f.host(), "DOCKER_CONFIG": "/nonexistent", "DOCKER_BUILDKIT": "0"}
	connection, err := Connect(Options{Getenv: env.get})
	assert.NilError(t, err)
	err = connection.Engine().BuildImage(ctx, state.BuildSpec{Image: "x", Config: types.BuildConfig{
		Context: "https://example.org/context.tar", Args: types.MappingWithEquals{"TOKEN": &secret},
	}}, nil)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Error(t, err, "build x: context canceled")
	assert.NilError(t, connection.Close())
}
