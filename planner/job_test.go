package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func oneShot(s *state.Service) { s.OneShot = true }

func TestAJobIsRunAgainWhenItsInputsChangedOrItFailed(t *testing.T) {
	secret := func(s *state.Service) { s.Inputs = map[string]string{"secret/x": "sha256:1"} }
	for _, c := range []struct {
		name   string
		change func(*state.Desired, *state.Observed)
		policy planner.UpPolicy
		want   string
	}{
		{name: "nothing", change: func(*state.Desired, *state.Observed) {}},
		{"configuration", func(d *state.Desired, _ *state.Observed) { d.Services[0].Hash = "other" }, planner.UpPolicy{}, "create job/1"},
		{"image", func(_ *state.Desired, o *state.Observed) { o.Images["job:1"] = state.Image{ID: "sha256:new"} }, planner.UpPolicy{}, "create job/1"},
		{"secret", func(d *state.Desired, _ *state.Observed) {
			d.Services[0].Inputs = map[string]string{"secret/x": "sha256:2"}
		}, planner.UpPolicy{}, "create job/1"},
		{"failure", func(_ *state.Desired, o *state.Observed) { o.Containers[0].ExitCode = 1 }, planner.UpPolicy{}, "start job/1"},
		{"killed", func(_ *state.Desired, o *state.Observed) { o.Containers[0].ExitCode = 137 }, planner.UpPolicy{}, "start job/1"},
		{"never started", func(_ *state.Desired, o *state.Observed) { o.Containers[0].Status = state.StatusCreated }, planner.UpPolicy{}, "start job/1"},
		{"forced", func(*state.Desired, *state.Observed) {}, planner.UpPolicy{Recreate: planner.RecreateAlways}, "create job/1"},
		{"no recreate", func(d *state.Desired, _ *state.Observed) { d.Services[0].Hash = "other" }, planner.UpPolicy{Recreate: planner.RecreateNever}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			desired := project(service("job", oneShot, secret))
			observed := holds(desired)
			c.change(&desired, &observed)
			first, _, _ := strings.Cut(up(t, desired, observed, c.policy), "\n")
			assert.Equal(t, first, c.want)
		})
	}
}

func TestAServerThatWasStoppedIsNoJob(t *testing.T) {
	desired := project(service("web"))
	observed := holds(desired)
	observed.Containers[0].Status = state.StatusExited
	is(t, up(t, desired, observed, planner.UpPolicy{}), "start web/1")
}

func TestAJobWithAnotherConfigurationStopsAndRevivesNothing(t *testing.T) {
	for _, wait := range []bool{false, true} {
		desired := project(service("job", oneShot))
		observed := holds(desired)
		desired.Services[0].Hash = "other"
		want := `
			create job/1
			start job/1 < create job/1 ! RemoveContainer`
		if wait {
			want += `
			await job/1 completed < start job/1`
		}
		is(t, up(t, desired, observed, planner.UpPolicy{Wait: wait}), want+`
			remove job/1 < start job/1
			rename job/1 < remove job/1, start job/1`)
	}
}

// A run that ended between the creation and the start of the new container
// leaves both, and neither of them runs.
func TestAJobThatEndedIsNotRevivedByAReplacementThatIsFinished(t *testing.T) {
	desired := project(service("job", oneShot))
	observed := holds(desired)
	desired.Services[0].Hash = "other"
	next := held(desired.Services[0], 1)
	next.ID, next.Name, next.Status = "new", observed.Containers[0].Name+".next-idofshop", state.StatusCreated
	observed.Containers = append(observed.Containers, next)
	got := up(t, desired, observed, planner.UpPolicy{})
	assert.Assert(t, strings.Contains(got, "start job/1 ! RemoveContainer\n"), got)
	assert.Assert(t, !strings.Contains(got, "StartContainer"), got)
}

func TestWaitingForAJobIsWaitingForItsEnd(t *testing.T) {
	desired := project(service("job", oneShot, replicas(2)))
	plan, err := planner.Up(desired, holds(project()), planner.UpPolicy{Wait: true})
	assert.NilError(t, err)
	var waits []planner.AwaitContainer
	for _, n := range plan.Nodes {
		if op, is := n.Op.(planner.AwaitContainer); is {
			waits = append(waits, op)
		}
	}
	assert.Equal(t, len(waits), 2)
	assert.Assert(t, !slices.ContainsFunc(waits, func(op planner.AwaitContainer) bool { return op.Condition != state.Completed }))
}

func TestEveryReplicaOfAJobIsJudgedAlone(t *testing.T) {
	desired := project(service("job", oneShot, replicas(3)))
	observed := holds(desired)
	observed.Containers[1].ExitCode = 2
	is(t, up(t, desired, observed, planner.UpPolicy{}), "start job/2")
}

func TestAJobOnAnotherNetworkDefinitionIsNotRunAgain(t *testing.T) {
	desired := project(service("job", oneShot))
	observed := holds(desired)
	desired.Networks[0].Hash, desired.Networks[0].Config = "net2", types.NetworkConfig{Name: "shop_default"}
	assert.Assert(t, !strings.Contains(up(t, desired, observed, planner.UpPolicy{}), "start"))
}
