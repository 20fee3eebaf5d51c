package cli

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// still is a Swarm in which nothing happens.
type still struct {
	engine.Cluster
	now state.Cluster
}

func (s still) Follow(ctx context.Context, _ string, each func(state.Cluster)) error {
	each(s.now)
	<-ctx.Done()
	return nil
}

func TestARunWhoseTaskFindsNoPlaceEnds(t *testing.T) {
	for name, test := range map[string]struct {
		task state.Task
		want string
	}{
		"no node": {state.Task{State: swarm.TaskStatePending, Error: "no suitable node"}, "shop_web.1 has no place to run: no suitable node"},
		// The Swarm does not tell why.
		"no address": {state.Task{State: swarm.TaskStateNew}, "shop_web.1 has no place to run: the Swarm finds no free address in network shop_small for it; a manager's log says which"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				test.task.Name, test.task.ServiceID = "shop_web.1", "s1"
				service := state.ObservedService{ID: "s1"}
				service.Spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: "shop_small"}}
				ctx := t.Context()
				x := engine.Engine{Cluster: still{now: state.Cluster{Services: []state.ObservedService{service}, Tasks: []state.Task{test.task}}}}
				j := &job{convergence: &convergence{session: &session{app: &app{interrupt: &interrupt{soft: ctx, hard: ctx}}, engine: x}}, id: "s1"}
				began := time.Now()
				_, err := j.end()
				assert.Error(t, err, test.want)
				assert.Equal(t, time.Since(began), placedWithin)
			})
		})
	}
}
