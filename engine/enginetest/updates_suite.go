package enginetest

import (
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

var updating = []obligation{
	{"replaces the tasks, and keeps what the service was", func(t *testing.T, f *fixture) {
		spec := f.forever("web")
		*spec.Spec.Mode.Replicated.Replicas = 2
		f.serve(spec)
		f.untilRunning(2)
		spec.Spec.TaskTemplate.ContainerSpec.Env = []string{"A=1"}
		f.change(spec)
		seen := f.untilUpdate(swarm.UpdateStateCompleted)
		assert.Check(t, is.Equal(running(seen), 2))
		assert.Check(t, is.Equal(seen.Services[0].Update.Message, "update completed"))
		assert.Check(t, is.Len(seen.Services[0].Spec.TaskTemplate.ContainerSpec.Env, 1))
		assert.Assert(t, seen.Services[0].Previous != nil)
		assert.Check(t, is.Len(seen.Services[0].Previous.TaskTemplate.ContainerSpec.Env, 0))
		old := 0
		for _, task := range seen.Tasks {
			if !task.Current {
				old++
				assert.Check(t, is.Equal(task.Desired, swarm.TaskStateShutdown))
			}
		}
		assert.Check(t, is.Equal(old, 2))
	}},
	{"replaces the tasks of a service that is forced to", func(t *testing.T, f *fixture) {
		spec := f.forever("web")
		f.serve(spec)
		first := f.untilRunning(1).Tasks[0].ID
		spec.Spec.TaskTemplate.ForceUpdate++
		f.change(spec)
		for _, task := range f.untilUpdate(swarm.UpdateStateCompleted).Tasks {
			assert.Check(t, task.ID != first || task.Desired == swarm.TaskStateShutdown)
		}
	}},
	{"replaces no task for labels of the service", func(t *testing.T, f *fixture) {
		spec := f.forever("web")
		f.serve(spec)
		first := f.untilRunning(1).Tasks[0].ID
		spec.Spec.Labels["more"] = "yes"
		f.change(spec)
		assert.Check(t, is.Equal(f.held("web").Spec.Labels["more"], "yes"))
		seen := f.untilRunning(1)
		assert.Check(t, is.Len(seen.Tasks, 1))
		assert.Check(t, is.Equal(seen.Tasks[0].ID, first))
	}},
	{"writes nothing to a service that runs the image of this machine already", func(t *testing.T, f *fixture) {
		spec := f.forever("web")
		spec.Local = true
		f.serve(spec)
		seen := f.untilRunning(1)
		held := f.held("web")
		assert.Check(t, strings.HasPrefix(held.Spec.TaskTemplate.ContainerSpec.Labels[state.LabelImage], "sha256:"))
		same := state.ServiceSpec{Service: "web", Spec: held.Spec, Local: true, Refresh: true}
		assert.Check(t, is.ErrorIs(f.UpdateService(f.ctx, held.ID, held.Version, same, nil), engine.ErrUnchanged))
		spec.Local, spec.Refresh = false, true // as if another were here
		f.change(spec)
		assert.Check(t, f.held("web").Spec.TaskTemplate.ContainerSpec.Labels[state.LabelImage] == "")
		f.untilCluster(func(c state.Cluster) bool {
			for _, task := range c.Tasks {
				if task.ID == seen.Tasks[0].ID {
					return task.Desired == swarm.TaskStateShutdown
				}
			}
			return true
		})
	}},
	{"makes no task in the place of one that ended for good until the tasks are replaced", func(t *testing.T, f *fixture) {
		spec := f.service("web", "sh", "-c", "exit 3")
		spec.Spec.TaskTemplate.RestartPolicy.Condition = swarm.RestartPolicyConditionNone
		over := func(slot int) func(state.Task) bool {
			return func(t state.Task) bool {
				return t.Current && t.Slot == slot && t.State == swarm.TaskStateFailed && t.Desired == swarm.TaskStateShutdown
			}
		}
		f.serve(spec)
		first := f.untilTask(over(1)).ID
		*spec.Spec.Mode.Replicated.Replicas = 2
		f.change(spec)
		second := f.untilTask(over(2)).ID
		assert.Check(t, is.Len(f.observe().Tasks, 2))
		spec.Spec.TaskTemplate.ForceUpdate++
		f.change(spec)
		f.untilTask(func(t state.Task) bool { return t.Current && t.ID != first && t.ID != second }) // in either place: the update pauses when it ends
	}},
	{"pauses an update that fails", func(t *testing.T, f *fixture) {
		seen := f.breaks(swarm.UpdateFailureActionPause, swarm.UpdateStatePaused)
		assert.Check(t, strings.HasPrefix(seen, "update paused due to failure or early termination of task "), seen)
	}},
	{"rolls an update back that fails", func(t *testing.T, f *fixture) {
		seen := f.breaks(swarm.UpdateFailureActionRollback, swarm.UpdateStateRollbackCompleted)
		assert.Check(t, is.Equal(seen, "rollback completed"))
		held := f.held("web")
		assert.Check(t, held.Previous == nil)
		assert.Check(t, is.DeepEqual(held.Spec.TaskTemplate.ContainerSpec.Args, []string{"sleep", "600"}))
		f.untilRunning(1)
	}},
	{"starts the new task first where it is to", func(t *testing.T, f *fixture) {
		spec := f.forever("web")
		spec.Spec.UpdateConfig.Order = swarm.UpdateOrderStartFirst
		f.serve(spec)
		first := f.untilRunning(1).Tasks[0].ID
		spec.Spec.TaskTemplate.ContainerSpec.Args = []string{"sleep", "500"}
		f.change(spec)
		seen := f.untilUpdate(swarm.UpdateStateCompleted)
		var began, ended time.Time
		for _, task := range seen.Tasks {
			if task.ID == first {
				ended = task.Since
			} else {
				began = task.Since
			}
		}
		assert.Check(t, !ended.Before(began), "the old one ended at %s, the new one began at %s", ended, began)
	}},
}

// breaks updates a service to something that fails, and returns what its update
// says at the end.
func (f *fixture) breaks(action string, end swarm.UpdateState) string {
	f.t.Helper()
	spec := f.forever("web")
	spec.Spec.UpdateConfig.FailureAction = action
	spec.Spec.UpdateConfig.Monitor = 3 * time.Second
	f.serve(spec)
	f.untilRunning(1)
	spec.Spec.TaskTemplate.ContainerSpec.Args = []string{"sh", "-c", "exit 3"}
	f.change(spec)
	return f.untilUpdate(end).Services[0].Update.Message
}
