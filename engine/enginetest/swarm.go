package enginetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

// RunSwarm checks what package engine promises of a Swarm, and what of a Swarm's
// behaviour the planner and the reconciler stand on. The image is on the node
// that answers, a manager; no other node needs it.
func RunSwarm(t *testing.T, target Target) {
	for _, topic := range []struct {
		name        string
		obligations []obligation
	}{
		{"services", serving},
		{"inputs", keeping},
		{"tasks", tasking},
		{"updates", updating},
	} {
		t.Run(topic.name, func(t *testing.T) {
			for _, o := range topic.obligations {
				t.Run(o.text, func(t *testing.T) {
					t.Parallel()
					o.check(t, newSwarmFixture(t, target))
				})
			}
		})
	}
}

func newSwarmFixture(t *testing.T, target Target) *fixture {
	t.Helper()
	f := newFixture(t, target)
	t.Cleanup(f.cleanSwarm) // before what is no Swarm's
	return f
}

// cleanSwarm removes everything of the project that only a Swarm has.
func (f *fixture) cleanSwarm() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	f.ctx = ctx
	for _, s := range f.observe().Services {
		assert.Check(f.t, f.RemoveService(ctx, s.ID))
	}
	f.untilCluster(ended)
	for _, i := range f.observe().Inputs {
		assert.Check(f.t, f.RemoveInput(ctx, i.Kind, i.ID))
	}
}

// ended is true when no task runs. An old Swarm keeps the tasks of a job that was
// removed.
func ended(c state.Cluster) bool {
	over := []swarm.TaskState{
		swarm.TaskStateComplete, swarm.TaskStateShutdown, swarm.TaskStateFailed, swarm.TaskStateRejected, swarm.TaskStateOrphaned,
	}
	return !slices.ContainsFunc(c.Tasks, func(t state.Task) bool { return !slices.Contains(over, t.State) })
}

func (f *fixture) namespace() map[string]string {
	return map[string]string{state.LabelNamespace: f.project}
}

// service is one with a single task, which runs a command where the image is.
func (f *fixture) service(key string, command ...string) state.ServiceSpec {
	grace, delay, replicas := time.Duration(0), time.Duration(0), uint64(1)
	spec := state.ServiceSpec{Service: key}
	spec.Spec.Name, spec.Spec.Labels = f.project+"_"+key, f.namespace()
	spec.Spec.Mode.Replicated = &swarm.ReplicatedService{Replicas: &replicas}
	spec.Spec.TaskTemplate = swarm.TaskSpec{
		ContainerSpec: &swarm.ContainerSpec{Image: f.image, Args: command, Labels: f.namespace(), StopGracePeriod: &grace},
		Placement:     &swarm.Placement{Constraints: []string{"node.role==manager"}},
		RestartPolicy: &swarm.RestartPolicy{Condition: swarm.RestartPolicyConditionAny, Delay: &delay},
	}
	spec.Spec.UpdateConfig = &swarm.UpdateConfig{Parallelism: 1, Monitor: time.Second}
	spec.Spec.RollbackConfig = &swarm.UpdateConfig{Parallelism: 1, Monitor: time.Second}
	spec.Spec.EndpointSpec = &swarm.EndpointSpec{Mode: swarm.ResolutionModeDNSRR}
	return spec
}

// forever is a service whose task runs until it is stopped.
func (f *fixture) forever(key string) state.ServiceSpec { return f.service(key, "sleep", "600") }

func (f *fixture) serve(spec state.ServiceSpec) (id string) {
	f.t.Helper()
	id, err := f.CreateService(f.ctx, spec, nil)
	assert.NilError(f.t, err)
	return id
}

// change updates a service as it is now: a Swarm changes it too.
func (f *fixture) change(spec state.ServiceSpec) {
	f.t.Helper()
	held := f.held(spec.Service)
	assert.NilError(f.t, f.UpdateService(f.ctx, held.ID, held.Version, spec, nil))
}

func (f *fixture) held(key string) state.ObservedService {
	f.t.Helper()
	for _, s := range f.observe().Services {
		if s.Service == key {
			return s
		}
	}
	f.t.Fatalf("service %s is not there", key)
	return state.ObservedService{}
}

// untilCluster follows the project until it is as it should be.
func (f *fixture) untilCluster(met func(state.Cluster) bool) state.Cluster {
	f.t.Helper()
	ctx, cancel := context.WithCancel(f.ctx)
	defer cancel()
	var last state.Cluster
	found := false
	err := f.Follow(ctx, f.project, func(c state.Cluster) {
		if found {
			return
		}
		if last, found = c, met(c); found {
			cancel()
		}
	})
	assert.NilError(f.t, err)
	assert.Assert(f.t, found, "it stays %+v", last)
	return last
}

// untilRunning waits until as many tasks run as the services are now.
func (f *fixture) untilRunning(count int) state.Cluster {
	f.t.Helper()
	return f.untilCluster(func(c state.Cluster) bool { return running(c) == count })
}

func running(c state.Cluster) (count int) {
	for _, t := range c.Tasks {
		if t.Current && t.State == swarm.TaskStateRunning && t.Desired == swarm.TaskStateRunning {
			count++
		}
	}
	return count
}

// untilTask waits for a task that is as it should be.
func (f *fixture) untilTask(met func(state.Task) bool) (found state.Task) {
	f.t.Helper()
	f.untilCluster(func(c state.Cluster) bool {
		for _, t := range c.Tasks {
			if met(t) {
				found = t
				return true
			}
		}
		return false
	})
	return found
}

// untilUpdate waits until the update of the only service is in a state.
func (f *fixture) untilUpdate(s swarm.UpdateState) state.Cluster {
	f.t.Helper()
	return f.untilCluster(func(c state.Cluster) bool {
		return c.Services[0].Update != nil && c.Services[0].Update.State == s
	})
}
