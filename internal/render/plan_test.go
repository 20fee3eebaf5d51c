package render

import (
	"bytes"
	"encoding/json"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/planner"
)

func TestPlanReadsAsAPersonWouldTellIt(t *testing.T) {
	for _, test := range []struct {
		name    string
		plan    planner.Plan
		options PlanOptions
	}{
		{"cold", coldPlan(), PlanOptions{}},
		{"mixed", mixedPlan(), PlanOptions{}},
		{"mixed-verbose", mixedPlan(), PlanOptions{Verbose: true}},
		{"mixed-color", mixedPlan(), PlanOptions{Color: true}},
		{"consent", consentPlan(), PlanOptions{}},
		{"down", downPlan(), PlanOptions{}},
		{"scale", scalePlan(), PlanOptions{}},
		{"unchanged", unchangedPlan(), PlanOptions{}},
		{"empty", planner.Plan{Project: "shop"}, PlanOptions{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			assert.NilError(t, Plan(&out, test.plan, test.options))
			golden.Assert(t, out.String(), "plan-"+test.name+".txt")
		})
	}
}

func TestPlanJSONHasAVersionTheCountsAndThePlan(t *testing.T) {
	var out bytes.Buffer
	assert.NilError(t, PlanJSON(&out, mixedPlan()))
	golden.Assert(t, out.String(), "plan-mixed.json")

	var decoded struct {
		Version int
		Summary Counts
		Project string
		Nodes   []struct {
			ID string
			Op struct{ Kind string }
		}
	}
	assert.NilError(t, json.Unmarshal(out.Bytes(), &decoded))
	assert.Equal(t, decoded.Version, PlanVersion)
	assert.Equal(t, decoded.Project, "shop")
	assert.Equal(t, decoded.Summary, Counts{Update: 2, Replace: 1, Delete: 1, Unchanged: 4})
	assert.Equal(t, decoded.Nodes[0].Op.Kind, "CreateContainer")
}

func TestSummaryCountsWhatIsUnchangedInWords(t *testing.T) {
	one := unchangedPlan()
	one.Changes = one.Changes[:1]
	two := unchangedPlan()
	two.Changes = two.Changes[:2]
	for want, plan := range map[string]planner.Plan{
		"Nothing to do: 1 container is as it should be.\n":                             one,
		"Nothing to do: 2 containers are as they should be.\n":                         two,
		"Nothing to do: 5 containers, 1 network and 1 volume are as they should be.\n": unchangedPlan(),
		"Nothing to do.\n": {Project: "shop"},
	} {
		var out bytes.Buffer
		assert.NilError(t, Plan(&out, plan, PlanOptions{}))
		assert.Equal(t, out.String(), want)
	}
}
