package planner_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/hashicorp/go-multierror"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// now is when the plans of these tests are made.
var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func pullPolicy(policy string) func(*state.Service) {
	return func(s *state.Service) {
		s.PullPolicy = policy
		if policy == "refresh" {
			s.RefreshAfter = 24 * time.Hour
		}
	}
}

// builtAs gives a service a build whose image has that name.
func builtAs(image string) func(*state.Service) {
	return func(s *state.Service) {
		s.Config.Image = image
		s.Build = &state.BuildSpec{Image: image, Service: s.Name}
	}
}

// brought writes what a plan does to bring images, or its error.
func brought(desired state.Desired, observed state.Observed, policy planner.UpPolicy) string {
	policy.Now = now
	plan, err := planner.Up(desired, observed, policy)
	if failed := (*multierror.Error)(nil); errors.As(err, &failed) {
		return failed.WrappedErrors()[0].Error()
	}
	var all []string
	for _, n := range plan.Nodes {
		switch op := n.Op.(type) {
		case planner.PullImage:
			text := string(n.ID)
			if op.OrBuild != nil {
				text += " or build"
			}
			all = append(all, text)
		case planner.BuildImage:
			all = append(all, string(n.ID))
		}
	}
	return strings.Join(all, ", ")
}

// The policies are those of the Compose Specification, and what they mean for
// an image that can be built too is what Docker Compose does.
func TestPullPolicies(t *testing.T) {
	const own, named = "shop-web", "example.com/web:1"
	hour, week := now.Add(-time.Hour), now.Add(-7*24*time.Hour)
	for _, test := range []struct {
		policy string
		flags  planner.UpPolicy
		build  string // the name of the built image, empty for a service without a build
		absent string
		tagged *time.Time
		there  string
	}{
		{policy: "missing", absent: "pull web:1"},
		{policy: "always", absent: "pull web:1", there: "pull web:1"},
		{policy: "never", absent: "service web: No such image: web:1: it is not here, and pull_policy never forbids to pull it: pull it first (docker pull web:1), or set another pull_policy"},
		{policy: "build", absent: "pull web:1"},
		{policy: "refresh", absent: "pull web:1", tagged: &hour},
		{policy: "refresh", absent: "pull web:1", tagged: &week, there: "pull web:1"},
		{policy: "refresh", absent: "pull web:1", there: "pull web:1"}, // the engine does not say when it was tagged

		{policy: "missing", build: named, absent: "pull example.com/web:1 or build"},
		{policy: "always", build: named, absent: "pull example.com/web:1 or build", there: "pull example.com/web:1 or build"},
		{policy: "never", build: named, absent: "build example.com/web:1"},
		{policy: "build", build: named, absent: "build example.com/web:1", there: "build example.com/web:1"},
		{policy: "refresh", build: named, absent: "pull example.com/web:1 or build", tagged: &hour},
		{policy: "refresh", build: named, absent: "pull example.com/web:1 or build", tagged: &week, there: "pull example.com/web:1 or build"},

		{policy: "missing", build: own, absent: "build shop-web"},
		{policy: "always", build: own, absent: "build shop-web"},
		{policy: "never", build: own, absent: "build shop-web"},
		{policy: "build", build: own, absent: "build shop-web", there: "build shop-web"},
		{policy: "refresh", build: own, absent: "build shop-web"},

		// Flags prevail.
		{policy: "never", flags: planner.UpPolicy{Pull: "always"}, absent: "pull web:1", there: "pull web:1"},
		{policy: "always", flags: planner.UpPolicy{Pull: "missing"}, absent: "pull web:1"},
		{policy: "always", flags: planner.UpPolicy{Pull: "policy"}, absent: "pull web:1", there: "pull web:1"},
		{policy: "missing", flags: planner.UpPolicy{Pull: "build"}, build: named, absent: "build example.com/web:1", there: "build example.com/web:1"},
		{policy: "always", flags: planner.UpPolicy{Build: true}, build: named, absent: "build example.com/web:1", there: "build example.com/web:1"},
		{policy: "never", flags: planner.UpPolicy{Build: true}, build: named, absent: "build example.com/web:1", there: "build example.com/web:1"},
		{policy: "missing", flags: planner.UpPolicy{NoBuild: true}, build: named, absent: "pull example.com/web:1"},
		{policy: "build", flags: planner.UpPolicy{NoBuild: true}, build: named, absent: "pull example.com/web:1"},
		{
			policy: "never", flags: planner.UpPolicy{NoBuild: true}, build: named,
			absent: "service web: No such image: example.com/web:1: it is not here, and pull_policy never forbids to pull it: build it first, or leave --no-build out",
		},
		{policy: "always", flags: planner.UpPolicy{ImagesFresh: true}, absent: "pull web:1"},
	} {
		options := []func(*state.Service){pullPolicy(test.policy)}
		if test.build != "" {
			options = append(options, builtAs(test.build))
		}
		desired := project(service("web", options...))
		name := test.policy + " " + test.build
		assert.Equal(t, brought(desired, state.Observed{}, test.flags), test.absent, name+": absent")

		observed := holds(desired)
		if test.tagged != nil {
			image := desired.Services[0].Config.Image
			observed.Images[image] = state.Image{ID: "sha256:" + image, LastTag: *test.tagged}
		}
		assert.Equal(t, brought(desired, observed, test.flags), test.there, name+": present")
	}
}

