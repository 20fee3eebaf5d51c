package memory_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/state"
)

// fleet is a Swarm of a test, in a bubble of virtual time.
type fleet struct {
	engine.Engine
	*memory.Memory
	t *testing.T
}

func inSwarm(t *testing.T, options memory.Options, test func(*fleet)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if options.Nodes == nil {
			options.Nodes = make([]memory.Node, 3)
		}
		m := memory.New(options)
		test(&fleet{Engine: m.Engine(), Memory: m, t: t})
	})
}

// swarmService is a service of project p with so many replicas.
func swarmService(name string, replicas uint64, labels map[string]string) state.ServiceSpec {
	spec := state.ServiceSpec{Service: name}
	spec.Spec.Name = "p_" + name
	spec.Spec.Labels = map[string]string{state.LabelNamespace: "p"}
	spec.Spec.Mode.Replicated = &swarm.ReplicatedService{Replicas: &replicas}
	spec.Spec.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{Image: "web:1", Labels: map[string]string{}}
	for key, value := range labels {
		spec.Spec.TaskTemplate.ContainerSpec.Labels[memory.LabelPrefix+key] = value
	}
	return spec
}

func (f *fleet) create(spec state.ServiceSpec) {
	f.t.Helper()
	_, err := f.CreateService(f.t.Context(), spec, nil)
	assert.NilError(f.t, err)
}

func (f *fleet) update(spec state.ServiceSpec) {
	f.t.Helper()
	held := f.held(spec.Service)
	assert.NilError(f.t, f.UpdateService(f.t.Context(), held.ID, held.Version, spec, nil))
}

func (f *fleet) observe() state.Observed {
	f.t.Helper()
	o, err := f.Observe(f.t.Context(), state.Scope{Project: "p"})
	assert.NilError(f.t, err)
	return o
}

func (f *fleet) held(service string) state.ObservedService {
	f.t.Helper()
	for _, s := range f.observe().Services {
		if s.Service == service {
			return s
		}
	}
	f.t.Fatalf("service %s is not there", service)
	return state.ObservedService{}
}

