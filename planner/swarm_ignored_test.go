package planner_test

import (
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func TestOnSwarmAFlagThatChangesNothingIsAWarning(t *testing.T) {
	desired := project(service("web"))
	m := deployed(t, desired, 2)
	five := 5 * time.Second
	const timeout = "stop_grace_period says, and not that of --timeout"
	for name, test := range map[string]struct {
		plan func() (planner.Plan, error)
		want string
	}{
		"up -t": {func() (planner.Plan, error) {
			return planner.Up(desired, m.Observed, planner.UpPolicy{StopTimeout: &five})
		}, timeout},
		"rollback -t": {func() (planner.Plan, error) {
			return planner.Up(desired, m.Observed, planner.UpPolicy{RollBack: true, StopTimeout: &five})
		}, timeout},
		"down -t": {func() (planner.Plan, error) {
			return planner.Down(desired, m.Observed, planner.DownPolicy{StopTimeout: &five})
		}, timeout},
		"restart -t": {func() (planner.Plan, error) {
			return planner.Restart(desired, m.Observed, planner.RestartPolicy{Timeout: &five})
		}, timeout},
		"up -V": {func() (planner.Plan, error) {
			return planner.Up(desired, m.Observed, planner.UpPolicy{RenewAnonVolumes: true})
		}, "--renew-anon-volumes"},
		"up --probe": {func() (planner.Plan, error) {
			return planner.Up(desired, m.Observed, planner.UpPolicy{EngineProbes: true})
		}, "--probe"},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := test.plan()
			assert.NilError(t, err)
			assert.Equal(t, len(plan.Warnings), 1)
			assert.Assert(t, strings.Contains(plan.Warnings[0], test.want), plan.Warnings[0])
		})
	}
}

func TestOnSwarmAConfigThatNoServiceIsToHaveIsNotCreated(t *testing.T) {
	wanted := func(digest string) state.Desired {
		return withInput(project(service("web")), 0, state.KindConfig, "conf", digest)
	}
	m := deployed(t, wanted(first), 1)
	next := wanted("bbbbbbbbbbbbbbbb")
	is(t, up(t, next, m.Observed, planner.UpPolicy{Recreate: planner.RecreateNever, RecreateDeps: planner.RecreateNever}), "")
	is(t, up(t, next, m.Observed, planner.UpPolicy{}), `
		config/conf
		update web < config/conf
		await web < update web`)
}
