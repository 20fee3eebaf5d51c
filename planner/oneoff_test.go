package planner_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// oneOff makes a service a container of run.
func oneOff(options ...func(*state.OneOff)) func(*state.Service) {
	return func(s *state.Service) {
		s.OneOff = &state.OneOff{Name: "shop-web-run-abc", Slug: "abcdef"}
		for _, option := range options {
			option(s.OneOff)
		}
	}
}

func withAliases(o *state.OneOff) { o.Aliases = true }

// leftover is what a run has left.
func leftover(name string, status state.Status) state.Container {
	return state.Container{
		ID: "id-of-" + name, Name: name, Service: "web", Project: "shop", Status: status, OneOff: true,
		Labels: map[string]string{state.LabelProject: "shop", state.LabelService: "web", state.LabelOneOff: "True"},
	}
}

// theRun is the container of run that a plan creates.
func theRun(t *testing.T, desired state.Desired, observed state.Observed) state.ContainerSpec {
	t.Helper()
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	for _, node := range plan.Nodes {
		if op, is := node.Op.(planner.CreateContainer); is && node.Ref.Number == 0 {
			return op.Spec
		}
	}
	t.Fatal("no one-off container is created")
	return state.ContainerSpec{}
}

func TestAOneOffContainerIsMadeBesideTheReplicas(t *testing.T) {
	before := project(service("db"), service("web", replicas(2), dependsOn("db", state.Healthy)))
	after := project(service("db"), service("web", dependsOn("db", state.Healthy), preStart("web:1"), oneOff()))
	observed := holds(before)
	is(t, up(t, after, observed, planner.UpPolicy{}), `
		await db/1 healthy
		create web/run
		start web/run < await db/1 healthy, create web/run ! RemoveContainer`)
}

func TestAOneOffContainerHasTheLabelsOfARun(t *testing.T) {
	spec := theRun(t, project(service("web", oneOff(func(o *state.OneOff) { o.AutoRemove = true }))), state.Observed{})
	assert.Equal(t, spec.Name, "shop-web-run-abc")
	assert.Equal(t, spec.Labels[state.LabelOneOff], "True")
	assert.Equal(t, spec.Labels[state.LabelSlug], "abcdef")
	_, numbered := spec.Labels[state.LabelNumber]
	assert.Assert(t, !numbered)
	assert.Assert(t, spec.AutoRemove && spec.OneShot)
}

func TestAOneOffContainerLeavesNamesAndAddressesToTheReplicas(t *testing.T) {
	addressed := func(s *state.Service) {
		s.Config.Networks = map[string]*types.ServiceNetworkConfig{"default": {Ipv4Address: "10.0.0.2", Aliases: []string{"www"}}}
	}
	plain := theRun(t, project(service("web", addressed, oneOff())), holds(project(service("web"))))
	assert.DeepEqual(t, plain.Attachments[0].Aliases, []string{"shop-web-run-abc"})
	assert.Equal(t, plain.Attachments[0].Config.Ipv4Address, "")

	alone := theRun(t, project(service("web", addressed, oneOff(withAliases))), state.Observed{})
	assert.DeepEqual(t, alone.Attachments[0].Aliases, []string{"shop-web-run-abc", "web", "www"})
	assert.Equal(t, alone.Attachments[0].Config.Ipv4Address, "10.0.0.2")
}

func TestEndedOneOffContainersGoWithTheOrphans(t *testing.T) {
	desired := project(service("web"))
	observed := holds(desired)
	observed.Containers = append(observed.Containers, leftover("ended", state.StatusExited), leftover("runs", state.StatusRunning))
	is(t, up(t, desired, observed, planner.UpPolicy{RemoveOrphans: true}), `
		remove web/run ended`)
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Equal(t, len(plan.Nodes), 0)
	assert.DeepEqual(t, plan.Warnings, []string{"Found orphan containers (ended): their runs have ended; --remove-orphans removes them"})
	plan, err = planner.Up(desired, observed, planner.UpPolicy{IgnoreOrphans: true})
	assert.NilError(t, err)
	assert.Equal(t, len(plan.Warnings), 0)
}

func TestAnEndedOneOffContainerGoesWithoutAHookThatStays(t *testing.T) {
	observed := holds(project(service("web")))
	observed.Containers = append(observed.Containers, leftover("ended", state.StatusExited), ran("web", 0))
	is(t, up(t, project(service("web", oneOff())), observed, planner.UpPolicy{RemoveOrphans: true}), `
		create web/run
		remove web/run ended
		start web/run < create web/run ! RemoveContainer`)
}
