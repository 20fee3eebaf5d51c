package reconciler_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// builtService is a service that is built into an image, with another tag.
func builtService(name, image string) state.Service {
	return state.Service{
		Name: name, Config: types.ServiceConfig{Name: name, ContainerSpec: types.ContainerSpec{Image: image}},
		Build: &state.BuildSpec{Image: image, Service: name, Config: types.BuildConfig{Context: "/" + name, Tags: types.StringList{image + "-extra"}}},
	}
}

// onEngine runs a plan and returns the terminal events by node.
func onEngine(t *testing.T, m *memory.Memory, plan planner.Plan, err error) (map[string]event.Event, error) {
	t.Helper()
	assert.NilError(t, err)
	ended := map[string]event.Event{}
	x := reconciler.Executor{Engine: m.Engine(), Events: func(e event.Event) {
		if e.Phase.Terminal() {
			ended[e.Node] = e
		}
	}}
	return ended, x.Execute(t.Context(), plan)
}

func TestABuildThatFailsEndsOnlyWhatComesOfIt(t *testing.T) {
	desired := state.Desired{Project: state.Project{Name: "shop"}, Services: []state.Service{
		builtService("bad", "team/bad:1"), builtService("good", "team/good:1"),
	}}
	failed := &engine.BuildError{Step: "RUN make", Output: "boom", Cause: errors.New("exit code: 2")}
	m := memory.New(memory.Options{Build: func(spec state.BuildSpec) (string, error) {
		if spec.Service == "bad" {
			return "", failed
		}
		return "", nil
	}})
	plan, err := planner.Build(desired, state.Observed{}, planner.BuildPolicy{Push: true})
	ended, err := onEngine(t, m, plan, err)
	assert.ErrorIs(t, err, failed)
	assert.ErrorContains(t, err, "boom")
	// What the step printed was told while it ran.
	assert.Equal(t, ended["build team/bad:1"].Error, `build team/bad:1: step "RUN make": exit code: 2`)
	assert.Equal(t, ended["push team/bad:1"].Phase, event.Skipped)
	assert.Equal(t, ended["push team/bad:1-extra"].Phase, event.Skipped)
	assert.Equal(t, ended["push team/good:1"].Phase, event.Succeeded)
	assert.Equal(t, ended["push team/good:1-extra"].Phase, event.Succeeded)
}

func TestFailuresToPullAndPushCanBeIgnored(t *testing.T) {
	desired := state.Desired{Project: state.Project{Name: "shop"}, Services: []state.Service{builtService("web", "team/web:1")}}
	m := memory.New(memory.Options{Images: map[string]memory.Image{"team/web:1": {PullError: "pull access denied"}}})
	for _, ignore := range []bool{false, true} {
		pull, err := planner.Pull(desired, state.Observed{}, planner.PullPolicy{IgnoreFailures: ignore})
		ended, err := onEngine(t, m, pull, err)
		assert.Equal(t, ended["pull team/web:1"].Phase, event.Failed)
		assert.Equal(t, err == nil, ignore)

		push, err := planner.Push(desired, state.Observed{}, planner.PushPolicy{IgnoreFailures: ignore})
		ended, err = onEngine(t, m, push, err)
		assert.Equal(t, ended["push team/web:1"].Phase, event.Failed)
		assert.Equal(t, err == nil, ignore)
	}
}

func TestABuildThatMayFailShowsItsOutputOnce(t *testing.T) {
	failed := &engine.BuildError{Step: "RUN make", Output: "boom", Cause: errors.New("exit code: 2")}
	m := memory.New(memory.Options{Build: func(state.BuildSpec) (string, error) { return "", failed }})
	node := planner.Node{
		ID: "build a", Ref: state.ImageRef("a"), Optional: true,
		Op: planner.BuildImage{Build: state.BuildSpec{Image: "a"}},
	}
	var told int
	x := reconciler.Executor{Engine: m.Engine(), Events: func(e event.Event) {
		told += strings.Count(e.Detail+e.Error, "boom")
	}}
	assert.NilError(t, x.Execute(t.Context(), planner.Plan{Nodes: []planner.Node{node}}))
	assert.Equal(t, told, 1)
}
