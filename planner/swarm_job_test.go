package planner_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func TestOnSwarmAJobIsRunAgainOnlyIfItFailedOrChanged(t *testing.T) {
	desired := project(service("job", job), service("web", dependsOn("job", state.Completed)))
	m := deployed(t, desired, 2)
	is(t, up(t, desired, m.Observed, planner.UpPolicy{}), "")
	m.Tasks[0].State = swarm.TaskStateFailed
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), `
		update job
		await job < update job`)
	assert.DeepEqual(t, reasons(plan), []string{"service/job update [its last run failed]"})
	m.Tasks[0].State = swarm.TaskStateRunning
	is(t, up(t, desired, m.Observed, planner.UpPolicy{}), "await job")
}

func TestOnSwarmAServiceIsAJobForWhoeverWaitsForItsEndWhateverItsMode(t *testing.T) {
	for _, mode := range []string{"replicated", "global"} {
		migrate := service("migrate", job, func(s *state.Service) { s.Config.Deploy = &types.DeployConfig{Mode: mode} })
		desired := project(migrate, service("web", dependsOn("migrate", state.Completed)))
		m := deployed(t, desired, 1)
		is(t, up(t, desired, m.Observed, planner.UpPolicy{}), "")
		m.Tasks[0].State = swarm.TaskStateRunning
		plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
		is(t, shape(t, plan, err), "await migrate")
		assert.Equal(t, plan.Nodes[0].Op.(planner.AwaitService).Condition, state.Completed)
	}
}
