package planner_test

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// builtIn gives a service a build of its folder, on the images of services.
func builtIn(folder string, bases ...string) func(*state.Service) {
	return func(s *state.Service) {
		spec := buildOf(s.Name, s.Config.Image, folder, bases...)
		s.Build = &spec
	}
}

func buildOf(service, image, folder string, bases ...string) state.BuildSpec {
	spec := state.BuildSpec{Image: image, Service: service, Config: types.BuildConfig{Context: folder, AdditionalContexts: types.Mapping{}}}
	for _, base := range bases {
		spec.Config.AdditionalContexts[base] = types.ServicePrefix + base
	}
	return spec
}

// imageNodes are the lines of a plan's builds and pulls.
func imageNodes(t *testing.T, desired state.Desired, observed state.Observed, policy planner.UpPolicy) string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(up(t, desired, observed, policy)) {
		if strings.HasPrefix(line, "build ") || strings.HasPrefix(line, "pull ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func buildNode(t *testing.T, desired state.Desired, id planner.ID) state.BuildSpec {
	t.Helper()
	plan, err := planner.Up(desired, state.Observed{}, planner.UpPolicy{})
	assert.NilError(t, err)
	for _, node := range plan.Nodes {
		if node.ID == id {
			return node.Op.(planner.BuildImage).Build
		}
	}
	t.Fatalf("no node %s", id)
	return state.BuildSpec{}
}

func TestAnImageIsBuiltAfterThoseThatItStartsFrom(t *testing.T) {
	desired := project(service("web", builtIn("/web", "base", "tools")), service("tools", builtIn("/tools")))
	desired.Builds = []state.BuildSpec{buildOf("base", "shop-base", "/base", "root"), buildOf("root", "shop-root", "/root")}
	is(t, imageNodes(t, desired, state.Observed{}, planner.UpPolicy{}), `
		build shop-root
		build shop-base < build shop-root
		build tools:1
		build web:1 < build shop-base, build tools:1`)
	assert.DeepEqual(t, buildNode(t, desired, "build web:1").Config.AdditionalContexts,
		types.Mapping{"base": "docker-image://shop-base", "tools": "docker-image://tools:1"})
	assert.Equal(t, desired.Services[0].Build.Config.AdditionalContexts["base"], "service:base", "what was asked for is left alone")
}

func TestABaseThatIsHereIsBuiltAgainOnlyIfAsked(t *testing.T) {
	desired := project(service("web", builtIn("/web", "base")))
	desired.Builds = []state.BuildSpec{buildOf("base", "shop-base", "/base")}
	observed := state.Observed{Images: map[string]state.Image{"shop-base": {ID: "sha256:1"}}}
	is(t, imageNodes(t, desired, observed, planner.UpPolicy{}), `build web:1`)
	is(t, imageNodes(t, desired, observed, planner.UpPolicy{Build: true}), `
		build shop-base
		build web:1 < build shop-base`)
}

func TestBuildsThatGiveTheSameImageAreOne(t *testing.T) {
	desired := project(service("a", builtIn("/same")), service("b", builtIn("/same")), service("c", builtIn("/other")))
	is(t, imageNodes(t, desired, state.Observed{}, planner.UpPolicy{}), `
		build a:1
		build c:1`)
	assert.DeepEqual(t, buildNode(t, desired, "build a:1").Config.Tags, types.StringList{"b:1"})

	desired.Services[1].Build.Secrets = []state.BuildSecret{{ID: "token", Digest: "sha256:1"}}
	is(t, imageNodes(t, desired, state.Observed{}, planner.UpPolicy{}), `
		build a:1
		build b:1
		build c:1`)
}

func TestABuildOnASharedBuildWaitsForIt(t *testing.T) {
	desired := project(service("a", builtIn("/same")), service("b", builtIn("/same")), service("web", builtIn("/web", "b")))
	is(t, imageNodes(t, desired, state.Observed{}, planner.UpPolicy{}), `
		build a:1
		build web:1 < build a:1`)
}
