package planner_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// onto has a service's build start from the image of another one.
func onto(base string) func(*state.Service) {
	return func(s *state.Service) {
		s.Build.Config.AdditionalContexts = types.Mapping{"base": "service:" + base}
	}
}

func TestBuildMakesWhatServicesAndTheirBasesNeed(t *testing.T) {
	desired := project(service("db"), service("web", builtInto("team/web:1"), onto("base")), service("other", builtInto("shop-other")))
	base := service("base", builtInto("shop-base"))
	desired.Builds = []state.BuildSpec{*base.Build}
	observed := state.Observed{Images: map[string]state.Image{"shop-base": {ID: "sha256:b"}}}
	plan, err := planner.Build(desired, observed, planner.BuildPolicy{})
	is(t, told(t, plan, err), `
		build shop-base
		build shop-other
		build team/web:1 < build shop-base
		update shop-base: team/web:1 is built on it
		create shop-other: not here
		create team/web:1: not here`)

	plan, err = planner.Build(project(service("db")), observed, planner.BuildPolicy{})
	is(t, told(t, plan, err), "! no services to build")
}

func TestABuildWaitsForTheImagesThatItsDockerfileNames(t *testing.T) {
	names := func(s *state.Service) { s.Build.From = []string{"base:1"} }
	desired := project(service("base", builtInto("base:1")), service("web", builtInto("web:1"), names))
	plan, err := planner.Build(desired, state.Observed{}, planner.BuildPolicy{})
	is(t, told(t, plan, err), `
		build base:1
		build web:1 < build base:1
		create base:1: not here
		create web:1: not here`)
}

func TestBuildsThatAreAlikeRunOnceAndArePushedByEveryName(t *testing.T) {
	twin := func(s *state.Service) { s.Build.Config.Context = "/web" }
	desired := project(service("web", builtInto("team/web:1", "team/web:extra")), service("twin", builtInto("team/twin:1"), twin),
		service("tool", builtInto("shop-tool")))
	plan, err := planner.Build(desired, holds(desired), planner.BuildPolicy{Push: true})
	is(t, told(t, plan, err), `
		build shop-tool
		build team/twin:1
		push team/twin:1 < build team/twin:1
		push team/web:1 < build team/twin:1
		push team/web:extra < build team/twin:1
		update shop-tool: is built again
		update team/twin:1: is built again
		update team/web:1: the same build as team/twin:1
		update team/web:extra: to its registry`)
	assert.Assert(t, !plan.Nodes[1].Op.(planner.BuildImage).Build.Push)
}

func TestAnImageOfSeveralPlatformsIsPushedAsAnyOther(t *testing.T) {
	several := func(s *state.Service) { s.Build.Config.Platforms = types.StringList{"linux/amd64", "linux/arm64"} }
	desired := project(service("web", builtInto("team/web:1"), several), service("tool", builtInto("shop-tool"), several))
	plan, err := planner.Build(desired, state.Observed{}, planner.BuildPolicy{Push: true})
	is(t, shape(t, plan, err), `
		build shop-tool
		build team/web:1
		push team/web:1 < build team/web:1`)
	assert.Assert(t, !plan.Nodes[1].Op.(planner.BuildImage).Build.Push)
}

// The engine may not hold what another builder builds.
func TestABuilderThatIsNamedPushesItself(t *testing.T) {
	desired := project(service("web", builtInto("team/web:1")), service("tool", builtInto("shop-tool")))
	plan, err := planner.Build(desired, state.Observed{}, planner.BuildPolicy{Push: true, Builder: "mine"})
	is(t, shape(t, plan, err), `
		build shop-tool
		build team/web:1`)
	assert.Assert(t, !plan.Nodes[0].Op.(planner.BuildImage).Build.Push) // it has no name of its own
	assert.Assert(t, plan.Nodes[1].Op.(planner.BuildImage).Build.Push)
}

func TestTheFlagsOfABuildAreAPartOfIt(t *testing.T) {
	one, two := "1", "2"
	web := service("web", builtInto("team/web:1"), func(s *state.Service) {
		s.Build.Config.Args = types.MappingWithEquals{"A": &one, "B": &one}
		s.Build.Config.SSH = types.SSHConfig{{ID: "own=/own"}}
	})
	desired := project(web)
	desired.Builds = []state.BuildSpec{{Image: "base", Service: "base"}}
	policy := planner.BuildPolicy{
		Args: types.MappingWithEquals{"B": &two, "C": nil}, SSH: types.SSHConfig{{ID: "default"}},
		NoCache: true, Pull: true, Check: true, Push: true, Builder: "mine", Memory: 7, Provenance: "true", SBOM: "false",
	}
	builds := planner.Builds(desired, policy)
	assert.Equal(t, len(builds), 2)
	got := builds[1]
	assert.DeepEqual(t, got.Config.Args, types.MappingWithEquals{"A": &one, "B": &two, "C": nil})
	assert.DeepEqual(t, got.Config.SSH, types.SSHConfig{{ID: "own=/own"}, {ID: "default"}})
	assert.Assert(t, got.NoCache && got.Pull && got.Check && got.Push && got.Builder == "mine" && got.Memory == 7)
	assert.Equal(t, got.Config.Provenance+got.Config.SBOM, "truefalse")
	assert.Assert(t, builds[0].NoCache && !builds[0].Push)

	plan, err := planner.Build(desired, state.Observed{}, policy)
	is(t, told(t, plan, err), `
		build team/web:1
		create team/web:1: only checks the Dockerfile`)
	assert.Equal(t, len(desired.Services[0].Build.Config.Args), 2) // the argument is left alone
	assert.Assert(t, !desired.Services[0].Build.NoCache && len(desired.Services[0].Build.Config.SSH) == 1)
}
