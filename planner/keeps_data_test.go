package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

var anonymous = strings.Repeat("0123456789abcdef", 4)

// holdsAnonymous returns what an engine holds of a project each of whose
// containers has an anonymous volume.
func holdsAnonymous(desired state.Desired) state.Observed {
	observed := holds(desired)
	for i := range observed.Containers {
		observed.Containers[i].Mounts = append(observed.Containers[i].Mounts,
			state.Mount{Type: types.VolumeTypeVolume, Name: anonymous, Destination: "/data"})
	}
	return observed
}

// Containers go in many ways. None but `down -v` takes data with it, and where
// nothing else has it, the plan says where it stays.
func TestNoPlanTakesAnonymousVolumesAlong(t *testing.T) {
	change := func(s *state.Service) { s.Hash = "other" }
	mounts := func(s *state.Service) {
		s.Hash = "other"
		s.Config.Volumes = []types.ServiceVolumeConfig{{Type: types.VolumeTypeBind, Source: "/srv", Target: "/data"}}
	}
	for _, c := range []struct {
		name          string
		before, after state.Desired
		policy        planner.UpPolicy
		warns         bool
	}{
		{"a surplus replica", project(service("web", replicas(2))), project(service("web")), planner.UpPolicy{}, true},
		{"an orphan", project(service("web"), service("old")), project(service("web")), planner.UpPolicy{RemoveOrphans: true}, true},
		{"a replacement", project(service("web")), project(service("web", change)), planner.UpPolicy{}, false},
		{"a replacement, --renew-anon-volumes", project(service("web")), project(service("web", change)), planner.UpPolicy{RenewAnonVolumes: true}, true},
		{"a replacement that mounts something else", project(service("web")), project(service("web", mounts)), planner.UpPolicy{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan, err := planner.Up(c.after, holdsAnonymous(c.before), c.policy)
			assert.NilError(t, err)
			removed := 0
			for _, node := range plan.Nodes {
				if remove, is := node.Op.(planner.RemoveContainer); is {
					removed++
					assert.Check(t, !remove.Options.Volumes, node.ID)
				}
				_, removes := node.Op.(planner.RemoveVolume)
				assert.Check(t, !removes, node.ID)
			}
			assert.Check(t, removed > 0)
			warns := slices.ContainsFunc(plan.Warnings, func(w string) bool { return strings.Contains(w, "/data stays in the anonymous volume "+anonymous) })
			assert.Check(t, cmp.Equal(warns, c.warns), "%v", plan.Warnings)
		})
	}
}

func TestDownTakesVolumesAlongOnlyWhenAsked(t *testing.T) {
	desired := project(service("web"))
	desired.Volumes = []state.Volume{{Key: "data", Hash: "vol", Config: types.VolumeConfig{Name: "shop_data"}}}
	for _, volumes := range []bool{false, true} {
		plan, err := planner.Down(desired, holdsAnonymous(desired), planner.DownPolicy{Volumes: volumes})
		assert.NilError(t, err)
		removesVolume := false
		for _, node := range plan.Nodes {
			if remove, is := node.Op.(planner.RemoveContainer); is {
				assert.Check(t, cmp.Equal(remove.Options.Volumes, volumes))
			}
			_, is := node.Op.(planner.RemoveVolume)
			removesVolume = removesVolume || is
		}
		assert.Check(t, cmp.Equal(removesVolume, volumes))
	}
}

// A hook shares the anonymous volumes of a service's container, and is removed
// with its own: it must not be the last that has them.
func TestHooksGoBeforeTheContainersWhoseVolumesTheyShare(t *testing.T) {
	desired := project(service("web"))
	observed := holdsAnonymous(desired)
	observed.Containers = append(observed.Containers, state.Container{
		ID: "hook", Name: "shop-web-pre_start-0", Service: "web", Status: state.StatusExited,
		Labels: map[string]string{state.LabelHook: state.HookPreStart},
	})
	down, err := planner.Down(desired, observed, planner.DownPolicy{})
	assert.NilError(t, err)
	none, err := planner.Up(project(service("web", replicas(0))), observed, planner.UpPolicy{})
	assert.NilError(t, err)
	orphan, err := planner.Up(project(service("other")), observed, planner.UpPolicy{RemoveOrphans: true})
	assert.NilError(t, err)
	for _, plan := range []planner.Plan{down, none, orphan} {
		removed := 0
		for _, node := range plan.Nodes {
			if _, is := node.Op.(planner.RemoveContainer); is && node.Ref.Kind == state.KindContainer {
				removed++
				assert.Check(t, slices.Contains(node.After, "remove hook shop-web-pre_start-0"), "%v", node.After)
			}
		}
		assert.Check(t, cmp.Equal(removed, 1))
	}
}
