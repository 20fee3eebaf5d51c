package reconciler_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// The container that is replaced may vanish under the run: somebody removes it,
// or the engine is still carrying out what a killed run asked for. The new one
// has its data by then, and must stay whatever call finds out.
func TestAReplacementWhoseOldContainerVanishesKeepsItsData(t *testing.T) {
	for call := 1; call <= 8; call++ {
		for _, order := range []string{"", "start-first", "stop-first"} {
			synctest.Test(t, func(t *testing.T) {
				m := memory.New(memory.Options{}).Engine()
				first, second := vanishing(order, "1"), vanishing(order, "2")
				ctx := t.Context()
				assert.NilError(t, up(ctx, m, first, planner.UpPolicy{}))
				before, err := volumes(ctx, m, first)
				assert.NilError(t, err)
				observed, err := m.Observe(ctx, planner.Scope(first))
				assert.NilError(t, err)
				old := observed.Containers[0].ID
				x := (&enginetest.Faults{Before: func(ctx context.Context, c enginetest.Call) error {
					if c.Write && c.N == call+1 { // the new container is created by the first
						return m.RemoveContainer(context.WithoutCancel(ctx), old, state.RemoveOptions{Force: true})
					}
					return nil
				}}).Wrap(m)
				assert.Check(t, up(ctx, x, second, planner.UpPolicy{}), "%s, call %d", order, call)
				assert.Check(t, converged(ctx, m, second, planner.UpPolicy{}))
				after, err := volumes(ctx, m, second)
				assert.NilError(t, err)
				assert.Check(t, is.DeepEqual(after, before), "%s, call %d", order, call)
			})
		}
	}
}

func vanishing(order, value string) state.Desired {
	s := state.Service{Name: "db", PullPolicy: "missing", Replicas: 1, Config: types.ServiceConfig{Name: "db"}}
	s.Config.Image = "img:1"
	s.Config.Environment = types.MappingWithEquals{"VALUE": &value}
	s.Config.Volumes = []types.ServiceVolumeConfig{{Type: types.VolumeTypeVolume, Target: "/data"}}
	if order != "" {
		s.Config.Deploy = &types.DeployConfig{UpdateConfig: &types.UpdateConfig{Order: order}}
	}
	settle(&s)
	return state.Desired{Project: state.Project{Name: "p"}, Services: []state.Service{s}, Known: []string{"db"}}
}
