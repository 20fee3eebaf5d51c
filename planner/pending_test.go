package planner_test

import (
	"fmt"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// built is a service whose image is built, from the images of others.
func built(name string, bases ...string) state.Service {
	contexts := types.Mapping{}
	for _, base := range bases {
		contexts[base] = "service:" + base
	}
	return service(name, func(s *state.Service) {
		s.PullPolicy = "never" // built without asking a registry first
		s.Build = &state.BuildSpec{Image: s.Config.Image, Service: name, Config: types.BuildConfig{
			Context: "/" + name, AdditionalContexts: contexts,
		}}
	})
}

func TestPendingServicesGoTogetherOnlyWhereTheyHaveTo(t *testing.T) {
	desired := project(built("base"), built("api", "base"), service("web", dependsOn("api", state.Healthy)), built("alone"))
	plan, err := planner.Up(desired, holds(desired), planner.UpPolicy{Build: true})
	is(t, shape(t, plan, err), `
		build alone:1
		build base:1
		build api:1 < build base:1`)
	assert.Equal(t, fmt.Sprint(plan.Pending),
		"[{[alone] [alone/1] [build alone:1]} {[api base web] [api/1 base/1 web/1] [build api:1 build base:1]}]")
	assert.Assert(t, plan.Now().Empty())
}

func TestAnImageThatThePlanNeedsNowIsNoneOfThePending(t *testing.T) {
	desired := project(built("base"), built("api", "base"))
	observed := holds(desired)
	observed.Containers = observed.Containers[:1] // api runs; base has no container
	observed.Containers[0] = held(desired.Services[1], 1)
	plan, err := planner.Up(desired, observed, planner.UpPolicy{Build: true})
	is(t, shape(t, plan, err), `
		build base:1
		build api:1 < build base:1
		create base/1 < build base:1
		start base/1 < create base/1`)
	assert.Equal(t, fmt.Sprint(plan.Pending), "[{[api] [api/1] []}]")
	assert.Equal(t, len(plan.Now().Nodes), len(plan.Nodes))
}

func TestAPlanForSomeServicesLeavesTheOthersAsTheyAre(t *testing.T) {
	desired := project(service("db"), service("web"))
	observed := holds(desired)
	desired.Services[0].Hash, desired.Services[1].Hash = "other", "other"
	is(t, up(t, desired, observed, planner.UpPolicy{Only: []string{"web"}}), `
		create web/1
		stop web/1 < create web/1 ! StopContainer ! StartContainer ! RemoveContainer
		start web/1 < create web/1, stop web/1 ! StopContainer ! StartContainer ! RemoveContainer
		remove web/1 < start web/1, stop web/1
		rename web/1 < remove web/1, start web/1`)
}

func TestAnImageThatIsMountedAndBuiltAgainReplacesItsUsers(t *testing.T) {
	web := service("web", func(s *state.Service) {
		s.Config.Volumes = []types.ServiceVolumeConfig{{Type: types.VolumeTypeImage, Source: "assets:1", Target: "/assets"}}
	})
	desired := project(built("assets"), web)
	desired.Services[0].Replicas = 0
	observed := holds(desired)
	observed.Containers[0].Labels[state.LabelStackImages] = state.EncodeInputs(map[string]string{"/assets": "sha256:assets:1"})
	is(t, up(t, desired, observed, planner.UpPolicy{}), "")

	plan, err := planner.Up(desired, observed, planner.UpPolicy{Build: true})
	is(t, shape(t, plan, err), "build assets:1")
	assert.Equal(t, fmt.Sprint(plan.Pending), "[{[web] [web/1] [build assets:1]}]")

	observed.Images["assets:1"] = state.Image{ID: "sha256:another"}
	plan, err = planner.Up(desired, observed, planner.UpPolicy{Build: true, ImagesFresh: true})
	assert.NilError(t, err)
	assert.Equal(t, plan.Changes[0].Reasons[0].String(), "image assets:1 at /assets: assets:1 → another")

	delete(observed.Images, "assets:1")
	observed.Containers = nil
	is(t, up(t, desired, observed, planner.UpPolicy{}), `
		build assets:1
		create web/1 < build assets:1
		start web/1 < create web/1`)
}
