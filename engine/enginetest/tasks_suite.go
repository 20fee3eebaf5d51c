package enginetest

import (
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/state"
)

var tasking = []obligation{
	{"runs as many tasks as replicas, in slots counted from 1", func(t *testing.T, f *fixture) {
		spec := f.forever("web")
		*spec.Spec.Mode.Replicated.Replicas = 3
		f.serve(spec)
		seen := f.untilRunning(3)
		for i, task := range seen.Tasks {
			assert.Check(t, is.Equal(task.Slot, i+1))
			assert.Check(t, is.Equal(task.Service, "web"))
			assert.Check(t, task.Node != "" && task.NodeID != "" && task.ContainerID != "")
		}
		assert.Check(t, is.Equal(seen.Tasks[0].Name, spec.Spec.Name+".1"))
		*spec.Spec.Mode.Replicated.Replicas = 1
		f.change(spec)
		seen = f.untilCluster(func(c state.Cluster) bool { return len(c.Tasks) == 1 })
		assert.Check(t, seen.Services[0].Update == nil, "scaling replaces no task")
	}},
	{"runs one task of a global service on each node that suits", func(t *testing.T, f *fixture) {
		spec := f.forever("agent")
		spec.Spec.Mode = swarm.ServiceMode{Global: &swarm.GlobalService{}}
		self := ""
		for _, n := range f.observe().Nodes {
			if n.Self {
				self = n.ID
			}
		}
		spec.Spec.TaskTemplate.Placement.Constraints = []string{"node.id==" + self}
		f.serve(spec)
		task := f.untilRunning(1).Tasks[0]
		assert.Check(t, is.Equal(task.Slot, 0))
		assert.Check(t, is.Equal(task.Name, spec.Spec.Name+"."+self))
	}},
	{"says why a task has no place", func(t *testing.T, f *fixture) {
		spec := f.forever("web")
		spec.Spec.TaskTemplate.Placement.Constraints = []string{"node.labels.nosuch==here"}
		f.serve(spec)
		task := f.untilTask(func(t state.Task) bool { return t.Error != "" })
		assert.Check(t, is.Equal(task.State, swarm.TaskStatePending))
		assert.Check(t, is.Regexp(`^no suitable node \(scheduling constraints not satisfied on \d+ nodes?\)$`, task.Error))
		assert.Check(t, is.Equal(task.Node, ""))
	}},
	{"ends a task with its exit code, and does not start it again where it is not to", func(t *testing.T, f *fixture) {
		spec := f.service("web", "sh", "-c", "exit 3")
		spec.Spec.TaskTemplate.RestartPolicy.Condition = swarm.RestartPolicyConditionNone
		f.serve(spec)
		task := f.untilTask(func(t state.Task) bool {
			return t.State == swarm.TaskStateFailed && t.Desired == swarm.TaskStateShutdown
		})
		assert.Check(t, is.Equal(task.ExitCode, 3))
		assert.Check(t, is.Equal(task.Error, "non-zero exit (3)"))
		assert.Check(t, is.Len(f.observe().Tasks, 1))
	}},
	{"starts another one in the place of a task that ended, as often as it may", func(t *testing.T, f *fixture) {
		spec := f.service("web", "sh", "-c", "exit 3")
		attempts := uint64(2)
		spec.Spec.TaskTemplate.RestartPolicy.MaxAttempts = &attempts
		f.serve(spec)
		f.untilCluster(func(c state.Cluster) bool {
			failed := 0
			for _, task := range c.Tasks {
				if task.State == swarm.TaskStateFailed && task.Slot == 1 {
					failed++
				}
			}
			return failed == 3
		})
	}},
	{"brings a task up when it is healthy", func(t *testing.T, f *fixture) {
		spec := f.forever("web")
		spec.Spec.TaskTemplate.ContainerSpec.Healthcheck = &container.HealthConfig{Test: []string{"CMD", "true"}, Interval: time.Second}
		f.serve(spec)
		f.untilTask(func(t state.Task) bool { return t.State == swarm.TaskStateStarting })
		f.untilRunning(1)
	}},
	{"fails a task that is unhealthy", func(t *testing.T, f *fixture) {
		spec := f.forever("web")
		spec.Spec.TaskTemplate.ContainerSpec.Healthcheck = &container.HealthConfig{Test: []string{"CMD", "false"}, Interval: beat, Retries: 1}
		spec.Spec.TaskTemplate.RestartPolicy.Condition = swarm.RestartPolicyConditionNone
		f.serve(spec)
		task := f.untilTask(func(t state.Task) bool { return t.State == swarm.TaskStateFailed })
		assert.Check(t, is.Regexp(`^non-zero exit \((137|143)\): dockerexec: unhealthy container$`, task.Error))
	}},
	{"rejects a task whose image is nowhere", func(t *testing.T, f *fixture) {
		spec := f.forever("web")
		spec.Spec.TaskTemplate.ContainerSpec.Image = f.absent
		spec.Spec.TaskTemplate.RestartPolicy.Condition = swarm.RestartPolicyConditionNone
		f.serve(spec)
		task := f.untilTask(func(t state.Task) bool { return t.State == swarm.TaskStateRejected })
		assert.Check(t, is.Contains(task.Error, "No such image: "+f.absent))
	}},
	{"runs a job to its end, so many at a time, and again when it is forced", func(t *testing.T, f *fixture) {
		spec := f.service("job", "true")
		spec.Spec.UpdateConfig, spec.Spec.RollbackConfig = nil, nil
		spec.Spec.TaskTemplate.RestartPolicy.Condition = swarm.RestartPolicyConditionOnFailure
		at, all := uint64(1), uint64(2)
		spec.Spec.Mode = swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{MaxConcurrent: &at, TotalCompletions: &all}}
		f.serve(spec)
		done := func(c state.Cluster) bool {
			completed := 0
			for _, task := range c.Tasks {
				if task.Current && task.State == swarm.TaskStateComplete {
					completed++
				}
			}
			return completed == 2
		}
		seen := f.untilCluster(done)
		first := seen.Services[0].JobIteration
		spec.Spec.TaskTemplate.ForceUpdate++
		f.change(spec)
		seen = f.untilCluster(func(c state.Cluster) bool { return c.Services[0].JobIteration != first && done(c) })
		assert.Check(t, seen.Services[0].JobIteration > first)
	}},
}
