package planner_test

import (
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

const (
	first  = "111111111111aaaa"
	second = "222222222222aaaa"
	third  = "333333333333aaaa"
)

func TestOnSwarmAnotherModeReplacesTheService(t *testing.T) {
	desired := project(service("web"))
	m := deployed(t, desired, 1)
	desired.Services[0].Config.Deploy = &types.DeployConfig{Mode: "global"}
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), `
		remove web
		await web gone < remove web
		create web < await web gone
		await web < create web`)
	assert.DeepEqual(t, reasons(plan), []string{
		"service/web replace [deploy.mode: replicated → global a Swarm does not update a service to another mode]"})
}

func TestOnSwarmADependentIsUpdatedAfterItsDependencyHasConverged(t *testing.T) {
	desired := project(service("db"), service("idle", dependsOn("db", state.Healthy)), service("web", dependsOn("idle", state.Healthy), dependsOn("db", state.Healthy)))
	m := deployed(t, desired, 2)
	desired.Services[0].Config.User, desired.Services[2].Config.User = "1", "1"
	is(t, up(t, desired, m.Observed, planner.UpPolicy{}), `
		update db
		await db < update db
		update web < await db
		await web < update web`)
}

func TestOnSwarmADependencyThatIsNotRequiredOnlyHasToEnd(t *testing.T) {
	desired := project(service("db"), service("web", optional("db", state.Healthy)))
	is(t, up(t, desired, swarmOf(1).Observed, planner.UpPolicy{}), `
		network default
		create db < network default
		await db < create db
		create web < network default ~ await db
		await web < create web`)
}

func restartsWith(name string) func(*state.Service) {
	return func(s *state.Service) {
		s.DependsOn = append(s.DependsOn, state.Dependency{Service: name, Condition: state.Started, Required: true, Restart: true})
	}
}

func TestOnSwarmADependentThatRestartsWithItsDependencyIsForced(t *testing.T) {
	desired := project(service("db"), service("web", restartsWith("db")))
	m := deployed(t, desired, 2)
	desired.Services[0].Replicas = 2
	is(t, up(t, desired, m.Observed, planner.UpPolicy{}), `
		update db
		await db < update db`)
	desired.Services[0].Config.User = "1"
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), `
		update db
		await db < update db
		await db started < update db
		update web < await db started
		await web < update web`)
	assert.Equal(t, reasons(plan)[1], "service/web update [db is newer than what it started with, and depends_on.db.restart is true]")
	half := plan
	half.Nodes = plan.Nodes[:2]
	m.apply(t, half) // as of a run that was cut off
	is(t, up(t, desired, m.Observed, planner.UpPolicy{}), `
		update web
		await web < update web`)
	m.bring(t, desired, planner.UpPolicy{})
	is(t, up(t, desired, m.Observed, planner.UpPolicy{}), "")
}

func TestOnSwarmAConfigOfAnotherContentRollsItsUsersAndItsOldVersionStaysForARollback(t *testing.T) {
	wants := func(digest string) state.Desired {
		return withInput(project(service("web"), service("other")), 0, state.KindConfig, "conf", digest)
	}
	m := deployed(t, wants(first), 2)
	plan, err := planner.Up(wants(second), m.Observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), `
		config/conf
		update web < config/conf
		await web < update web`)
	m.apply(t, plan)
	is(t, up(t, wants(second), m.Observed, planner.UpPolicy{}), "")
	plan, err = planner.Up(wants(third), m.Observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), `
		config/conf
		update web < config/conf
		await web < update web
		remove config shop_conf_111111111111 < await web`)
	m.apply(t, plan)
	is(t, up(t, wants(third), m.Observed, planner.UpPolicy{}), "")
	assert.Equal(t, len(m.Inputs), 2)
}

func TestOnSwarmWhatDockerStackMadeIsKept(t *testing.T) {
	desired := withInput(project(service("web")), 0, state.KindConfig, "conf", first)
	desired = withInput(desired, 0, state.KindSecret, "key", second)
	asDeployed := desired
	asDeployed.Inputs = nil // the names that `docker stack deploy` gives
	m := swarmOf(1)
	labels := map[string]string{state.LabelNamespace: "shop"}
	m.Inputs = []state.ObservedInput{
		{Kind: state.KindConfig, ID: "c1", Name: "shop_conf", Labels: labels, Digest: "sha256:" + first},
		{Kind: state.KindSecret, ID: "s1", Name: "shop_key", Labels: labels},
	}
	m.bring(t, asDeployed, planner.UpPolicy{})
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), "")
	assert.DeepEqual(t, plan.Warnings, []string{
		"secret shop_key was made by `docker stack deploy`, and a Swarm tells nobody what is in it: it is taken to be as the file has it; `stack up --force-recreate` makes it anew"})
	desired.Inputs[0].Digest = "sha256:" + third
	m.bring(t, desired, planner.UpPolicy{})
	desired.Inputs[0].Digest = "sha256:" + second
	is(t, up(t, desired, m.Observed, planner.UpPolicy{Recreate: planner.RecreateAlways}), `
		config/conf
		secret/key
		update web < config/conf, secret/key
		await web < update web
		remove config shop_conf < await web`)
}

