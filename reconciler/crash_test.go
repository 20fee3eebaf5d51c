package reconciler_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// cutEverywhere brings a project from first to second, and cuts that at each
// write: before it or after it, from then on nothing gets through. After that
// a run that nobody cuts has to converge; then check says what is wrong.
func cutEverywhere(t *testing.T, first, second state.Desired, policy planner.UpPolicy,
	check func(ctx context.Context, t *testing.T, before map[string]string, x engine.Engine, writes []enginetest.Call)) {
	for n, cut := 1, true; cut; n++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d after %v", n, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, m := t.Context(), memory.New(memory.Options{}).Engine()
					assert.NilError(t, up(ctx, m, first, planner.UpPolicy{}))
					time.Sleep(time.Second) // the bubble's: what is made now is younger
					before, err := volumes(ctx, m, first)
					assert.NilError(t, err)
					killed, kill := context.WithCancel(ctx)
					defer kill()
					var mu sync.Mutex // calls come from several goroutines
					var writes []enginetest.Call
					cut = false
					meets := func(c enginetest.Call, dies bool) error {
						mu.Lock()
						defer mu.Unlock()
						if dies {
							cut = true
							kill()
							return errDead
						}
						writes = append(writes, c)
						return nil
					}
					faults := &enginetest.Faults{Before: func(_ context.Context, c enginetest.Call) error {
						if !c.Write {
							return nil
						}
						return meets(c, c.N > n || c.N == n && !after)
					}, After: func(_ context.Context, c enginetest.Call) error {
						if !c.Write || c.N < n {
							return nil
						}
						return meets(c, true)
					}}
					_ = up(killed, faults.Wrap(m), second, policy)
					rest := &enginetest.Faults{}
					assert.NilError(t, up(ctx, rest.Wrap(m), second, policy))
					assert.NilError(t, converged(ctx, m, second, policy))
					check(ctx, t, before, m, append(writes, rest.Writes()...))
				})
			})
		}
	}
}

func TestRunThatIsKilledLeavesNoPostStartHookOut(t *testing.T) {
	hooked := func(value string) state.Desired {
		s := serviceOf("web")
		s.Config.HealthCheck = nil
		s.Config.Environment = types.MappingWithEquals{"VALUE": &value}
		s.Config.PostStart = []types.ServiceHook{{Command: []string{"first"}}, {Command: []string{"second"}}}
		return projectOf(s)
	}
	none := hooked("one")
	none.Services = nil
	for name, first := range map[string]state.Desired{"new": none, "replaced": hooked("one")} {
		t.Run(name, func(t *testing.T) {
			cutEverywhere(t, first, hooked("two"), planner.UpPolicy{},
				func(_ context.Context, t *testing.T, _ map[string]string, _ engine.Engine, writes []enginetest.Call) {
					var methods []string
					for _, w := range writes {
						methods = append(methods, w.Method)
					}
					started := len(methods) - 1 - slices.Index(reversed(methods), "StartContainer")
					hooks := 0
					for _, method := range methods[started:] {
						if method == "Exec" {
							hooks++
						}
					}
					assert.Assert(t, hooks >= 2, "after the last start: %v", methods[started:])
				})
		})
	}
}

func reversed(all []string) []string {
	all = slices.Clone(all)
	slices.Reverse(all)
	return all
}

func TestVolumeThatIsReplacedWithConsentCostsNoOther(t *testing.T) {
	with := func(hash string) state.Desired {
		s := serviceOf("web")
		s.Config.HealthCheck = nil
		s.Config.Volumes = []types.ServiceVolumeConfig{
			{Type: "volume", Source: "data", Target: "/data"}, {Type: "volume", Target: "/anonymous"},
		}
		desired := projectOf(s)
		desired.Volumes = []state.Volume{{Key: "data", Hash: hash, Config: types.VolumeConfig{Name: "p_data"}}}
		return desired
	}
	second := with("v2")
	cutEverywhere(t, with("v1"), second, planner.UpPolicy{Consents: []string{"p_data"}},
		func(ctx context.Context, t *testing.T, before map[string]string, x engine.Engine, _ []enginetest.Call) {
			assert.NilError(t, keeps(ctx, x, second, before))
			observed, err := x.Observe(ctx, planner.Scope(second))
			assert.NilError(t, err)
			assert.Equal(t, observed.Volumes[0].Labels[state.LabelConfigHash], "v2")
		})
}

func TestRunThatIsKilledLeavesNoRestartOut(t *testing.T) {
	with := func(value string) state.Desired {
		db, web := serviceOf("db"), serviceOf("web", on("db", state.Started))
		db.Config.HealthCheck, web.Config.HealthCheck = nil, nil
		db.Config.Environment = types.MappingWithEquals{"VALUE": &value}
		web.DependsOn[0].Restart = true
		return projectOf(db, web)
	}
	second := with("two")
	cutEverywhere(t, with("one"), second, planner.UpPolicy{},
		func(ctx context.Context, t *testing.T, _ map[string]string, x engine.Engine, _ []enginetest.Call) {
			observed, err := x.Observe(ctx, planner.Scope(second))
			assert.NilError(t, err)
			db, web := observed.Containers[0], observed.Containers[1]
			assert.Assert(t, !web.StartedAt.Before(db.Created), "db is of %s, web runs since %s", db.Created, web.StartedAt)
		})
}
