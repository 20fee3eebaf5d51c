package planner_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func down(t *testing.T, desired state.Desired, observed state.Observed, policy planner.DownPolicy) string {
	t.Helper()
	plan, err := planner.Down(desired, observed, policy)
	return shape(t, plan, err)
}

func TestOnSwarmDownRemovesDependentsFirstAndWaitsUntilTheyAreGone(t *testing.T) {
	desired := withInput(project(service("db"), service("web", dependsOn("db", state.Started))), 1, state.KindSecret, "key", first)
	m := deployed(t, desired, 3)
	is(t, down(t, desired, m.Observed, planner.DownPolicy{}), `
		remove web
		await web gone < remove web
		remove db < await web gone
		await db gone < remove db
		remove network shop_default < await db gone, await web gone
		remove secret shop_key_111111111111 < await web gone`)
	plan, err := planner.Down(desired, m.Observed, planner.DownPolicy{})
	assert.NilError(t, err)
	m.apply(t, plan)
	assert.Equal(t, len(m.Services)+len(m.Tasks)+len(m.Networks)+len(m.Inputs), 0)
	is(t, down(t, desired, m.Observed, planner.DownPolicy{}), "")
}

func TestOnSwarmDownWithoutAFileGoesByTheLabels(t *testing.T) {
	m := deployed(t, project(service("db"), service("web", dependsOn("db", state.Started))), 1)
	is(t, sortedShape(down(t, alone, m.Observed, planner.DownPolicy{})), sortedShape(`
		remove db
		await db gone < remove db
		remove web
		await web gone < remove web
		remove network shop_default < await db gone, await web gone`))
}

func TestOnSwarmDownLeavesWhatAnOrphanUses(t *testing.T) {
	m := deployed(t, withInput(project(service("old"), service("web")), 0, state.KindConfig, "conf", first), 1)
	desired := project(service("web"))
	plan, err := planner.Down(desired, m.Observed, planner.DownPolicy{})
	is(t, shape(t, plan, err), `
		remove web
		await web gone < remove web`)
	assert.DeepEqual(t, plan.Warnings, []string{
		"config shop_conf_111111111111 stays: service old, which the project has no more, uses it; --remove-orphans removes both",
		"network shop_default stays: service old, which the project has no more, uses it; --remove-orphans removes both",
	})
	plan, err = planner.Down(desired, m.Observed, planner.DownPolicy{RemoveOrphans: true})
	assert.NilError(t, err)
	m.apply(t, plan)
	assert.Equal(t, len(m.Services)+len(m.Networks)+len(m.Inputs), 0)
}

func TestOnSwarmDownOfAServiceLeavesTheRest(t *testing.T) {
	desired := project(service("db"), service("web", dependsOn("db", state.Started)))
	m := deployed(t, desired, 1)
	is(t, down(t, desired, m.Observed, planner.DownPolicy{Services: []string{"db"}}), `
		remove db
		await db gone < remove db`)
}

func TestOnSwarmDownWaitsForWhatWasRemovedBefore(t *testing.T) {
	desired := project(service("web"))
	m := deployed(t, desired, 1)
	m.Services = nil
	is(t, down(t, desired, m.Observed, planner.DownPolicy{}), `
		await web gone service-2
		remove network shop_default < await web gone service-2`)
	m.Tasks[0].Lost, m.Tasks[0].State = true, swarm.TaskStateRunning
	is(t, down(t, desired, m.Observed, planner.DownPolicy{}), "remove network shop_default")
}

func TestOnSwarmDownRemovesTheVolumesOfThisNode(t *testing.T) {
	m := deployed(t, project(service("web")), 2)
	m.Volumes = []state.ObservedVolume{
		{Name: "shop_data", Labels: map[string]string{state.LabelNamespace: "shop"}},
		{Name: "shop_other", Labels: map[string]string{state.LabelNamespace: "other"}},
	}
	m.Containers = []state.Container{ // of `stack --engine docker`, whose they are to remove
		{ID: "run1", Name: "shop-web-run-1", Service: "web", Project: "shop", OneOff: true, Status: state.StatusExited},
		{ID: "plain1", Name: "shop-web-1", Service: "web", Project: "shop", Status: state.StatusRunning},
	}
	plan, err := planner.Down(alone, m.Observed, planner.DownPolicy{Volumes: true})
	is(t, shape(t, plan, err), `
		remove volume shop_data
		remove web
		await web gone < remove web
		remove network shop_default < await web gone`)
	assert.Equal(t, len(plan.Warnings), 1)
	assert.Equal(t, plan.Warnings[0], "volumes of other nodes stay, for a Swarm does not reach them: `docker volume rm` on each node removes them")
}

func TestOnSwarmOnlyAProjectWithVolumesIsToldOfThoseOfOtherNodes(t *testing.T) {
	kept := state.Volume{Key: "data", Config: types.VolumeConfig{Name: "shop_data"}}
	theirs := kept
	theirs.External = true
	mounted := func(s *state.Service) {
		s.Config.Volumes = []types.ServiceVolumeConfig{{Type: "volume", Source: "data", Target: "/data"}, {Type: "volume", Target: "/cache"}}
	}
	anonymous := func(s *state.Service) {
		s.Config.Volumes = []types.ServiceVolumeConfig{{Type: "volume", Target: "/cache"}}
	}
	for name, test := range map[string]struct {
		change  func(*state.Service)
		volumes []state.Volume
		told    int
	}{
		"none":      {func(*state.Service) {}, nil, 0},
		"anonymous": {anonymous, nil, 0},
		"declared":  {mounted, []state.Volume{kept}, 1},
		"external":  {mounted, []state.Volume{theirs}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			desired := project(service("web", test.change))
			desired.Volumes = test.volumes
			m := deployed(t, desired, 2)
			plan, err := planner.Down(desired, m.Observed, planner.DownPolicy{Volumes: true})
			assert.NilError(t, err)
			assert.Equal(t, len(plan.Warnings), test.told, "%v", plan.Warnings)
		})
	}
}