func TestOnSwarmWhatHasNotConvergedIsWaitedFor(t *testing.T) {
	for name, test := range map[string]struct {
		disturb func(*swarmModel)
		want    string
	}{
		"a task that does not run": {func(m *swarmModel) { m.Tasks[0].State = swarm.TaskStatePending }, "await web"},
		"a task that is lost":      {func(m *swarmModel) { m.Tasks[0].Lost = true }, "await web"},
		"a task that is missing":   {func(m *swarmModel) { m.Tasks = m.Tasks[1:] }, "await web"},
		"a task too many": {func(m *swarmModel) {
			more := m.Tasks[0]
			more.ID, more.Slot = "more", 3
			m.Tasks = append(m.Tasks, more)
		}, "await web"},
		"a past task": {func(m *swarmModel) {
			m.Tasks = append(m.Tasks, state.Task{ServiceID: m.Tasks[0].ServiceID, Slot: 1, State: swarm.TaskStateFailed})
		}, ""},
		"an update that goes on": {func(m *swarmModel) {
			m.Services[0].Update = &swarm.UpdateStatus{State: swarm.UpdateStateUpdating}
		}, "await web"},
		"a rollback that is over": {func(m *swarmModel) {
			m.Services[0].Update = &swarm.UpdateStatus{State: swarm.UpdateStateRollbackCompleted}
		}, ""},
		"an update that is paused": {func(m *swarmModel) {
			m.Services[0].Update = &swarm.UpdateStatus{State: swarm.UpdateStatePaused, Message: "update paused due to failure"}
		}, "update web\nawait web < update web"},
	} {
		t.Run(name, func(t *testing.T) {
			desired := project(service("web", replicas(2)))
			m := deployed(t, desired, 2)
			test.disturb(m)
			is(t, up(t, desired, m.Observed, planner.UpPolicy{}), test.want)
		})
	}
}

func TestOnSwarmAServiceThatEndsWellHasConverged(t *testing.T) {
	desired := project(service("once", func(s *state.Service) { s.Config.Restart = "no" }))
	m := deployed(t, desired, 1)
	m.Tasks[0].State, m.Tasks[0].Desired = swarm.TaskStateComplete, swarm.TaskStateShutdown
	is(t, up(t, desired, m.Observed, planner.UpPolicy{}), "")
}

func TestOnSwarmTheWaysToRecreate(t *testing.T) {
	desired := project(service("db"), service("web", replicas(2)))
	m := deployed(t, desired, 1)
	force := planner.UpPolicy{Recreate: planner.RecreateAlways, Selected: []string{"web"}}
	plan, err := planner.Up(desired, m.Observed, force)
	is(t, shape(t, plan, err), `
		update web
		await web < update web`)
	assert.Equal(t, plan.Nodes[0].Op.(planner.UpdateService).Spec.Spec.TaskTemplate.ForceUpdate, uint64(1))
	desired.Services[1].Config.User = "1"
	never := planner.UpPolicy{Recreate: planner.RecreateNever}
	is(t, up(t, desired, m.Observed, never), "")
	desired.Services[1].Replicas = 3
	plan, err = planner.Up(desired, m.Observed, never)
	assert.NilError(t, err)
	assert.DeepEqual(t, reasons(plan), []string{"service/web update [deploy.replicas: 2 → 3 no task is started anew for that]"})
	assert.Equal(t, plan.Nodes[0].Op.(planner.UpdateService).Spec.Spec.TaskTemplate.ContainerSpec.User, "")
}

func TestOnSwarmGoingBackIsARollbackOfTheSwarms(t *testing.T) {
	desired := project(service("web"))
	old := project(service("web", func(s *state.Service) {
		s.Config.User = "1"
		s.Config.Deploy = &types.DeployConfig{RollbackConfig: &types.UpdateConfig{Order: "start-first"}}
	}))
	m := deployed(t, old, 1)
	older := m.Services[0].Spec
	m.bring(t, desired, planner.UpPolicy{})
	plan, err := planner.Up(old, m.Observed, planner.UpPolicy{RollBack: true})
	assert.NilError(t, err)
	assert.Assert(t, plan.Nodes[0].Op.(planner.UpdateService).Spec.Rollback)
	m.Services[0].Previous = nil
	plan, err = planner.Up(old, m.Observed, planner.UpPolicy{RollBack: true})
	assert.NilError(t, err)
	op := plan.Nodes[0].Op.(planner.UpdateService)
	assert.Assert(t, !op.Spec.Rollback)
	assert.DeepEqual(t, op.Spec.Spec.UpdateConfig, older.RollbackConfig)
	assert.Equal(t, len(plan.Warnings), 1)
}

