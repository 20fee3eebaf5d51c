package planner_test

import (
	"testing"
	"time"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func TestOnSwarmAnUpdateThatStandsStillIsBegunAnew(t *testing.T) {
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, test := range map[string]struct {
		after   time.Duration // since something moved
		disturb func(*state.Task)
		want    string
	}{
		"for a moment":                     {10 * time.Second, nil, "await web"},
		"for long":                         {time.Minute, nil, "update web\nawait web < update web"},
		"with a task under way":            {time.Minute, func(t *state.Task) { t.State = swarm.TaskStatePreparing }, "await web"},
		"with one on a node that has gone": {time.Minute, func(t *state.Task) { t.State, t.Lost = swarm.TaskStateAccepted, true }, "update web\nawait web < update web"},
	} {
		t.Run(name, func(t *testing.T) {
			desired := project(service("web", replicas(2)))
			m := deployed(t, desired, 2)
			m.Services[0].Update = &swarm.UpdateStatus{State: swarm.UpdateStateUpdating, StartedAt: &began}
			m.Tasks[1].Since = began.Add(5 * time.Second)
			if test.disturb != nil {
				test.disturb(&m.Tasks[0])
			}
			policy := planner.UpPolicy{Now: began.Add(5*time.Second + test.after)}
			is(t, up(t, desired, m.Observed, policy), test.want)
			plan, err := planner.Up(desired, m.Observed, policy)
			assert.NilError(t, err)
			if op, updates := plan.Nodes[0].Op.(planner.UpdateService); updates {
				assert.Equal(t, op.Spec.Spec.TaskTemplate.ForceUpdate, uint64(1))
				assert.DeepEqual(t, reasons(plan), []string{"service/web update [its last update stands still]"})
			}
		})
	}
}
