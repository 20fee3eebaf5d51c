package planner_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// A plan for some services treats the others as they are, not as it would have
// them: what they would become does not exist.
func TestWhatAPlanLeavesAloneIsWaitedForAsItIs(t *testing.T) {
	desired := project(service("db"), service("web", dependsOn("db", state.Healthy)))
	desired.Services[1].DependsOn[0].Restart = true
	observed := holds(desired)
	observed.Containers[0].Health = state.HealthHealthy
	policy := planner.UpPolicy{Recreate: planner.RecreateAlways, Only: []string{"web"}}
	is(t, up(t, desired, observed, policy), `
		create web/1
		stop web/1 < create web/1 ! StopContainer ! StartContainer ! RemoveContainer
		start web/1 < create web/1, stop web/1 ! StopContainer ! StartContainer ! RemoveContainer
		remove web/1 < start web/1, stop web/1
		rename web/1 < remove web/1, start web/1`)
}

// dataOf mounts a volume whose definition is another one than the engine's.
func dataOf(s *state.Service) {
	s.Config.Volumes = []types.ServiceVolumeConfig{{Type: "volume", Source: "data", Target: "/data"}}
}

func TestAVolumeIsReplacedWhenAllThatMountItAreDecidedOn(t *testing.T) {
	desired := project(built("api"), service("db", dataOf), service("web", dataOf, dependsOn("api", state.Started)))
	desired.Volumes = []state.Volume{{Key: "data", Hash: "h", Config: types.VolumeConfig{Name: "shop_data"}}}
	observed := holds(desired)
	for i := range observed.Containers {
		if observed.Containers[i].Service != "api" {
			observed.Containers[i].Mounts = []state.Mount{{Type: "volume", Name: "shop_data", Destination: "/data"}}
		}
	}
	desired.Volumes[0].Hash = "other"
	policy := planner.UpPolicy{Build: true, Consents: []string{"shop_data"}}
	plan, err := planner.Up(desired, observed, policy)
	is(t, shape(t, plan, err), "build api:1")
	assert.Equal(t, len(plan.Pending), 1)
	assert.DeepEqual(t, plan.Pending[0].Services, []string{"api", "db", "web"})

	policy.Only, policy.ImagesFresh = plan.Pending[0].Services, true
	is(t, up(t, desired, observed, policy), `
		stop db/1
		remove db/1 < stop db/1
		stop web/1
		remove web/1 < stop web/1
		remove volume data < remove db/1, remove web/1
		volume data < remove volume data
		create db/1 < remove db/1, volume data
		create web/1 < remove web/1, volume data
		start db/1 < create db/1
		start web/1 < create web/1`)
}