func TestOnSwarmGoingFurtherBackGoesByTheRollbackConfig(t *testing.T) {
	withConfigs := func(rollback *types.UpdateConfig) state.Desired {
		return project(service("web", func(s *state.Service) {
			s.Config.User = "1"
			s.Config.Deploy = &types.DeployConfig{RollbackConfig: rollback, UpdateConfig: &types.UpdateConfig{FailureAction: "rollback"}}
		}))
	}
	m := deployed(t, project(service("web")), 1)
	back := func(desired state.Desired) planner.UpdateService {
		plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{RollBack: true})
		assert.NilError(t, err)
		assert.Equal(t, len(plan.Warnings), 1)
		return plan.Nodes[0].Op.(planner.UpdateService)
	}
	spec := back(withConfigs(&types.UpdateConfig{Order: "start-first"})).Spec.Spec
	assert.DeepEqual(t, spec.UpdateConfig, spec.RollbackConfig)
	assert.Equal(t, spec.UpdateConfig.Order, "start-first")
	assert.Equal(t, back(withConfigs(nil)).Spec.Spec.UpdateConfig.FailureAction, "pause")
	m.bring(t, withConfigs(nil), planner.UpPolicy{RollBack: true})
	plan, err := planner.Up(withConfigs(nil), m.Observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.DeepEqual(t, reasons(plan), []string{"service/web update [deploy.update_config.failure_action: pause → rollback no task is started anew for that]"})
}

func TestOnSwarmOrphansAreNamedOrRemoved(t *testing.T) {
	m := deployed(t, project(service("old"), service("web")), 1)
	desired := project(service("web"))
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), "")
	assert.DeepEqual(t, plan.Warnings, []string{
		"Found orphan services (shop_old): this project has no such services any more; --remove-orphans removes them"})
	is(t, up(t, desired, m.Observed, planner.UpPolicy{RemoveOrphans: true}), `
		remove old
		await old gone < remove old`)
}

func TestOnSwarmRestart(t *testing.T) {
	desired := project(service("db"), service("job", job), service("web", restartsWith("db")))
	m := deployed(t, desired, 1)
	restart := func(policy planner.RestartPolicy) string {
		plan, err := planner.Restart(desired, m.Observed, policy)
		return shape(t, plan, err)
	}
	is(t, restart(planner.RestartPolicy{}), `
		update db
		await db < update db
		await db started < update db
		update web < await db started
		await web < update web`)
	is(t, restart(planner.RestartPolicy{Services: []string{"db"}, NoDeps: true}), `
		update db
		await db < update db`)
	is(t, restart(planner.RestartPolicy{Services: []string{"job"}}), `
		update job
		await job < update job`)
	_, err := planner.Restart(desired, m.Observed, planner.RestartPolicy{Services: []string{"x"}})
	assert.ErrorContains(t, err, `service "x" has no tasks to restart: `+"`stack up` creates it")
}

func TestOnSwarmWhatContainersAloneCanIsRefused(t *testing.T) {
	desired := project(service("web"))
	m := deployed(t, desired, 1)
	second := time.Second
	for name, command := range map[string]func() (planner.Plan, error){
		"stop":    func() (planner.Plan, error) { return planner.Stop(desired, m.Observed, planner.StopPolicy{}) },
		"start":   func() (planner.Plan, error) { return planner.Start(desired, m.Observed, planner.StartPolicy{}) },
		"kill":    func() (planner.Plan, error) { return planner.Kill(desired, m.Observed, planner.KillPolicy{}) },
		"remove":  func() (planner.Plan, error) { return planner.Remove(desired, m.Observed, planner.RemovePolicy{}) },
		"pause":   func() (planner.Plan, error) { return planner.Pause(desired, m.Observed, nil) },
		"unpause": func() (planner.Plan, error) { return planner.Unpause(desired, m.Observed, nil) },
	} {
		_, err := command()
		assert.ErrorIs(t, err, planner.ErrNotOnSwarm, name)
	}
	_, err := planner.Up(desired, m.Observed, planner.UpPolicy{NoStart: true})
	assert.ErrorContains(t, err, "a Swarm starts the services that it creates: set `--scale SERVICE=0`")
	plan, err := planner.Restart(desired, m.Observed, planner.RestartPolicy{Timeout: &second})
	assert.NilError(t, err)
	assert.Equal(t, len(plan.Warnings), 1)
}
