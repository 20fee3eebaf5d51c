package nodes_test

import (
	"context"
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/internal/nodes"
	"github.com/stackctl/stack/state"
)

// machine is an engine that says which one it is.
type machine string

func (m machine) Exec(context.Context, string, state.ExecSpec) (state.ExecResult, error) {
	return state.ExecResult{Output: string(m)}, nil
}

// manager observes three tasks, one of which has no place yet.
type manager struct{ engine.Observer }

func (manager) Observe(context.Context, state.Scope) (state.Observed, error) {
	task := func(id, service, node string) state.Task {
		return state.Task{ID: "task-" + id, Name: "shop_" + service + ".1", Service: service, Slot: 1, Node: node, ContainerID: id}
	}
	return state.Observed{
		Nodes:   []state.Node{{Name: "node1", Self: true}, {Name: "node2"}},
		Cluster: state.Cluster{Tasks: []state.Task{task("a", "web", "node1"), task("b", "db", "node2"), task("c", "job", "")}},
	}, nil
}

func TestACallGoesToTheNodeThatTheContainerIsOn(t *testing.T) {
	connected := 0
	e := nodes.Beside(engine.Engine{Observer: manager{}, Execer: machine("here")}, func(node string) (engine.Engine, error) {
		connected++
		return engine.Engine{Execer: machine(node)}, nil
	})
	observed, err := e.Observe(t.Context(), state.Scope{Project: "shop"})
	assert.NilError(t, err)
	assert.Equal(t, len(observed.Containers), 3)
	for container, on := range map[string]string{"a": "here", "b": "node2", "c": "here", "unknown": "here"} {
		for range 2 {
			result, err := e.Exec(t.Context(), container, state.ExecSpec{})
			assert.NilError(t, err)
			assert.Equal(t, result.Output, on, container)
		}
	}
	assert.Equal(t, connected, 1)
}

func TestANodeThatCannotBeReachedIsNamedWithItsTask(t *testing.T) {
	for _, test := range []struct {
		cause error
		says  string
	}{
		{nodes.ErrUnknown, "task shop_db.1 runs on node node2, which only its own engine enters: say how to reach that with STACK_NODES=node2=ssh://node2, or the name of a docker context"},
		{errors.New("no route"), "task shop_db.1 runs on node node2, whose engine cannot be reached: no route"},
	} {
		e := nodes.Beside(engine.Engine{Observer: manager{}, Execer: machine("here")}, func(string) (engine.Engine, error) { return engine.Engine{}, test.cause })
		_, err := e.Observe(t.Context(), state.Scope{Project: "shop", Services: []string{"db"}})
		assert.NilError(t, err)
		_, err = e.Exec(t.Context(), "b", state.ExecSpec{})
		assert.Error(t, err, test.says)
		assert.ErrorIs(t, err, test.cause)
	}
}