// tasks are the tasks of the Swarm, one a line.
func (f *fleet) tasks() string {
	f.t.Helper()
	var lines []string
	for _, t := range f.observe().Tasks {
		line := fmt.Sprintf("%s %s %s %s→%s", strings.TrimPrefix(t.Name, "p_"), t.Image, t.Node, t.State, t.Desired)
		if t.Slot == 0 {
			line = strings.Replace(line, "."+t.NodeID, "", 1)
		}
		if t.Error != "" {
			line += ": " + t.Error
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// expect compares the tasks with lines.
func (f *fleet) expect(lines ...string) {
	f.t.Helper()
	assert.Check(f.t, is.Equal(f.tasks(), strings.Join(lines, "\n")))
}

func TestTasksAreSpreadOverNodes(t *testing.T) {
	inSwarm(t, memory.Options{}, func(f *fleet) {
		f.create(swarmService("web", 4, nil))
		f.expect("web.1 web:1 node1 running→running", "web.2 web:1 node2 running→running",
			"web.3 web:1 node3 running→running", "web.4 web:1 node1 running→running")
		f.create(swarmService("db", 2, nil))
		f.expect("db.1 web:1 node2 running→running", "db.2 web:1 node3 running→running",
			"web.1 web:1 node1 running→running", "web.2 web:1 node2 running→running",
			"web.3 web:1 node3 running→running", "web.4 web:1 node1 running→running")
		f.update(swarmService("web", 1, nil))
		f.expect("db.1 web:1 node2 running→running", "db.2 web:1 node3 running→running", "web.1 web:1 node1 running→running")
		assert.Check(t, f.held("web").Update == nil, "scaling is no update of tasks")
		assert.NilError(t, f.RemoveService(t.Context(), "p_web"))
		assert.NilError(t, f.RemoveService(t.Context(), "p_db"))
		f.expect()
		assert.Check(t, is.Len(f.observe().Services, 0))
	})
}

func TestUpdateReplacesTasksOneByOne(t *testing.T) {
	inSwarm(t, memory.Options{}, func(f *fleet) {
		spec := swarmService("web", 2, map[string]string{"stop-takes": "2s"})
		spec.Spec.UpdateConfig = &swarm.UpdateConfig{Parallelism: 1, Delay: 3 * time.Second, Monitor: 4 * time.Second}
		f.create(spec)
		spec.Spec.TaskTemplate.ContainerSpec.Image = "web:2"
		f.update(spec)
		f.expect("web.1 web:1 node1 running→shutdown", "web.1 web:2 node3 ready→ready", "web.2 web:1 node2 running→running")
		assert.Check(t, is.Equal(f.held("web").Update.State, swarm.UpdateStateUpdating))
		assert.Check(t, is.Equal(f.held("web").Update.Message, "update in progress"))
		time.Sleep(2 * time.Second)
		f.expect("web.1 web:1 node1 shutdown→shutdown", "web.1 web:2 node3 running→running", "web.2 web:1 node2 running→running")
		time.Sleep(3*time.Second - 1)
		assert.Check(t, is.Len(f.observe().Tasks, 3))
		time.Sleep(1 + 2*time.Second)
		f.expect("web.1 web:1 node1 shutdown→shutdown", "web.1 web:2 node3 running→running",
			"web.2 web:2 node1 running→running", "web.2 web:1 node2 shutdown→shutdown")
		time.Sleep(7*time.Second - 1)
		assert.Check(t, is.Equal(f.held("web").Update.State, swarm.UpdateStateUpdating))
		time.Sleep(time.Nanosecond)
		assert.Check(t, is.Equal(f.held("web").Update.State, swarm.UpdateStateCompleted))
		assert.Check(t, is.Equal(f.held("web").Update.Message, "update completed"))
		assert.Check(t, is.Equal(f.held("web").Previous.TaskTemplate.ContainerSpec.Image, "web:1"))
	})
}

func TestUpdateThatFails(t *testing.T) {
	for action, want := range map[string]struct {
		state  swarm.UpdateState
		says   string
		images string
	}{
		"pause":    {swarm.UpdateStatePaused, "update paused due to failure or early termination of task ", "web:2 web:1 web:1"},
		"continue": {swarm.UpdateStateUpdating, "update in progress", "web:2 web:2 web:2"},
		"rollback": {swarm.UpdateStateRollbackCompleted, "rollback completed", "web:1 web:1 web:1"},
	} {
		t.Run(action, func(t *testing.T) {
			inSwarm(t, memory.Options{}, func(f *fleet) {
				spec := swarmService("web", 3, nil)
				spec.Spec.UpdateConfig = &swarm.UpdateConfig{Parallelism: 1, Delay: 2 * time.Second, FailureAction: action}
				f.create(spec)
				spec.Spec.TaskTemplate.ContainerSpec.Image = "web:2"
				spec.Spec.TaskTemplate.ContainerSpec.Labels[memory.LabelPrefix+"exit-code"] = "3"
				spec.Spec.TaskTemplate.ContainerSpec.Labels[memory.LabelPrefix+"exit-after"] = "1s"
				f.update(spec)
				time.Sleep(7 * time.Second)
				held := f.held("web")
				assert.Check(t, is.Equal(held.Update.State, want.state))
				assert.Check(t, is.Contains(held.Update.Message, want.says))
				var images []string
				for _, task := range f.observe().Tasks {
					if task.Desired == swarm.TaskStateRunning || task.Desired == swarm.TaskStateReady {
						images = append(images, task.Image)
					}
				}
				assert.Check(t, is.Equal(strings.Join(images, " "), want.images))
				assert.Check(t, is.Contains(f.tasks(), "failed→shutdown: non-zero exit (3)"))
			})
		})
	}
}

func TestNodeLoss(t *testing.T) {
	inSwarm(t, memory.Options{}, func(f *fleet) {
		f.create(swarmService("web", 3, nil))
		global := swarmService("agent", 0, nil)
		global.Spec.Mode = swarm.ServiceMode{Global: &swarm.GlobalService{}}
		f.create(global)
		assert.NilError(t, f.StopNode("node2"))
		f.expect("agent web:1 node1 running→running", "agent web:1 node2 running→shutdown", "agent web:1 node3 running→running",
			"web.1 web:1 node1 running→running", "web.2 web:1 node1 ready→ready", "web.2 web:1 node2 running→shutdown", "web.3 web:1 node3 running→running")
		time.Sleep(5 * time.Second)
		f.expect("agent web:1 node1 running→running", "agent web:1 node2 running→shutdown", "agent web:1 node3 running→running",
			"web.1 web:1 node1 running→running", "web.2 web:1 node1 running→running", "web.2 web:1 node2 running→shutdown", "web.3 web:1 node3 running→running")
		assert.NilError(t, f.StartNode("node2"))
		f.expect("agent web:1 node1 running→running", "agent web:1 node2 shutdown→shutdown", "agent web:1 node2 running→running", "agent web:1 node3 running→running",
			"web.1 web:1 node1 running→running", "web.2 web:1 node1 running→running", "web.2 web:1 node2 shutdown→shutdown", "web.3 web:1 node3 running→running")
		assert.NilError(t, f.UpdateNode("node3", func(n *state.Node) { n.Availability = "drain" }))
		assert.Check(t, is.Contains(f.tasks(), "web.3 web:1 node2 running→running"), "a drained node's tasks do not wait")
		assert.Check(t, is.Contains(f.tasks(), "agent web:1 node3 shutdown→shutdown"))
	})
}

func TestTaskWithoutAPlaceSaysWhy(t *testing.T) {
	inSwarm(t, memory.Options{}, func(f *fleet) {
		spec := swarmService("web", 1, nil)
		spec.Spec.TaskTemplate.Placement = &swarm.Placement{Constraints: []string{"node.labels.zone == b"}}
		f.create(spec)
		assert.NilError(t, f.UpdateNode("node3", func(n *state.Node) { n.Availability = "pause" }))
		f.expect("web.1 web:1  pending→ready: no suitable node (scheduling constraints not satisfied on 2 nodes; 1 node not available for new tasks)")
		assert.NilError(t, f.UpdateNode("node2", func(n *state.Node) { n.Labels["zone"] = "b" }))
		f.expect("web.1 web:1 node2 running→running")
		big := swarmService("big", 1, nil)
		big.Spec.TaskTemplate.Resources = &swarm.ResourceRequirements{Reservations: &swarm.Resources{NanoCPUs: 64e9}}
		f.create(big)
		ports := swarmService("ports", 3, nil)
		ports.Spec.EndpointSpec = &swarm.EndpointSpec{Ports: []swarm.PortConfig{{TargetPort: 80, PublishedPort: 8080, PublishMode: swarm.PortConfigPublishModeHost}}}
		f.create(ports)
		few := swarmService("few", 3, nil)
		few.Spec.TaskTemplate.Placement = &swarm.Placement{MaxReplicas: 1}
		f.create(few)
		for _, want := range []string{
			"big.1 web:1  pending→ready: no suitable node (insufficient resources on 2 nodes; 1 node not available for new tasks)",
			"ports.3 web:1  pending→ready: no suitable node (host-mode port already in use on 2 nodes; 1 node not available for new tasks)",
			"few.3 web:1  pending→ready: no suitable node (max replicas per node limit exceed; 1 node not available for new tasks)",
		} {
			assert.Check(t, is.Contains(f.tasks(), want))
		}
	})
}

func TestHealthOfTasks(t *testing.T) {
	inSwarm(t, memory.Options{}, func(f *fleet) {
		spec := swarmService("web", 1, map[string]string{"ready-after": "1500ms"})
		spec.Spec.TaskTemplate.ContainerSpec.Healthcheck = &container.HealthConfig{Test: []string{"CMD", "check"}, Interval: time.Second, Retries: 3}
		f.create(spec)
		f.expect("web.1 web:1 node1 starting→running")
		time.Sleep(2 * time.Second)
		f.expect("web.1 web:1 node1 running→running")
		spec.Spec.TaskTemplate.ContainerSpec.Labels[memory.LabelPrefix+"never-healthy"] = "true"
		f.update(spec)
		time.Sleep(3 * time.Second)
		assert.Check(t, is.Contains(f.tasks(), "failed→shutdown: non-zero exit (137): dockerexec: unhealthy container"))
		assert.Check(t, is.Equal(f.held("web").Update.State, swarm.UpdateStatePaused))
	})
}

func TestRestartsOfTasks(t *testing.T) {
	inSwarm(t, memory.Options{}, func(f *fleet) {
		spec := swarmService("web", 1, map[string]string{"exit-after": "1s", "exit-code": "2"})
		attempts, delay := uint64(2), 2*time.Second
		spec.Spec.TaskTemplate.RestartPolicy = &swarm.RestartPolicy{Condition: swarm.RestartPolicyConditionOnFailure, MaxAttempts: &attempts, Delay: &delay}
		f.create(spec)
		time.Sleep(time.Minute)
		const failed = " failed→shutdown: non-zero exit (2)"
		f.expect("web.1 web:1 node1"+failed, "web.1 web:1 node1"+failed, "web.1 web:1 node1"+failed)
	})
	inSwarm(t, memory.Options{}, func(f *fleet) {
		f.create(swarmService("web", 1, map[string]string{"exit-after": "1s"}))
		time.Sleep(time.Hour)
		assert.Check(t, is.Len(f.observe().Tasks, 5), "history")
		assert.Check(t, is.Contains(f.tasks(), "complete→shutdown"))
	})
}

func TestImageThatIsNowhere(t *testing.T) {
	inSwarm(t, memory.Options{Images: map[string]memory.Image{"web:1": {PullError: "manifest unknown"}}}, func(f *fleet) {
		spec := swarmService("web", 1, nil)
		spec.Resolve = true
		var warned []string
		_, err := f.CreateService(t.Context(), spec, func(p state.Progress) { warned = append(warned, p.Detail) })
		assert.NilError(t, err)
		assert.Check(t, is.Len(warned, 1))
		assert.Check(t, is.Contains(f.tasks(), "rejected→shutdown: No such image: web:1"))
	})
}

func TestJobs(t *testing.T) {
	inSwarm(t, memory.Options{}, func(f *fleet) {
		spec := swarmService("job", 0, map[string]string{"exit-after": "1s"})
		two, five := uint64(2), uint64(5)
		spec.Spec.Mode = swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{MaxConcurrent: &two, TotalCompletions: &five}}
		f.create(spec)
		assert.Check(t, is.Len(f.observe().Tasks, 2))
		time.Sleep(3 * time.Second)
		assert.Check(t, is.Equal(strings.Count(f.tasks(), "complete→complete"), 5))
		assert.Check(t, is.Len(f.observe().Tasks, 5))
	})
}

func TestFollowTellsEveryChange(t *testing.T) {
	inSwarm(t, memory.Options{}, func(f *fleet) {
		f.create(swarmService("web", 1, map[string]string{"exit-after": "1s"}))
		ctx, cancel := context.WithTimeout(f.t.Context(), 8*time.Second)
		defer cancel()
		var told []string
		assert.NilError(t, f.Follow(ctx, "p", func(c state.Cluster) {
			last := c.Tasks[len(c.Tasks)-1]
			told = append(told, fmt.Sprintf("%d %s", len(c.Tasks), last.State))
		}))
		assert.Check(t, is.DeepEqual(told, []string{"1 running", "2 ready", "2 running", "3 ready"}))
	})
}
