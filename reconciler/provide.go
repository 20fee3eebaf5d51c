package reconciler

import (
	"context"
	"fmt"

	"github.com/stackctl/stack/planner"
)

// provide makes the calls that concern providers and models.
func (r *run) provide(ctx context.Context, node planner.Node, operation planner.Operation) error {
	x := r.Engine.Providers
	if x == nil {
		return fmt.Errorf("%s: this program was built without providers", node.Ref)
	}
	switch op := operation.(type) {
	case planner.RunProvider:
		return x.RunProvider(ctx, op.Project, op.Provider, r.progress(node))
	case planner.StopProvider:
		return x.StopProvider(ctx, op.Project, op.Provider, r.progress(node))
	case planner.RemoveProvider:
		return x.RemoveProvider(ctx, op.Project, op.Provider, r.progress(node))
	case planner.ConfigureModel:
		return x.ConfigureModel(ctx, op.Model, r.progress(node))
	}
	return fmt.Errorf("operation %s is not known to the executor", operation.Kind())
}
