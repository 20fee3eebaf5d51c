package planner_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// A Swarm makes no other task in such a place, however often it is waited for.
func TestOnSwarmATaskThatIsStartedNoMoreIsMadeAnew(t *testing.T) {
	const anew = "update web\nawait web < update web"
	ends := func(s swarm.TaskState) func(*swarmModel) {
		return func(m *swarmModel) { m.Tasks[1].State, m.Tasks[1].Desired = s, swarm.TaskStateShutdown }
	}
	global := func(s *state.Service) { s.Config.Deploy = &types.DeployConfig{Mode: "global"} }
	for name, test := range map[string]struct {
		change  func(*state.Service)
		disturb func(*swarmModel)
		want    string
	}{
		"failed":         {nil, ends(swarm.TaskStateFailed), anew},
		"rejected":       {nil, ends(swarm.TaskStateRejected), anew},
		"without an end": {nil, ends(swarm.TaskStateComplete), anew},
		"done":           {func(s *state.Service) { s.Config.Restart = "on-failure" }, ends(swarm.TaskStateComplete), ""},
		"to be started again": {nil, func(m *swarmModel) {
			m.Tasks[1].State = swarm.TaskStateFailed
		}, "await web"},
		"that another one follows": {nil, func(m *swarmModel) {
			ends(swarm.TaskStateFailed)(m)
			next := m.Tasks[1]
			next.ID, next.Created = "next", m.clock
			next.State, next.Desired = swarm.TaskStateReady, swarm.TaskStateReady
			m.Tasks = append(m.Tasks, next)
		}, "await web"},
		"on a node that has gone": {nil, func(m *swarmModel) {
			m.Tasks[1].Lost, m.Tasks[1].Desired = true, swarm.TaskStateShutdown
		}, anew},
		"while an update goes on": {nil, func(m *swarmModel) {
			ends(swarm.TaskStateFailed)(m)
			m.Services[0].Update = &swarm.UpdateStatus{State: swarm.UpdateStateUpdating}
		}, "await web"},
		"beside as many as there are to be": {nil, func(m *swarmModel) {
			spent := m.Tasks[1]
			spent.ID, spent.Slot, spent.State, spent.Desired = "spent", 3, swarm.TaskStateFailed, swarm.TaskStateShutdown
			m.Tasks = append(m.Tasks, spent)
		}, ""},
		"on a node of a global service": {global, ends(swarm.TaskStateFailed), anew},
		"on a node that takes no task": {global, func(m *swarmModel) {
			ends(swarm.TaskStateFailed)(m)
			m.Nodes[1].Availability = "drain"
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			web := service("web", replicas(2))
			if test.change != nil {
				test.change(&web)
			}
			desired := project(web)
			m := deployed(t, desired, 2)
			test.disturb(m)
			plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
			is(t, shape(t, plan, err), test.want)
			if test.want == anew {
				label := m.Tasks[1].Label()
				assert.DeepEqual(t, reasons(plan), []string{"service/web update [" + label + " has ended, and the Swarm starts it no more]"})
				m.apply(t, plan)
				is(t, up(t, desired, m.Observed, planner.UpPolicy{}), "")
			}
		})
	}
}
