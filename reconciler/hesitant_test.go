package reconciler_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// A Swarm answers before it has begun with what it is told: what is seen then
// are the tasks of before.
func TestWhatASwarmHasNotBegunWithHasNotConverged(t *testing.T) {
	one, three, none := uint64(1), uint64(3), uint64(0)
	for name, test := range map[string]struct {
		condition     state.Condition
		before, after func(*swarm.ServiceSpec)
		tasks         int // that are to be there in the end, beside those that have ended
		ended         int
	}{
		"a job on each node that runs again": {state.Completed,
			func(s *swarm.ServiceSpec) { s.Mode = swarm.ServiceMode{GlobalJob: &swarm.GlobalJob{}} },
			func(s *swarm.ServiceSpec) { s.TaskTemplate.ForceUpdate++ }, 0, 4},
		"fewer tasks": {state.Ready,
			func(s *swarm.ServiceSpec) { s.Mode.Replicated.Replicas = &three },
			func(s *swarm.ServiceSpec) { s.Mode.Replicated.Replicas = &one }, 1, 0},
		"fewer tasks, started": {state.Started,
			func(s *swarm.ServiceSpec) { s.Mode.Replicated.Replicas = &three },
			func(s *swarm.ServiceSpec) { s.Mode.Replicated.Replicas = &one }, 1, 0},
		"no task": {state.Ready,
			func(s *swarm.ServiceSpec) { s.Mode.Replicated.Replicas = &three },
			func(s *swarm.ServiceSpec) { s.Mode.Replicated.Replicas = &none }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := memory.New(memory.Options{Nodes: make([]memory.Node, 2), Hesitates: time.Second}).Engine()
				run := func(operations ...planner.Operation) {
					plan := planner.Plan{Project: "shop"}
					for _, op := range operations {
						node := planner.Node{ID: planner.ID(op.Kind()), Ref: state.ServiceRef("web"), Op: op}
						if len(plan.Nodes) > 0 {
							node.After = []planner.ID{plan.Nodes[0].ID}
						}
						plan.Nodes = append(plan.Nodes, node)
					}
					assert.NilError(t, reconciler.Executor{Engine: x}.Execute(t.Context(), plan))
				}
				see := func() state.Cluster {
					seen, err := x.Observe(t.Context(), state.Scope{Project: "shop"})
					assert.NilError(t, err)
					return seen.Cluster
				}
				spec := state.ServiceSpec{Service: "web"}
				spec.Spec.Name, spec.Spec.Labels = "shop_web", map[string]string{state.LabelNamespace: "shop"}
				spec.Spec.Mode.Replicated = &swarm.ReplicatedService{}
				spec.Spec.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{Image: "web:1", Labels: map[string]string{memory.LabelPrefix + "stop-takes": "2s"}}
				test.before(&spec.Spec)
				if spec.Spec.Mode.GlobalJob != nil {
					spec.Spec.TaskTemplate.ContainerSpec.Labels[memory.LabelPrefix+"exit-after"] = "2s"
					spec.Spec.Mode.Replicated = nil
				}
				run(planner.CreateService{Spec: spec}, planner.AwaitService{Service: state.Handle{Name: "shop_web"}, Condition: test.condition})
				held := see().Services[0]
				test.after(&spec.Spec)
				run(planner.UpdateService{Service: held.Handle(), Version: held.Version, Spec: spec},
					planner.AwaitService{Service: held.Handle(), Condition: test.condition})
				there, ended := 0, 0
				for _, task := range see().Tasks {
					if task.State == swarm.TaskStateComplete {
						ended++
					} else if test.condition != state.Started || task.Desired == swarm.TaskStateRunning {
						there++
					}
				}
				assert.Equal(t, there, test.tasks)
				assert.Equal(t, ended, test.ended)
			})
		})
	}
}
