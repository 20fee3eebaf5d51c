package render

import (
	"encoding/json"
	"io"

	"github.com/stackctl/stack/planner"
)

// PlanVersion is the version of a plan's JSON form. It changes when a field
// changes its meaning or goes away; a new field does not change it.
const PlanVersion = 1

// PlanJSON prints a plan for machines: the plan's fields, a version and the
// counts.
func PlanJSON(w io.Writer, plan planner.Plan) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Version int    `json:"version"`
		Summary Counts `json:"summary"`
		planner.Plan
	}{PlanVersion, Count(plan), plan})
}
