package planner_test

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	has "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

const oldID = "sha256:0123456789abcdef"

// byID has a service run an image by its id.
func byID(s *state.Service) { s.ImageID = oldID }

func TestAnImageThatIsRunByItsIDIsObserved(t *testing.T) {
	scope := planner.Scope(project(service("web", byID)))
	assert.Check(t, has.Contains(scope.Images, oldID))
}

func TestAContainerIsMadeFromTheImageThatAServiceRunsByItsID(t *testing.T) {
	desired := project(service("web", byID))
	observed := holds(project(service("web")))
	observed.Images[oldID] = state.Image{ID: oldID}
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.DeepEqual(t, plan.Changes[0].Reasons, []planner.Reason{
		{Field: "image web:1", Old: "web:1", New: "0123456789ab"},
	})
	spec := createdFor(t, plan, "web")
	assert.Check(t, has.Equal(spec.Config.Image, oldID))
	assert.Check(t, has.Equal(spec.Labels[state.LabelImage], oldID))
	applied, err := state.DecodeConfig(spec.Labels[state.LabelStackConfig])
	assert.NilError(t, err)
	assert.Check(t, has.Equal(applied.Image, "web:1")) // what the file says
}

func TestAContainerOfThatImageIsLeftAlone(t *testing.T) {
	desired := project(service("web", byID))
	observed := holds(desired)
	observed.Containers[0].ImageID = oldID
	observed.Images = map[string]state.Image{"web:1": {ID: "sha256:new"}, oldID: {ID: oldID}}
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Assert(t, plan.Empty(), "%v", plan.Changes)
}

func TestAnImageIDIsNeitherPulledNorBuilt(t *testing.T) {
	for name, option := range map[string]func(*state.Service){
		"pulled": pullPolicy("always"), "built": builtAs("shop-web"), "built always": func(s *state.Service) {
			builtAs("shop-web")(s)
			s.PullPolicy = "build"
		},
	} {
		desired := project(service("web", option, byID))
		observed := state.Observed{Images: map[string]state.Image{oldID: {ID: oldID}}}
		for _, policy := range []planner.UpPolicy{{}, {Build: true}, {Pull: "always"}, {RollBack: true, NoBuild: true, Pull: "missing"}} {
			assert.Check(t, has.Equal(brought(desired, observed, policy), ""), name)
		}
		assert.Check(t, has.Contains(brought(desired, state.Observed{}, planner.UpPolicy{}), oldID+", which was "+desired.Services[0].Config.Image+") is not here any more"), name)
	}
}

func TestFilesAndMountsGoWithAnImageID(t *testing.T) {
	desired := project(service("web", byID, func(s *state.Service) {
		s.Config.ReadOnly = true
		s.Files = []state.File{{Name: "secret/x", Target: "/run/secrets/x", Digest: "sha256:1", Content: state.Content("x")}}
		s.Config.Volumes = []types.ServiceVolumeConfig{{Type: types.VolumeTypeImage, Source: "tools:1", Target: "/tools"}}
	}))
	observed := state.Observed{Images: map[string]state.Image{oldID: {ID: oldID}}}
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	var kinds []string
	for _, n := range plan.Nodes {
		switch op := n.Op.(type) {
		case planner.WriteVolume:
			assert.Check(t, has.Equal(op.Spec.Image, oldID))
		case planner.PullImage:
			assert.Check(t, has.Equal(op.Image, "tools:1"))
		}
		kinds = append(kinds, n.Op.Kind())
	}
	assert.Check(t, has.Contains(strings.Join(kinds, " "), "WriteVolume"))
	assert.Check(t, has.Contains(strings.Join(kinds, " "), "PullImage"))
}

// createdFor is the container that a plan creates for a service.
func createdFor(t *testing.T, plan planner.Plan, name string) state.ContainerSpec {
	t.Helper()
	for _, n := range plan.Nodes {
		if op, is := n.Op.(planner.CreateContainer); is && op.Spec.Service == name {
			return op.Spec
		}
	}
	t.Fatalf("no container of %s is created", name)
	return state.ContainerSpec{}
}
