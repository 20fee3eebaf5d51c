package planner_test

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// builtIn gives a service a build of its folder, on the images of services. The
// image has no name of its own, so no registry is asked for it.
func builtIn(folder string, bases ...string) func(*state.Service) {
	return func(s *state.Service) {
		s.Config.Image = "shop-" + s.Name
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
		build shop-tools
		build shop-web < build shop-base, build shop-tools`)
	assert.DeepEqual(t, buildNode(t, desired, "build shop-web").Config.AdditionalContexts,
		types.Mapping{"base": "docker-image://shop-base", "tools": "docker-image://shop-tools"})
	assert.Equal(t, desired.Services[0].Build.Config.AdditionalContexts["base"], "service:base", "what was asked for is left alone")
}

func TestABaseThatIsHereIsBuiltAgainOnlyIfAsked(t *testing.T) {
	desired := project(service("web", builtIn("/web", "base")))
	desired.Builds = []state.BuildSpec{buildOf("base", "shop-base", "/base")}
	observed := state.Observed{Images: map[string]state.Image{"shop-base": {ID: "sha256:1"}}}
	is(t, imageNodes(t, desired, observed, planner.UpPolicy{}), `build shop-web`)
	is(t, imageNodes(t, desired, observed, planner.UpPolicy{Build: true}), `
		build shop-base
		build shop-web < build shop-base`)
}

func TestBuildsThatGiveTheSameImageAreOne(t *testing.T) {
	desired := project(service("a", builtIn("/same")), service("b", builtIn("/same")), service("c", builtIn("/other")))
	is(t, imageNodes(t, desired, state.Observed{}, planner.UpPolicy{}), `
		build shop-a
		build shop-c`)
	assert.DeepEqual(t, buildNode(t, desired, "build shop-a").Config.Tags, types.StringList{"shop-b"})

	desired.Services[1].Build.Secrets = []state.BuildSecret{{ID: "token", Digest: "sha256:1"}}
	is(t, imageNodes(t, desired, state.Observed{}, planner.UpPolicy{}), `
		build shop-a
		build shop-b
		build shop-c`)
}

func TestABuildOnASharedBuildWaitsForIt(t *testing.T) {
	desired := project(service("a", builtIn("/same")), service("b", builtIn("/same")), service("web", builtIn("/web", "b")))
	is(t, imageNodes(t, desired, state.Observed{}, planner.UpPolicy{}), `
		build shop-a
		build shop-web < build shop-a`)
}
