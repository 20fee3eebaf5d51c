package planner_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// told writes a plan's nodes in short, then what becomes of each image and why.
func told(t *testing.T, plan planner.Plan, err error) string {
	t.Helper()
	text := shape(t, plan, err)
	for _, change := range plan.Changes {
		text += fmt.Sprintf("%s %s: %s\n", change.Action, change.Name, change.Reasons[0])
	}
	for _, warning := range plan.Warnings {
		text += "! " + warning + "\n"
	}
	return text
}

// builtInto gives a service a build section, and an image of that name.
func builtInto(image string, tags ...string) func(*state.Service) {
	return func(s *state.Service) {
		s.Config.Image = image
		s.Build = &state.BuildSpec{Image: image, Service: s.Name, Config: types.BuildConfig{Context: "/" + s.Name, Tags: tags}}
	}
}

// ownPolicy sets a service's pull_policy as the file says it.
func ownPolicy(policy string) func(*state.Service) {
	return func(s *state.Service) { s.PullPolicy, s.Config.PullPolicy = policy, policy }
}

func ofImage(reference string) func(*state.Service) {
	return func(s *state.Service) { s.Config.Image = reference }
}

func TestPullBringsEachImageOnce(t *testing.T) {
	desired := project(service("db"), service("replica", ofImage("db:1")), service("web", builtInto("team/web:1")),
		service("tool", builtInto("shop-tool")), service("old", ownPolicy("never")), service("made", ownPolicy("build")))
	plan, err := planner.Pull(desired, state.Observed{}, planner.PullPolicy{})
	is(t, told(t, plan, err), `
		pull db:1
		pull team/web:1
		create db:1: not here
		no-op made:1: pull_policy: build
		no-op old:1: pull_policy: never
		no-op shop-tool: No image to be pulled
		create team/web:1: not here`)

	plan, err = planner.Pull(desired, holds(desired), planner.PullPolicy{IgnoreBuildable: true, IgnoreFailures: true})
	is(t, told(t, plan, err), `
		pull db:1
		update db:1: is here, perhaps not as the registry has it
		no-op made:1: pull_policy: build
		no-op old:1: pull_policy: never
		no-op shop-tool: No image to be pulled
		no-op team/web:1: Image can be built`)
	assert.Assert(t, plan.Nodes[0].Optional)
}

func TestPullBringsTheImagesOfHooks(t *testing.T) {
	hooked := func(policy string, images ...string) func(*state.Service) {
		return func(s *state.Service) {
			for _, image := range images {
				hook := state.PreStart{Config: types.ServiceConfig{Name: s.Name}}
				hook.Config.Image, hook.Config.PullPolicy = image, policy
				s.PreStart = append(s.PreStart, hook)
			}
		}
	}
	desired := project(service("web", hooked("", "migrate:1", "web:1", "shop-tool", "old:1")), service("tool", builtInto("shop-tool")),
		service("made", builtInto("shop-made"), hooked("build", "tools:1")), service("old", hooked("never", "secret:1")))
	plan, err := planner.Pull(desired, state.Observed{}, planner.PullPolicy{})
	is(t, told(t, plan, err), `
		pull migrate:1
		pull old:1
		pull tools:1
		pull web:1
		create migrate:1: not here
		create old:1: not here
		no-op secret:1: pull_policy: never
		no-op shop-made: No image to be pulled
		no-op shop-tool: No image to be pulled
		create tools:1: not here
		create web:1: not here`)
}

func TestAPolicyForAllPrevailsOverTheServices(t *testing.T) {
	desired := project(service("db", ownPolicy("always")), service("old", ownPolicy("never")), service("web", ofImage("web")),
		service("tip", ofImage("registry:5000/tip:latest")), service("pinned", ofImage("pinned@sha256:12")))
	observed := holds(desired)
	plan, err := planner.Pull(desired, observed, planner.PullPolicy{Policy: "missing"})
	is(t, told(t, plan, err), `
		pull registry:5000/tip:latest
		pull web
		no-op db:1: Image is already present locally
		no-op old:1: Image is already present locally
		no-op pinned@sha256:12: Image is already present locally
		update registry:5000/tip:latest: is here, perhaps not as the registry has it
		update web: is here, perhaps not as the registry has it`)

	plan, err = planner.Pull(desired, observed, planner.PullPolicy{Policy: "always"})
	assert.NilError(t, err)
	assert.Equal(t, len(plan.Nodes), 5)
}

// What is here and has a tag of its own is not pulled again, whatever services
// there are.
func TestPullOfWhatIsMissingIsAFixpoint(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var services []state.Service
		for i, name := range rapid.SliceOfNDistinct(rapid.StringMatching("[a-z]{1,3}"), 0, 6, rapid.ID).Draw(r, "services") {
			one := service(name, ownPolicy(rapid.SampledFrom([]string{"", "always", "missing", "never", "daily"}).Draw(r, "policy")))
			if rapid.Bool().Draw(r, "built") {
				builtInto(fmt.Sprintf("team/%s:%d", name, i))(&one)
			}
			services = append(services, one)
		}
		desired := project(services...)
		observed, policy := state.Observed{Images: map[string]state.Image{}}, planner.PullPolicy{Policy: "missing"}
		first, err := planner.Pull(desired, observed, policy)
		if err != nil {
			r.Fatal(err)
		}
		for _, node := range first.Nodes {
			observed.Images[node.Name()] = state.Image{ID: "sha256:" + node.Name()}
		}
		second, err := planner.Pull(desired, observed, policy)
		if err != nil || !second.Empty() {
			r.Fatalf("%v %v", second.Nodes, err)
		}
	})
}

func TestPushSendsWhatIsBuiltHereAndHasAName(t *testing.T) {
	desired := project(service("db"), service("tool", builtInto("shop-tool")),
		service("web", builtInto("team/web:1", "team/web:extra")), service("twin", builtInto("team/web:1", "team/web:more")))
	plan, err := planner.Push(desired, holds(desired), planner.PushPolicy{IgnoreFailures: true})
	is(t, told(t, plan, err), `
		push team/web:1
		push team/web:extra
		push team/web:more
		no-op db:1: Image is not built here
		no-op shop-tool: Image has no name of its own
		update team/web:1: to its registry
		update team/web:extra: to its registry
		update team/web:more: to its registry`)
	assert.Assert(t, plan.Nodes[0].Optional && strings.HasPrefix(string(plan.Nodes[0].ID), "push"))
	plan, err = planner.Push(desired, holds(desired), planner.PushPolicy{})
	assert.NilError(t, err)
	assert.Assert(t, !plan.Nodes[0].Optional)
}
