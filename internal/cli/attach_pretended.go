package cli

import (
	"fmt"
	"slices"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/planner"
)

// showUntilAttached prints the plan of an up that would then stay with its
// containers. As in Docker Compose, its lines end before the containers start.
func (s *session) showUntilAttached(plan planner.Plan) error {
	created := plan
	created.Nodes = slices.DeleteFunc(slices.Clone(plan.Nodes), func(n planner.Node) bool {
		return n.Op.Kind() == "StartContainer" || n.Op.Kind() == "RunHook"
	})
	err := s.showAs(plan, created)
	if err == nil && s.settings.mode == render.Plain {
		_, _ = fmt.Fprintln(s.settings.status, "end of 'compose up' output, interactive run is not supported in dry-run mode")
	}
	return err
}