func TestNeverIsContentWithAnImageThatAnotherServiceBrings(t *testing.T) {
	web, worker := service("web"), service("worker", pullPolicy("never"))
	worker.Config.Image = "web:1"
	assert.Equal(t, brought(project(web, worker), state.Observed{}, planner.UpPolicy{}), "pull web:1")
}

func TestNeverIsContentWithContainersThatStay(t *testing.T) {
	desired := project(service("web", pullPolicy("never")))
	observed := holds(desired)
	observed.Images = nil
	assert.Equal(t, brought(desired, observed, planner.UpPolicy{}), "")
}

func TestAnImageOfSeveralServicesIsBroughtOnce(t *testing.T) {
	services := []state.Service{service("a"), service("b", pullPolicy("always")), service("c", builtAs("x"), pullPolicy("build")), service("d", builtAs("x"))}
	for i := range services {
		services[i].Config.Image = "x"
	}
	assert.Equal(t, brought(project(services[:2]...), state.Observed{}, planner.UpPolicy{}), "pull x")
	for _, order := range [][]state.Service{services, {services[3], services[2], services[0]}} {
		assert.Equal(t, brought(project(order...), state.Observed{}, planner.UpPolicy{}), "build x")
	}
	assert.Equal(t, brought(project(services[0], services[3]), state.Observed{}, planner.UpPolicy{}), "pull x or build")
}

func TestAPullThatMayBecomeABuildComesAfterWhatTheBuildIsMadeOf(t *testing.T) {
	api := built("api", "base")
	api.PullPolicy = "missing"
	desired := project(api)
	desired.Builds = []state.BuildSpec{*built("base").Build}
	plan, err := planner.Up(desired, state.Observed{}, planner.UpPolicy{})
	is(t, shape(t, plan, err), `
		build base:1
		network default
		pull api:1 < build base:1
		create api/1 < network default, pull api:1
		start api/1 < create api/1`)
	pull := plan.Nodes[2].Op.(planner.PullImage)
	assert.Equal(t, pull.OrBuild.Config.AdditionalContexts["base"], "docker-image://base:1")
}

func TestAnImageOfAHookThatMayNotBePulledIsAnErrorBeforeAnythingIsDone(t *testing.T) {
	never := func(h *state.PreStart) { h.PullPolicy = "never" }
	desired := project(service("web", preStart("tool:1", never)))
	assert.Equal(t, brought(desired, state.Observed{}, planner.UpPolicy{}),
		"service web: the image tool:1 of its pre_start[0] is not here, and pull_policy never forbids to pull it: pull it first (docker pull tool:1), or set another pull_policy")
	observed := state.Observed{Images: map[string]state.Image{"tool:1": {ID: "sha256:tool"}}}
	assert.Equal(t, brought(desired, observed, planner.UpPolicy{}), "pull web:1")
}

func TestWithoutBuildsAnImageThatIsMountedIsNotBuilt(t *testing.T) {
	mounts := func(s *state.Service) {
		s.Config.Volumes = []types.ServiceVolumeConfig{{Type: types.VolumeTypeImage, Source: "assets:1", Target: "/assets"}}
	}
	desired := project(service("assets", builtAs("assets:1"), replicas(0)), service("web", mounts))
	assert.Equal(t, brought(desired, state.Observed{}, planner.UpPolicy{NoBuild: true}), "pull assets:1, pull web:1")
}
