package memory_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/state"
)

// service is a container of project p whose labels say how it behaves.
func service(name string, behavior map[string]string) state.ContainerSpec {
	spec := state.ContainerSpec{Name: "p-" + name + "-1", Project: "p", Service: name, Number: 1}
	spec.Labels = map[string]string{
		state.LabelProject: "p", state.LabelService: name, state.LabelNumber: "1",
	}
	for key, value := range behavior {
		spec.Labels[memory.LabelPrefix+key] = value
	}
	spec.Config.Image = "busybox"
	return spec
}

func checked(spec state.ContainerSpec, interval time.Duration, retries uint64) state.ContainerSpec {
	every := types.Duration(interval)
	spec.Config.HealthCheck = &types.HealthCheckConfig{
		Test: types.HealthCheckTest{"CMD-SHELL", "pg_isready"}, Interval: &every, Retries: &retries,
	}
	return spec
}

func create(t *testing.T, e engine.Engine, spec state.ContainerSpec) string {
	t.Helper()
	id, err := e.CreateContainer(t.Context(), spec, nil)
	assert.NilError(t, err)
	return id
}

func run(t *testing.T, e engine.Engine, spec state.ContainerSpec) string {
	t.Helper()
	id := create(t, e, spec)
	assert.NilError(t, e.StartContainer(t.Context(), id))
	return id
}

func inspect(t *testing.T, e engine.Engine, id string) state.Container {
	t.Helper()
	c, err := e.InspectContainer(t.Context(), id)
	assert.NilError(t, err)
	return c
}

// told collects what a call of Watch tells.
type told struct {
	mu     sync.Mutex
	events []state.Occurrence
	err    error
	done   chan struct{}
	cancel context.CancelFunc
}

func watch(t *testing.T, e engine.Engine) *told {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w := &told{done: make(chan struct{}), cancel: cancel}
	ready := make(chan struct{})
	go func() {
		defer close(w.done)
		w.err = e.Watch(ctx, "p", func() { close(ready) }, w.add)
	}()
	<-ready
	return w
}

func (w *told) add(o state.Occurrence) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, o)
}

func (w *told) soFar() []state.Occurrence {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.events)
}

// actions ends the call of Watch and says what it told.
func (w *told) actions() []state.Action {
	w.cancel()
	<-w.done
	var actions []state.Action
	for _, o := range w.events {
		actions = append(actions, o.Action)
	}
	return actions
}
