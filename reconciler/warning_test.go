package reconciler_test

import (
	"context"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// warning is an engine's role that warns of every container that it creates.
type warning struct{ engine.Containers }

func (w warning) CreateContainer(ctx context.Context, spec state.ContainerSpec, progress func(state.Progress)) (string, error) {
	progress(state.Progress{Detail: "weight discarded", Warning: true})
	return w.Containers.CreateContainer(ctx, spec, progress)
}

func TestWhatAnEngineWarnsOfIsAnEventOfTheNode(t *testing.T) {
	e := memory.New(memory.Options{Images: map[string]memory.Image{"img:1": {Present: true}}}).Engine()
	e.Containers = warning{e.Containers}
	var warned []event.Event
	x := reconciler.Executor{Engine: e, Events: func(e event.Event) {
		if e.Phase == event.Warning {
			warned = append(warned, e)
		}
	}}
	spec := state.ContainerSpec{Name: "p-web-1"}
	spec.Config.Image = "img:1"
	node := planner.Node{ID: "create web/1", Ref: state.Ref{Kind: state.KindContainer, Name: "web"}, Op: planner.CreateContainer{Spec: spec}}
	assert.NilError(t, x.Execute(t.Context(), planner.Plan{Nodes: []planner.Node{node}}))
	assert.Equal(t, len(warned), 1)
	assert.Equal(t, warned[0].Node+": "+warned[0].Detail, "create web/1: weight discarded")
}
