package reconciler_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

func TestTheFirstInterruptEndsWaitsAndStartsNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(map[string]memory.Behavior{"db": {ReadyAfter: time.Hour}})
		stop := make(chan struct{})
		r := &recording{on: func(e event.Event) {
			if e.Node == "await db/1 healthy" && e.Phase == event.Started {
				close(stop)
			}
		}}
		desired := projectOf(serviceOf("db"), serviceOf("web", on("db", state.Healthy)))
		err := runUp(t.Context(), m, desired, planner.UpPolicy{}, r, stop)
		assert.ErrorIs(t, err, reconciler.ErrInterrupted)
		assert.Equal(t, r.phase("await db/1 healthy"), event.Canceled)
		assert.Equal(t, r.phase("start web/1"), event.Canceled)
		assert.Equal(t, names(t.Context(), m, desired), "p-db-1* p-web-1")
	})
}

func TestAnInterruptedReplacementIsFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(map[string]memory.Behavior{"web": {StopTakes: time.Second}})
		desired := projectOf(serviceOf("web"))
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		desired.Services[0].Hash = "other"
		stop := make(chan struct{})
		r := &recording{on: func(e event.Event) {
			if e.Node == "stop web/1" && e.Phase == event.Started {
				close(stop)
			}
		}}
		assert.ErrorIs(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, r, stop), reconciler.ErrInterrupted)
		assert.Equal(t, names(t.Context(), m, desired), "p-web-1*")
		assert.Equal(t, r.phase("rename web/1"), event.Succeeded)
	})
}

func TestAnInterruptWhileANewContainerIsTriedBringsTheOldOneBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(map[string]memory.Behavior{"web": {}})
		desired := projectOf(serviceOf("web"))
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		before := names(t.Context(), m, desired)
		desired.Services[0].Hash = "other"
		stop := make(chan struct{})
		r := &recording{on: func(e event.Event) {
			if e.Node == "await web/1 ready" && e.Phase == event.Started {
				close(stop)
			}
		}}
		err := runUp(t.Context(), m, desired, planner.UpPolicy{Wait: true}, r, stop)
		assert.ErrorIs(t, err, reconciler.ErrInterrupted)
		assert.Equal(t, names(t.Context(), m, desired), before)
	})
}

func TestACancelEndsTheRunAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(map[string]memory.Behavior{"web": {StopTakes: time.Hour}})
		desired := projectOf(serviceOf("web"))
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		desired.Services[0].Hash = "other"
		ctx, cancel := context.WithCancel(t.Context())
		r := &recording{on: func(e event.Event) {
			if e.Node == "stop web/1" && e.Phase == event.Started {
				cancel()
			}
		}}
		began := time.Now()
		assert.ErrorIs(t, runUp(ctx, m, desired, planner.UpPolicy{}, r, nil), reconciler.ErrInterrupted)
		assert.Assert(t, time.Since(began) < time.Minute)
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		assert.Equal(t, names(t.Context(), m, desired), "p-web-1*")
	})
}

func TestAReplacementThatDoesNotStartLeavesTheOldOneRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := false
		m := memory.New(memory.Options{Behavior: func(state.ContainerSpec) memory.Behavior {
			if broken {
				return memory.Behavior{StartError: "port is already allocated"}
			}
			return memory.Behavior{}
		}})
		desired := projectOf(serviceOf("web"))
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		broken = true
		desired.Services[0].Hash = "other"
		for range 3 {
			err := runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil)
			assert.ErrorContains(t, err, "port is already allocated")
			assert.Equal(t, names(t.Context(), m, desired), "p-web-1*")
		}
	})
}

func TestAReplacementThatIsNotReadyLeavesTheOldOneRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sick := false
		m := memory.New(memory.Options{Behavior: func(state.ContainerSpec) memory.Behavior {
			return memory.Behavior{NeverHealthy: sick}
		}})
		desired := projectOf(serviceOf("web"))
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		sick = true
		desired.Services[0].Hash = "other"
		err := runUp(t.Context(), m, desired, planner.UpPolicy{Wait: true}, &recording{}, nil)
		assert.ErrorContains(t, err, "container p-web-1 is unhealthy")
		assert.Equal(t, names(t.Context(), m, desired), "p-web-1*")
	})
}

func TestANetworkThatCannotBeReplacedIsBroughtBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(nil)
		other := projectOf(serviceOf("other"))
		other.Project.Name = "q"
		other.Networks[0].Config = types.NetworkConfig{Name: "q_default", Ipam: pool("10.8.0.0/16")}
		assert.NilError(t, runUp(t.Context(), m, other, planner.UpPolicy{}, &recording{}, nil))
		desired := projectOf(serviceOf("web"))
		desired.Networks[0].Hash, desired.Networks[0].Config.Ipam = "1", pool("10.7.0.0/16")
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		changed := desired
		changed.Networks = []state.Network{{Key: "default", Hash: "2", Config: types.NetworkConfig{Name: "p_default", Ipam: pool("10.8.1.0/24")}}}
		err := runUp(t.Context(), m, changed, planner.UpPolicy{}, &recording{}, nil)
		assert.ErrorContains(t, err, "p_default")
		assert.Equal(t, names(t.Context(), m, desired), "p-web-1*")
		plan, err := reconciler.Executor{Engine: m.Engine()}.Plan(t.Context(), desired, planner.UpPolicy{})
		assert.NilError(t, err)
		assert.Assert(t, plan.Empty())
	})
}

func pool(subnet string) types.IPAMConfig {
	return types.IPAMConfig{Config: []*types.IPAMPool{{Subnet: subnet}}}
}
