package planner_test

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// preStart gives a service a hook that runs an image.
func preStart(image string, options ...func(*state.PreStart)) func(*state.Service) {
	return func(s *state.Service) {
		hook := state.PreStart{PullPolicy: "missing", Config: types.ServiceConfig{
			Name: s.Name, ContainerSpec: types.ContainerSpec{Image: image, Networks: s.Config.Networks, Labels: types.Labels{"mine": "1"}},
		}}
		for _, option := range options {
			option(&hook)
		}
		s.PreStart = append(s.PreStart, hook)
	}
}

func perReplica(h *state.PreStart) { h.PerReplica = true }

// ran is the container of a hook that a run left.
func ran(service string, index int) state.Container {
	name := state.Project{Name: "shop"}.PreStartName(service, index, 0)
	return state.Container{
		ID: "id-of-" + name, Name: name, Service: service, Project: "shop", Status: state.StatusExited, ExitCode: 1,
		Labels: map[string]string{state.LabelProject: "shop", state.LabelService: service, state.LabelHook: "pre_start"},
	}
}

func TestPreStartHooksRunInOrderBeforeTheService(t *testing.T) {
	desired := project(service("web", preStart("tool:1"), preStart("web:1")))
	is(t, up(t, desired, state.Observed{}, planner.UpPolicy{}), `
		network default
		pull tool:1
		pull web:1
		create web/1 < network default, pull web:1
		create web pre_start[0] < create web/1, network default, pull tool:1
		start web pre_start[0] < create web pre_start[0] ! RemoveContainer
		await web pre_start[0] < start web pre_start[0]
		create web pre_start[1] < await web pre_start[0], network default, pull web:1
		remove web pre_start[0] < await web pre_start[0]
		start web pre_start[1] < create web pre_start[1] ! RemoveContainer
		await web pre_start[1] < start web pre_start[1]
		remove web pre_start[1] < await web pre_start[1]
		start web/1 < await web pre_start[1], create web/1`)
}

func TestAHookRunsOnceOrForEachReplica(t *testing.T) {
	desired := project(service("web", replicas(2), preStart("web:1"), preStart("web:1", perReplica), preStart("web:1")))
	got := edges(up(t, desired, state.Observed{}, planner.UpPolicy{}))
	is(t, got, `
		create web pre_start[0] < create web/1, create web/2, network default, pull web:1
		create web/1 pre_start[1] < await web pre_start[0], network default, pull web:1
		create web/2 pre_start[1] < await web pre_start[0], network default, pull web:1
		create web pre_start[2] < await web/1 pre_start[1], await web/2 pre_start[1], network default, pull web:1
		start web/1 < await web pre_start[2], create web/1
		start web/2 < await web pre_start[2], create web/2`)
}

