package reconciler_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// suppliers are providers that give what they are told to, and are observed
// beside an engine.
type suppliers struct {
	engine.Observer
	give map[string]string // URL by name
	fail string            // the name of one that fails
	lost bool              // what they give is not observed

	mu    sync.Mutex
	ran   []string
	given map[string]state.Provided
}

func (s *suppliers) beside(e engine.Engine) engine.Engine {
	s.given = map[string]state.Provided{}
	s.Observer, e.Observer, e.Providers = e.Observer, s, s
	return e
}

func (s *suppliers) Observe(ctx context.Context, scope state.Scope) (state.Observed, error) {
	observed, err := s.Observer.Observe(ctx, scope)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.lost {
		observed.Provided = maps.Clone(s.given)
	}
	return observed, err
}

func (s *suppliers) supply(ref state.Ref) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ran = append(s.ran, ref.String())
	if ref.Name == s.fail {
		return errors.New("no credit left")
	}
	s.given[ref.String()] = state.Provided{Prefixed: map[string]string{"URL": s.give[ref.Name]}}
	return nil
}

func (s *suppliers) RunProvider(_ context.Context, _ string, p state.Provider, _ func(state.Progress)) error {
	return s.supply(state.ProviderRef(p.Name))
}

func (s *suppliers) ConfigureModel(_ context.Context, m state.Model, _ func(state.Progress)) error {
	return s.supply(state.ModelRef(m.Key))
}

func (s *suppliers) StopProvider(context.Context, string, state.Provider, func(state.Progress)) error {
	return nil
}

func (s *suppliers) RemoveProvider(context.Context, string, state.Provider, func(state.Progress)) error {
	return nil
}

func providerOf(name string, dependencies ...state.Dependency) state.Provider {
	p := state.Provider{Name: name, DependsOn: dependencies, Config: types.ServiceConfig{Name: name}}
	p.Config.Provider = &types.ServiceProviderConfig{Type: "example"}
	return p
}

// supplied is a project in which web uses what two providers and a model give,
// of which one provider needs a service, and the other the first.
func supplied() state.Desired {
	desired := projectOf(serviceOf("cache"), serviceOf("web", on("b", state.Healthy)), serviceOf("worker", on("web", state.Started)))
	desired.Providers = []state.Provider{providerOf("a", on("cache", state.Started)), providerOf("b", on("a", state.Started))}
	desired.Models = []state.Model{{Key: "llm", Config: types.ModelConfig{Model: "ai/x"}}}
	desired.Services[1].Config.Models = map[string]*types.ServiceModelConfig{"llm": nil}
	return desired
}

func TestProvidersRunOnceEachInTheOrderOfTheirDependencies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &suppliers{give: map[string]string{"b": "first"}}
		m, faults := memory.New(memory.Options{}), &enginetest.Faults{}
		x := reconciler.Executor{Engine: s.beside(faults.Wrap(m.Engine()))}
		assert.NilError(t, x.Reconcile(t.Context(), supplied(), planner.UpPolicy{}))
		assert.Equal(t, names(t.Context(), m, supplied()), "p-cache-1* p-web-1* p-worker-1*")
		slices.Sort(s.ran[:2])
		assert.DeepEqual(t, s.ran, []string{"model/llm", "provider/a", "provider/b"})

		// Another process, the same answers.
		before := len(faults.Writes())
		s.given = map[string]state.Provided{}
		assert.NilError(t, x.Reconcile(t.Context(), supplied(), planner.UpPolicy{}))
		assert.DeepEqual(t, faults.Writes()[before:], []enginetest.Call{})

		s.given, s.give["b"] = map[string]state.Provided{}, "second"
		assert.NilError(t, x.Reconcile(t.Context(), supplied(), planner.UpPolicy{}))
		for _, call := range faults.Writes()[before:] {
			assert.Assert(t, call.Target != "p-cache-1" && call.Target != "p-worker-1", call)
		}
		assert.Assert(t, len(faults.Writes()) > before)
	})
}

func TestAProviderThatFailsLeavesItsUsersAsTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &suppliers{fail: "b"}
		m := memory.New(memory.Options{})
		x := reconciler.Executor{Engine: s.beside(m.Engine())}
		err := x.Reconcile(t.Context(), supplied(), planner.UpPolicy{})
		assert.Error(t, err, "provider b: no credit left")
		assert.Equal(t, names(t.Context(), m, supplied()), "p-cache-1*")
	})
}

func TestARunThatWasKilledIsFinishedByTheNext(t *testing.T) {
	for n := range 12 {
		synctest.Test(t, func(t *testing.T) {
			m := memory.New(memory.Options{})
			killed, kill := context.WithCancel(t.Context())
			defer kill()
			dead := (&enginetest.Faults{Before: func(_ context.Context, c enginetest.Call) error {
				if c.Write && c.N >= n {
					kill()
					return errDead
				}
				return nil
			}}).Wrap(m.Engine())
			_ = reconciler.Executor{Engine: (&suppliers{}).beside(dead)}.Reconcile(killed, supplied(), planner.UpPolicy{})
			x := reconciler.Executor{Engine: (&suppliers{}).beside(m.Engine())}
			assert.NilError(t, x.Reconcile(t.Context(), supplied(), planner.UpPolicy{}), fmt.Sprint(n))
			assert.Equal(t, names(t.Context(), m, supplied()), "p-cache-1* p-web-1* p-worker-1*")
		})
	}
}

func TestWhatIsProvidedAndNeverObservedIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := reconciler.Executor{Engine: (&suppliers{lost: true}).beside(memory.New(memory.Options{}).Engine())}
		assert.ErrorContains(t, x.Reconcile(t.Context(), supplied(), planner.UpPolicy{}), "wait for what nothing provides")
	})
}

func TestWithoutProvidersAProviderIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := reconciler.Executor{Engine: memory.New(memory.Options{}).Engine()}
		assert.ErrorContains(t, x.Reconcile(t.Context(), supplied(), planner.UpPolicy{}), "was built without providers")
	})
}
