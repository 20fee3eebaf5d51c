package explain_test

import (
	"testing"
	"time"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/drift"
	"github.com/stackctl/stack/internal/explain"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func onSwarm(tasks ...state.Task) explain.Found {
	two := uint64(2)
	f := explain.Found{Project: "shop", Observed: state.Observed{Engine: state.EngineInfo{Nodes: 2}}}
	f.Observed.Services = []state.ObservedService{{ID: "s1", Service: "web", Spec: swarm.ServiceSpec{
		Annotations: swarm.Annotations{Name: "shop_web"}, Mode: swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: &two}},
	}}}
	for i, t := range tasks {
		t.Service, t.ServiceID, t.Created = "web", "s1", time.Unix(int64(i), 0)
		f.Observed.Tasks = append(f.Observed.Tasks, t)
	}
	return f
}

func TestOnSwarmAServiceIsExplainedByItsTasks(t *testing.T) {
	running := func(slot int) state.Task { return state.Task{ID: "r", Slot: slot, State: swarm.TaskStateRunning} }
	for _, test := range []struct {
		name    string
		tasks   []state.Task
		state   explain.State
		because string
	}{
		{"all run, one of them after a failure", []state.Task{{ID: "f", Slot: 1, State: swarm.TaskStateFailed, ExitCode: 1}, running(1), running(2)},
			explain.Running, "web/1 runs"},
		{"one has no place", []state.Task{running(1), {ID: "p", Slot: 2, State: swarm.TaskStatePending, Error: "no suitable node (insufficient resources)"}},
			explain.Failed, "web/2 did not start: no suitable node (insufficient resources)"},
		{"one failed", []state.Task{running(1), {ID: "f", Slot: 2, State: swarm.TaskStateFailed, ExitCode: 3}},
			explain.Failed, "web/2 has ended: exit code 3"},
		{"one failed, and the Swarm says so", []state.Task{running(1), {ID: "f", Slot: 2, State: swarm.TaskStateFailed, ExitCode: 3, Error: "non-zero exit (3)"}},
			explain.Failed, "web/2 has ended: exit code 3"},
		{"one was unhealthy", []state.Task{running(1), {ID: "f", Slot: 2, State: swarm.TaskStateFailed, ExitCode: 137, Error: "non-zero exit (137): dockerexec: unhealthy container"}},
			explain.Failed, "web/2 has ended: exit code 137 (SIGKILL), unhealthy container"},
		{"one could not start", []state.Task{running(1), {ID: "f", Slot: 2, State: swarm.TaskStateFailed, ExitCode: 127, Error: "starting container failed: no such command"}},
			explain.Failed, "web/2 did not start: starting container failed: no such command"},
		{"one is on a node that went", []state.Task{running(1), {ID: "l", Slot: 2, Node: "two", State: swarm.TaskStateRunning, Lost: true}},
			explain.Failed, "web/2 is lost: node two is down"},
		{"one is yet to start", []state.Task{{ID: "n", Slot: 1, State: swarm.TaskStateReady}, running(2)},
			explain.Starting, "1 of 2 run: web/1 is not started yet"},
		{"none has started", []state.Task{{ID: "n", Slot: 1, State: swarm.TaskStatePreparing}}, explain.Starting, "web is not started yet"},
		{"scaled down", []state.Task{running(1), {ID: "s", Slot: 2, State: swarm.TaskStateShutdown}}, explain.Running, "web runs"},
		{"on each node", []state.Task{{ID: "a", NodeID: "n1", Node: "one", State: swarm.TaskStateFailed, ExitCode: 1}, {ID: "b", NodeID: "n2", State: swarm.TaskStateRunning}},
			explain.Failed, "web@one has ended: exit code 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := only(t, onSwarm(test.tasks...), "web")
			assert.Equal(t, s.State, test.state)
			assert.Equal(t, s.Because[0], test.because)
		})
	}
}

func TestOnSwarmAnUpdateThatDidNotComeToItsEndIsTold(t *testing.T) {
	f := onSwarm(state.Task{ID: "r", Slot: 1, State: swarm.TaskStateRunning})
	f.Observed.Services[0].Update = &swarm.UpdateStatus{State: swarm.UpdateStateRollbackCompleted, Message: "rollback completed"}
	f.Plan = &planner.Plan{Changes: []planner.Change{{Ref: state.ServiceRef("web"), Action: planner.Update}}}
	f.Drift.Drifts = []drift.Drift{{Ref: state.ServiceRef("web"), Kind: drift.Changed, Field: drift.UpdateField}}
	s := only(t, f, "web")
	assert.DeepEqual(t, s.Because, []string{"web runs", "its last update was rolled back: rollback completed"})
	assert.Equal(t, len(s.Next.Changes), 1)
	assert.Equal(t, len(s.Drift), 1)

	f.Drift.Drifts = nil // it was taken back on purpose
	assert.DeepEqual(t, only(t, f, "web").Because, []string{"web runs"})
}
