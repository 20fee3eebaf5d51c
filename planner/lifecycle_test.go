package planner_test

import (
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// alone is what is desired where there is no file.
var alone = state.Desired{Project: state.Project{Name: "shop"}}

// labelled writes what services depend on to the labels of their containers.
func labelled(desired state.Desired, observed state.Observed) state.Observed {
	for i, c := range observed.Containers {
		for _, s := range desired.Services {
			if s.Name == c.Service {
				observed.Containers[i].Labels[state.LabelDependsOn] = state.EncodeDependsOn(s.DependsOn)
			}
		}
	}
	return observed
}

// withStatus sets the status of the containers of services.
func withStatus(observed state.Observed, status state.Status, services ...string) state.Observed {
	for i, c := range observed.Containers {
		for _, name := range services {
			if c.Service == name {
				observed.Containers[i].Status = status
			}
		}
	}
	return observed
}

func postStart(s *state.Service) {
	s.Config.PostStart = []types.ServiceHook{{Command: []string{"warm"}}}
}

func preStop(s *state.Service) {
	s.Config.PreStop = []types.ServiceHook{{Command: []string{"drain"}}}
}

func TestStartWaitsForWhatIsDependedOn(t *testing.T) {
	desired := project(service("db"), service("seed", oneShot, dependsOn("db", state.Healthy)),
		service("web", dependsOn("db", state.Healthy), dependsOn("seed", state.Completed), postStart), service("beside"))
	observed := labelled(desired, withStatus(holds(desired), state.StatusExited, "db", "web", "beside"))
	const want = `
		start db/1
		await db/1 healthy < start db/1
		mark web/1 < await db/1 healthy
		start web/1 < mark web/1 ! RenameContainer
		post_start web/1 1 < start web/1 ! StopContainer ! RenameContainer
		rename web/1 < post_start web/1 1`
	for name, d := range map[string]state.Desired{"with a file": desired, "without": alone} {
		t.Run(name, func(t *testing.T) {
			plan, err := planner.Start(d, observed, planner.StartPolicy{Services: []string{"web"}})
			is(t, sortedShape(shape(t, plan, err)), sortedShape(want))
		})
	}
}

func TestStartRunsACompletedJobAgainOnlyIfItIsNamed(t *testing.T) {
	desired := project(service("seed", oneShot))
	plan, err := planner.Start(desired, holds(desired), planner.StartPolicy{Wait: true})
	is(t, shape(t, plan, err), "")
	plan, err = planner.Start(desired, holds(desired), planner.StartPolicy{Services: []string{"seed"}, Wait: true})
	is(t, shape(t, plan, err), `
		start seed/1
		await seed/1 completed < start seed/1`)
}

func TestStartOfWhatHasNoContainerIsAnError(t *testing.T) {
	desired := project(service("db"), service("web", dependsOn("db", state.Started)), service("none", replicas(0)))
	observed := withStatus(holds(desired), state.StatusExited, "db", "web")
	observed.Containers = observed.Containers[1:] // of db there is none
	_, err := planner.Start(desired, observed, planner.StartPolicy{})
	assert.ErrorContains(t, err, `service "db" has no container to start`)
	plan, err := planner.Start(alone, labelled(desired, observed), planner.StartPolicy{})
	is(t, shape(t, plan, err), "start web/1")
	assert.Assert(t, strings.HasPrefix(plan.Warnings[0], `service "db", which others depend on, has no container`))
	plan, err = planner.Start(desired, observed, planner.StartPolicy{Services: []string{"none"}})
	is(t, shape(t, plan, err), "")
}

func TestRestartStopsDependentsFirstAndStartsThemLast(t *testing.T) {
	desired := project(service("db"), service("web", dependsOn("db", state.Healthy), preStop), service("old"))
	observed := labelled(desired, withStatus(holds(desired), state.StatusExited, "old"))
	for name, d := range map[string]state.Desired{"with a file": desired, "without": alone} {
		t.Run(name, func(t *testing.T) {
			plan, err := planner.Restart(d, observed, planner.RestartPolicy{})
			is(t, sortedShape(shape(t, plan, err)), sortedShape(`
				start old/1
				pre_stop web/1 1
				stop web/1 < pre_stop web/1 1
				stop db/1 < stop web/1
				start db/1 < stop db/1
				await db/1 healthy < start db/1
				start web/1 < await db/1 healthy, stop web/1`))
		})
	}
}

func TestRestartTakesDependentsAlongThatAskForIt(t *testing.T) {
	desired := project(service("db"), service("app", restarts("db")), service("web", restarts("app")), service("idle", restarts("db")),
		service("beside", dependsOn("db", state.Started)))
	observed := withStatus(holds(desired), state.StatusExited, "idle")
	plan, err := planner.Restart(desired, observed, planner.RestartPolicy{Services: []string{"db"}})
	is(t, sortedShape(shape(t, plan, err)), sortedShape(`
		stop web/1
		stop app/1 < stop web/1
		stop db/1 < stop app/1
		start db/1 < stop db/1
		start app/1 < start db/1, stop app/1
		start web/1 < start app/1, stop web/1`))
	plan, err = planner.Restart(desired, observed, planner.RestartPolicy{Services: []string{"db"}, NoDeps: true})
	is(t, shape(t, plan, err), "stop db/1\nstart db/1 < stop db/1")
}

func TestWhatIsPausedGoesOnForItsHooksAndIsStopped(t *testing.T) {
	desired := project(service("web", preStop), service("db"))
	observed := withStatus(holds(desired), state.StatusPaused, "web", "db")
	timeout := time.Minute
	plan, err := planner.Stop(desired, observed, planner.StopPolicy{Timeout: &timeout})
	is(t, sortedShape(shape(t, plan, err)), sortedShape(`
		stop db/1
		unpause web/1
		pre_stop web/1 1 < unpause web/1
		stop web/1 < pre_stop web/1 1`))
	plan, err = planner.Start(desired, observed, planner.StartPolicy{})
	is(t, sortedShape(shape(t, plan, err)), sortedShape("unpause db/1\nunpause web/1"))
	is(t, sortedShape(up(t, desired, observed, planner.UpPolicy{})), sortedShape("unpause db/1\nunpause web/1"))
}

func TestKillTakesOneOffContainersAndOrphansIfAsked(t *testing.T) {
	desired := project(service("web"))
	observed := holds(project(service("web"), service("gone")))
	oneOff := held(service("web"), 7)
	oneOff.OneOff, oneOff.Name = true, "shop-web-run-1"
	observed.Containers = append(observed.Containers, oneOff)
	plan, err := planner.Kill(desired, observed, planner.KillPolicy{Signal: "SIGHUP"})
	is(t, shape(t, plan, err), "kill web/1\nkill web/7 shop-web-run-1")
	plan, err = planner.Kill(desired, observed, planner.KillPolicy{Signal: "SIGHUP", RemoveOrphans: true, Services: []string{"web"}})
	is(t, sortedShape(shape(t, plan, err)), sortedShape("kill gone/1\nremove gone/1 < kill gone/1\nkill web/1\nkill web/7 shop-web-run-1"))
	for _, plan := range []func(state.Desired, state.Observed, []string) (planner.Plan, error){planner.Pause, planner.Unpause} {
		observed := withStatus(observed, state.StatusRunning, "web")
		p, err := plan(desired, observed, nil)
		for _, node := range p.Nodes {
			assert.Equal(t, string(node.ID), "pause web/1")
		}
		assert.NilError(t, err)
	}
}

func TestRemoveTakesWhatDoesNotRun(t *testing.T) {
	desired := project(service("db"), service("web", dependsOn("db", state.Started)))
	observed := withStatus(holds(desired), state.StatusExited, "web")
	plan, err := planner.Remove(desired, observed, planner.RemovePolicy{})
	is(t, shape(t, plan, err), "remove web/1")
	plan, err = planner.Remove(desired, withStatus(observed, state.StatusRunning, "web"), planner.RemovePolicy{Stop: true, Volumes: true})
	is(t, sortedShape(shape(t, plan, err)), sortedShape(`
		stop web/1
		remove web/1 < stop web/1
		stop db/1 < remove web/1
		remove db/1 < stop db/1`))
	for _, node := range plan.Nodes {
		if op, is := node.Op.(planner.RemoveContainer); is {
			assert.Equal(t, op.Options.Volumes, true)
		}
	}
}

func TestHooksThatARunWasKilledInRunWhenTheContainerGoesOn(t *testing.T) {
	desired := project(service("web", postStart))
	observed := withStatus(holds(desired), state.StatusPaused, "web")
	observed.Containers[0].Name = "shop-web-1.starting"
	const want = `
		unpause web/1
		post_start web/1 1 < unpause web/1
		rename web/1 < post_start web/1 1`
	is(t, up(t, desired, observed, planner.UpPolicy{}), want)
	plan, err := planner.Start(desired, observed, planner.StartPolicy{})
	is(t, shape(t, plan, err), want)
}
