package memory_test

import (
	"testing"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/state"
)

func TestAServiceIsTakenBackToWhatItWas(t *testing.T) {
	e := memory.New(memory.Options{Nodes: []memory.Node{{Name: "node1"}}}).Engine()
	spec := swarm.ServiceSpec{Annotations: swarm.Annotations{Name: "shop_web", Labels: map[string]string{state.LabelNamespace: "shop"}}}
	spec.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{Image: "web:1"}
	wanted := state.ServiceSpec{Service: "web", Spec: spec}
	_, err := e.CreateService(t.Context(), wanted, nil)
	assert.NilError(t, err)
	held := func() state.ObservedService {
		observed, err := e.Observe(t.Context(), state.Scope{Project: "shop"})
		assert.NilError(t, err)
		return observed.Services[0]
	}
	wanted.Rollback = true
	err = e.UpdateService(t.Context(), "shop_web", held().Version, wanted, nil)
	assert.ErrorContains(t, err, "does not have a previous spec")

	next := wanted
	next.Rollback, next.Spec.TaskTemplate.ContainerSpec = false, &swarm.ContainerSpec{Image: "web:2"}
	assert.NilError(t, e.UpdateService(t.Context(), "shop_web", held().Version, next, nil))
	assert.NilError(t, e.UpdateService(t.Context(), "shop_web", held().Version, wanted, nil))
	back := held()
	assert.Equal(t, back.Spec.TaskTemplate.ContainerSpec.Image, "web:1")
	assert.Equal(t, back.Previous.TaskTemplate.ContainerSpec.Image, "web:2")
}
