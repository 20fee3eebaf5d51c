package history_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// loaded is what a compose file wants.
func loaded(t *testing.T, file string) state.Desired {
	t.Helper()
	dir, err := filepath.Abs(filepath.Dir(file))
	assert.NilError(t, err)
	p, err := project.Load(t.Context(), project.Options{
		Dir: dir, Files: []string{filepath.Base(file)}, Name: "shop", Environ: []string{"TOKEN=a token from the environment"},
	})
	assert.NilError(t, err)
	desired, err := p.Desired(project.DesiredOptions{AllowMissingFiles: true})
	assert.NilError(t, err)
	return desired
}

// TestGoingBackToWhatIsThereDoesNothing brings projects up, keeps them in a
// file, and plans for what comes back from it.
func TestGoingBackToWhatIsThereDoesNothing(t *testing.T) {
	for _, pattern := range []string{"testdata/*.yaml", "../../examples/*/compose.yaml", "../../project/testdata/corpus/*.y*ml"} {
		files, err := filepath.Glob(pattern)
		assert.NilError(t, err)
		assert.Assert(t, len(files) > 0, pattern)
		for _, file := range files {
			t.Run(file, func(t *testing.T) {
				desired := loaded(t, file)
				e := memory.New(memory.Options{}).Engine()
				up := planner.UpPolicy{NoStart: true, Now: time.Unix(1e9, 0)}
				assert.NilError(t, reconciler.Executor{Engine: e}.Reconcile(t.Context(), desired, up))

				r := keep(t, history.Revision{Desired: desired, Applied: observe(t, e, desired).Containers})
				today := history.Today{Desired: desired}
				restored, warnings, err := today.Restore(r, nil)
				assert.NilError(t, err)
				assert.Equal(t, len(warnings), 0)
				restored, warnings, err = today.WithImages(restored, r, nil, observe(t, e, desired).Images)
				assert.NilError(t, err)
				assert.Equal(t, len(warnings), 0)
				for i, s := range restored.Services {
					want, err := state.CanonicalConfig(desired.Services[i].Config)
					assert.NilError(t, err)
					got, err := state.CanonicalConfig(s.Config)
					assert.NilError(t, err)
					assert.Equal(t, string(got), string(want))
					assert.DeepEqual(t, s.Files, desired.Services[i].Files)
				}
				back := planner.UpPolicy{NoStart: true, RollBack: true, NoBuild: true, Pull: "missing"}
				plan, err := planner.Up(restored, observe(t, e, restored), back)
				assert.NilError(t, err)
				assert.Assert(t, plan.Empty(), "%v", plan.Changes)
			})
		}
	}
}

// keep returns a revision as it comes back from a store.
func keep(t *testing.T, r history.Revision, secrets ...string) history.Revision {
	t.Helper()
	store := history.In(filepath.Join(t.TempDir(), "shop"))
	_, err := store.Add(r, secrets)
	assert.NilError(t, err)
	all, skipped := store.List()
	assert.Equal(t, len(skipped), 0, "%v", skipped)
	assert.Equal(t, len(all), 1)
	return all[0]
}

func observe(t *testing.T, observer engine.Observer, desired state.Desired) state.Observed {
	t.Helper()
	observed, err := observer.Observe(t.Context(), planner.Scope(desired))
	assert.NilError(t, err)
	return observed
}

func TestHashesThatAreTakenAgainAreTheSame(t *testing.T) {
	desired := loaded(t, "testdata/awkward.yaml")
	r := keep(t, history.Revision{Desired: desired})
	restored, _, err := history.Today{Desired: desired}.Restore(r, nil)
	assert.NilError(t, err)
	for _, s := range restored.Services {
		hash, err := state.ServiceHash(s.Written)
		assert.NilError(t, err)
		assert.Equal(t, hash, s.Hash, s.Name)
	}
	assert.Assert(t, strings.HasPrefix(restored.Services[1].Config.NetworkMode, "service:"))
}
