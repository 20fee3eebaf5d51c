package planner_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// twoNetworks is what an engine holds on which two runs created a network at
// the same time: one of them is in use.
func twoNetworks() state.Observed {
	labels := map[string]string{state.LabelProject: "p", state.LabelNetwork: "default"}
	return state.Observed{Networks: []state.ObservedNetwork{
		{ID: "aaaa", Name: "p_default", Labels: labels},
		{ID: "bbbb", Name: "p_default", Labels: labels, Containers: map[string]string{"1": "p-web-1"}},
		{ID: "cccc", Name: "p_default", Labels: map[string]string{"of": "somebody else"}},
	}}
}

func removals(plan planner.Plan) (ids []string) {
	for _, node := range plan.Nodes {
		if op, is := node.Op.(planner.RemoveNetwork); is {
			ids = append(ids, op.ID)
		}
	}
	return ids
}

func TestASecondNetworkOfTheSameNameIsRemoved(t *testing.T) {
	desired := state.Desired{
		Project:  state.Project{Name: "p"},
		Networks: []state.Network{{Key: "default", Config: types.NetworkConfig{Name: "p_default"}}},
	}
	plan, err := planner.Up(desired, twoNetworks(), planner.UpPolicy{})
	assert.NilError(t, err)
	assert.DeepEqual(t, removals(plan), []string{"aaaa"})
	assert.Equal(t, plan.Changes[0].Action, planner.Update)

	observed := twoNetworks()
	observed.Networks = observed.Networks[1:]
	plan, err = planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Assert(t, plan.Empty())
}

func TestDownRemovesAllNetworksOfAName(t *testing.T) {
	observed := twoNetworks()
	observed.Networks[1].Containers = nil
	plan, err := planner.Down(state.Desired{Project: state.Project{Name: "p"}}, observed, planner.DownPolicy{})
	assert.NilError(t, err)
	assert.DeepEqual(t, removals(plan), []string{"aaaa", "bbbb"})
}
