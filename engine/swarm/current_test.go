package swarm

import (
	"testing"
	"time"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"
)

func TestWhatATaskWasMadeFrom(t *testing.T) {
	before := time.Unix(1000, 0)
	after := before.Add(time.Minute)
	north := swarm.Node{ID: "north"}
	north.Spec.Labels = map[string]string{"zone": "north"}
	v := view{nodes: map[string]swarm.Node{"north": north}}
	template := func(image string, constraints ...string) swarm.TaskSpec {
		return swarm.TaskSpec{ContainerSpec: &swarm.ContainerSpec{Image: image}, Placement: &swarm.Placement{Constraints: constraints}}
	}
	task := swarm.Task{Spec: template("a"), NodeID: "north"}
	task.CreatedAt = before
	for _, test := range []struct {
		name    string
		current bool
		change  func(*swarm.Service, *swarm.Task)
	}{
		{"the same", true, func(*swarm.Service, *swarm.Task) {}},
		{"a service says what it runs", true, func(s *swarm.Service, _ *swarm.Task) { s.Spec.TaskTemplate.Runtime = swarm.RuntimeContainer }},
		{"another image", false, func(s *swarm.Service, _ *swarm.Task) { s.Spec.TaskTemplate.ContainerSpec.Image = "b" }},
		{"forced", false, func(s *swarm.Service, _ *swarm.Task) { s.Spec.TaskTemplate.ForceUpdate = 1 }},
		{"more replicas", true, func(s *swarm.Service, _ *swarm.Task) { s.Spec.Mode.Replicated = &swarm.ReplicatedService{} }},
		{"a constraint that its node meets", true, func(s *swarm.Service, _ *swarm.Task) {
			s.Spec.TaskTemplate.Placement = &swarm.Placement{Constraints: []string{"node.labels.zone==north"}}
		}},
		{"a constraint that its node does not meet", false, func(s *swarm.Service, _ *swarm.Task) {
			s.Spec.TaskTemplate.Placement = &swarm.Placement{Constraints: []string{"node.labels.zone==south"}}
		}},
		{"a constraint, and no node yet", false, func(s *swarm.Service, t *swarm.Task) {
			s.Spec.TaskTemplate.Placement, t.NodeID = nil, ""
		}},
		{"other ports, and an update that has not begun", false, func(s *swarm.Service, _ *swarm.Task) {
			s.PreviousSpec = &swarm.ServiceSpec{EndpointSpec: &swarm.EndpointSpec{}}
		}},
		{"other ports, and an update that has begun", false, func(s *swarm.Service, _ *swarm.Task) {
			s.PreviousSpec = &swarm.ServiceSpec{EndpointSpec: &swarm.EndpointSpec{}}
			s.UpdateStatus = &swarm.UpdateStatus{StartedAt: &after}
		}},
		{"other ports, and a task of the update", true, func(s *swarm.Service, t *swarm.Task) {
			s.PreviousSpec = &swarm.ServiceSpec{EndpointSpec: &swarm.EndpointSpec{}}
			s.UpdateStatus, s.UpdatedAt = &swarm.UpdateStatus{StartedAt: &before}, after.Add(time.Minute)
			t.CreatedAt = after
		}},
		{"an update of something else", true, func(s *swarm.Service, _ *swarm.Task) { s.PreviousSpec = &swarm.ServiceSpec{} }},
		{"the last run of a job", true, func(s *swarm.Service, t *swarm.Task) {
			s.JobStatus, t.JobIteration = &swarm.JobStatus{JobIteration: swarm.Version{Index: 2}}, &swarm.Version{Index: 2}
		}},
		{"an earlier run of a job", false, func(s *swarm.Service, t *swarm.Task) {
			s.JobStatus, t.JobIteration = &swarm.JobStatus{JobIteration: swarm.Version{Index: 2}}, &swarm.Version{Index: 1}
		}},
	} {
		service, task := swarm.Service{Spec: swarm.ServiceSpec{TaskTemplate: template("a")}}, task
		service.UpdatedAt = after
		test.change(&service, &task)
		assert.Equal(t, v.current(task, service), test.current, test.name)
	}
}

func TestWhoIsNoManagerIsToldWhatToDo(t *testing.T) {
	for state, advice := range map[swarm.LocalNodeState]string{
		swarm.LocalNodeStateInactive: "docker swarm init",
		swarm.LocalNodeStateActive:   "the context of a manager",
		swarm.LocalNodeStateLocked:   "docker swarm unlock",
		swarm.LocalNodeStateError:    "docker info",
	} {
		assert.ErrorContains(t, manages(swarm.Info{LocalNodeState: state}), advice)
	}
	assert.NilError(t, manages(swarm.Info{LocalNodeState: swarm.LocalNodeStateActive, ControlAvailable: true}))
}