// edges are the lines that say what hooks and services wait for.
func edges(shape string) string {
	var kept []string
	for line := range strings.Lines(shape) {
		create := strings.HasPrefix(line, "create ") && strings.Contains(strings.SplitN(line, "<", 2)[0], "pre_start")
		start := strings.HasPrefix(line, "start ") && !strings.Contains(strings.SplitN(line, "<", 2)[0], "pre_start")
		if create || start {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func TestTheOldContainerIsStoppedOnlyWhenTheHooksHaveSucceeded(t *testing.T) {
	desired := project(service("web", preStart("web:1")))
	observed := holds(desired)
	desired.Services[0].Hash = "other"
	is(t, up(t, desired, observed, planner.UpPolicy{}), `
		create web/1
		create web pre_start[0] < create web/1 ! RemoveContainer
		start web pre_start[0] < create web pre_start[0] ! RemoveContainer ! RemoveContainer
		await web pre_start[0] < start web pre_start[0] ! RemoveContainer
		remove web pre_start[0] < await web pre_start[0]
		stop web/1 < await web pre_start[0], create web/1 ! StopContainer ! StartContainer ! RemoveContainer
		start web/1 < await web pre_start[0], create web/1, stop web/1 ! StopContainer ! StartContainer ! RemoveContainer
		remove web/1 < start web/1, stop web/1
		rename web/1 < remove web/1, start web/1`)
}

func TestHooksWaitForWhatTheServiceDependsOn(t *testing.T) {
	desired := project(service("db"), service("web", dependsOn("db", state.Healthy), preStart("web:1")))
	assert.Assert(t, strings.Contains(up(t, desired, state.Observed{}, planner.UpPolicy{}),
		"create web pre_start[0] < await db/1 healthy, create web/1, network default, pull web:1\n"))
}

func TestNoHookRunsForWhatIsNotStarted(t *testing.T) {
	desired := project(service("web", replicas(2), preStart("web:1"), preStart("web:1", perReplica)))
	observed := holds(desired)
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Assert(t, plan.Empty())

	plan, err = planner.Up(desired, state.Observed{}, planner.UpPolicy{NoStart: true})
	assert.NilError(t, err)
	assert.Assert(t, !strings.Contains(shape(t, plan, err), "pre_start"))

	// A new replica beside one that runs: the service is up already.
	observed.Containers = observed.Containers[:1]
	is(t, edges(up(t, desired, observed, planner.UpPolicy{})), `
		create web/2 pre_start[1] < create web/2
		start web/2 < await web/2 pre_start[1], create web/2`)
}

func TestTheContainerOfAHookIsNoReplicaAndNoOrphan(t *testing.T) {
	desired := project(service("web", preStart("web:1")))
	observed := holds(desired)
	observed.Containers = append(observed.Containers, ran("web", 0), ran("gone", 0))
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), `
		remove hook shop-gone-pre_start-0
		remove hook shop-web-pre_start-0`)
	assert.Equal(t, len(plan.Warnings), 0)

	plan, err = planner.Stop(desired, observed, planner.StopPolicy{})
	is(t, shape(t, plan, err), `stop web/1`)
	plan, err = planner.Down(desired, observed, planner.DownPolicy{})
	is(t, shape(t, plan, err), `
		remove hook shop-gone-pre_start-0
		remove hook shop-web-pre_start-0
		stop web/1
		remove web/1 < remove hook shop-web-pre_start-0, stop web/1
		remove network shop_default < remove web/1`)
}

func TestTheContainerOfAHookHasNothingOfTheServicesButItsVolumes(t *testing.T) {
	desired := project(service("web", preStart("tool:1", func(h *state.PreStart) {
		h.Config.Networks = map[string]*types.ServiceNetworkConfig{"default": {Ipv4Address: "10.0.0.9", Aliases: []string{"www"}, Priority: 3}}
	})))
	desired.Services[0].Config.Networks = desired.Services[0].PreStart[0].Config.Networks
	plan, err := planner.Up(desired, state.Observed{}, planner.UpPolicy{})
	assert.NilError(t, err)
	for _, node := range plan.Nodes {
		create, is := node.Op.(planner.CreateContainer)
		if !is || node.Ref.Kind != state.KindHook {
			continue
		}
		assert.Equal(t, create.Spec.Name, "shop-web-pre_start-0")
		assert.DeepEqual(t, create.Spec.Config.VolumesFrom, []string{"shop-web-1"})
		assert.Assert(t, create.Spec.OneShot)
		assert.DeepEqual(t, create.Spec.Attachments, []state.Attachment{{
			Network: "shop_default", Aliases: []string{"shop-web-pre_start-0"}, Config: &types.ServiceNetworkConfig{Aliases: []string{"www"}, Priority: 3},
		}})
		assert.DeepEqual(t, create.Spec.Labels, map[string]string{
			"mine": "1", state.LabelProject: "shop", state.LabelService: "web", state.LabelVersion: "5.5.0",
			state.LabelHook: "pre_start", state.LabelHookIndex: "0",
		})
		return
	}
	t.Fatal("no hook is created")
}

func TestAHookTakesTheFilesOfItsServiceFromTheMountsThatItShares(t *testing.T) {
	files := []state.File{
		{Name: "config/mounted", Target: "/mounted", Source: "/home/mounted"},
		{Name: "config/written", Target: "/written", Digest: "sha256:1"},
	}
	desired := project(service("web", preStart("web:1", func(h *state.PreStart) {
		h.Files = append(files, state.File{Name: "config/own", Target: "/own", Source: "/home/own"})
	})))
	desired.Services[0].Files = files
	plan, err := planner.Up(desired, state.Observed{}, planner.UpPolicy{})
	assert.NilError(t, err)
	for _, node := range plan.Nodes {
		if node.Ref.Kind != state.KindHook {
			continue
		}
		switch op := node.Op.(type) {
		case planner.CreateContainer:
			assert.Equal(t, len(op.Spec.Config.Volumes), 1)
			assert.Equal(t, op.Spec.Config.Volumes[0].Source, "/home/own")
		case planner.WriteFiles:
			assert.Equal(t, len(op.Files), 1)
			assert.Equal(t, op.Files[0].Target, "/written")
		}
	}
}
