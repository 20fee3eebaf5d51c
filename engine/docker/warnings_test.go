package docker

import (
	"net/http"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

func TestWhatTheEngineWarnsOfAtACreateIsTold(t *testing.T) {
	f := serve(t, "1.49")
	const text = "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded."
	f.answer("POST /v1.49/containers/create", http.StatusCreated, map[string]any{"Id": "1", "Warnings": []string{text}})
	spec := state.ContainerSpec{Name: "x-1", Labels: map[string]string{state.LabelImage: "sha256:1"}}
	var told []state.Progress
	id, err := f.connect(t).CreateContainer(t.Context(), spec, func(p state.Progress) { told = append(told, p) })
	assert.NilError(t, err)
	assert.Equal(t, id, "1")
	assert.DeepEqual(t, told, []state.Progress{{Detail: text, Warning: true}})
	_, err = f.connect(t).CreateContainer(t.Context(), spec, nil)
	assert.NilError(t, err)
}

func TestAMemoryLimitThatABuildIgnoresIsTold(t *testing.T) {
	f := serve(t, "1.49")
	f.answer("/v1.49/version", http.StatusOK, map[string]string{"Os": "linux"})
	f.answer("/v1.49/info", http.StatusOK, map[string]string{})
	for _, limit := range []int64{0, 1 << 20} {
		spec := state.BuildSpec{Image: "x", Memory: limit, Config: types.BuildConfig{Context: "/nosuch"}}
		warned := false
		err := f.connect(t).BuildImage(t.Context(), spec, func(p state.Progress) { warned = warned || p.Warning })
		assert.ErrorContains(t, err, "build context")
		assert.Equal(t, warned, limit > 0)
	}
}
