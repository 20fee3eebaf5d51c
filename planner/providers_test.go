package planner_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func provider(name string, dependencies ...state.Dependency) state.Provider {
	p := state.Provider{Name: name, DependsOn: dependencies, Config: types.ServiceConfig{Name: name}}
	p.Config.Provider = &types.ServiceProviderConfig{Type: "example"}
	return p
}

func uses(model string, config *types.ServiceModelConfig) func(*state.Service) {
	return func(s *state.Service) { s.Config.Models = map[string]*types.ServiceModelConfig{model: config} }
}

// gives is what an engine holds with what a provider gives.
func gives(observed state.Observed, ref state.Ref, variables map[string]string, raw map[string]string) state.Observed {
	if observed.Provided == nil {
		observed.Provided = map[string]state.Provided{}
	}
	observed.Provided[ref.String()] = state.Provided{Prefixed: variables, Raw: raw}
	return observed
}

// environment is that of the container that a plan creates for a service.
func environment(t *testing.T, plan planner.Plan, service string) map[string]string {
	t.Helper()
	for _, node := range plan.Nodes {
		if create, is := node.Op.(planner.CreateContainer); is && node.Ref == state.ContainerRef(service, 1) {
			found := map[string]string{}
			for key, value := range create.Spec.Config.Environment {
				found[key] = *value
			}
			return found
		}
	}
	t.Fatalf("no container of %s is created", service)
	return nil
}

func TestWhatUsesAProviderWaitsUntilItIsKnownWhatItGives(t *testing.T) {
	desired := project(service("cache"), service("web", dependsOn("db", state.Healthy)), service("worker", dependsOn("web", state.Started)))
	desired.Providers = []state.Provider{provider("db", state.Dependency{Service: "cache", Condition: state.Started, Required: true})}
	plan, err := planner.Up(desired, state.Observed{}, planner.UpPolicy{})
	is(t, shape(t, plan, err), `
		network default
		pull cache:1
		create cache/1 < network default, pull cache:1
		pull web:1
		pull worker:1
		start cache/1 < create cache/1
		run provider/db < start cache/1`)
	assert.Equal(t, fmt.Sprint(plan.Pending), "[{[web worker] [web/1 worker/1] [pull web:1 pull worker:1]}]")
	assert.Equal(t, len(plan.Now().Nodes), 5) // the images are pulled beside that
}

func TestAProvidersVariablesAreItsUsersAlone(t *testing.T) {
	mine := "mine"
	desired := project(service("web", dependsOn("my-db", state.Healthy)), service("worker", dependsOn("web", state.Started)))
	desired.Services[0].Config.Environment = types.MappingWithEquals{"KEEP": &mine, "REGION": &mine}
	desired.Providers = []state.Provider{provider("my-db")}
	observed := gives(state.Observed{}, state.ProviderRef("my-db"), map[string]string{"URL": "x"}, map[string]string{"REGION": "eu"})
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Equal(t, len(plan.Pending), 0)
	assert.DeepEqual(t, environment(t, plan, "web"), map[string]string{"KEEP": "mine", "REGION": "eu", "MY-DB_URL": "x"})
	assert.DeepEqual(t, environment(t, plan, "worker"), map[string]string{})
	assert.DeepEqual(t, plan.Warnings, []string{"provider my-db overrides environment variable REGION of service web"})
	assert.Equal(t, *desired.Services[0].Config.Environment["REGION"], "mine") // the argument is left alone
	assert.Assert(t, !strings.Contains(shape(t, plan, nil), "provider"))
}

func TestProvidersThatUseEachOtherComeUpOneAfterTheOther(t *testing.T) {
	desired := project(service("web", dependsOn("b", state.Started)))
	desired.Providers = []state.Provider{provider("a"), provider("b", state.Dependency{Service: "a", Required: true})}
	observed := holds(project())
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), "pull web:1\nrun provider/a")
	assert.Equal(t, fmt.Sprint(plan.Pending), "[{[b web] [web/1 provider/b] [pull web:1]}]")

	plan, err = planner.Up(desired, gives(observed, state.ProviderRef("a"), nil, nil), planner.UpPolicy{})
	is(t, shape(t, plan, err), "pull web:1\nrun provider/b")
}

func TestAModelsUsersChooseTheNamesOfItsVariables(t *testing.T) {
	desired := project(
		service("api", uses("my-llm", nil)),
		service("web", uses("my-llm", &types.ServiceModelConfig{ModelVariable: "AI", EndpointVariable: "AI_AT"})),
	)
	desired.Models = []state.Model{{Key: "my-llm", Config: types.ModelConfig{Model: "ai/x"}}}
	plan, err := planner.Up(desired, holds(project()), planner.UpPolicy{})
	assert.Assert(t, strings.Contains(shape(t, plan, err), "run model/my-llm\n"))
	assert.Equal(t, fmt.Sprint(plan.Pending), "[{[api] [api/1] [pull api:1]} {[web] [web/1] [pull web:1]}]")

	observed := gives(state.Observed{}, state.ModelRef("my-llm"), map[string]string{"MODEL": "ai/x", "URL": "http://m"}, nil)
	plan, err = planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.DeepEqual(t, environment(t, plan, "api"), map[string]string{"MY_LLM_MODEL": "ai/x", "MY_LLM_URL": "http://m"})
	assert.DeepEqual(t, environment(t, plan, "web"), map[string]string{"AI": "ai/x", "AI_AT": "http://m"})
}

func TestAnotherAnswerReplacesWithoutSayingIt(t *testing.T) {
	desired := project(service("web", dependsOn("db", state.Started)))
	desired.Providers = []state.Provider{provider("db")}
	with := func(url string) state.Observed {
		return gives(state.Observed{}, state.ProviderRef("db"), map[string]string{"URL": url}, nil)
	}
	plan, err := planner.Up(desired, with("first"), planner.UpPolicy{})
	assert.NilError(t, err)
	observed := holds(desired)
	for _, node := range plan.Nodes {
		if create, is := node.Op.(planner.CreateContainer); is {
			observed.Containers[0].Labels = create.Spec.Labels
		}
	}
	observed.Provided = with("first").Provided
	plan, err = planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Assert(t, plan.Empty(), shape(t, plan, err))

	observed.Provided = with("second").Provided
	plan, err = planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	for _, change := range plan.Changes {
		if change.Ref == state.ContainerRef("web", 1) {
			assert.DeepEqual(t, change.Reasons, []planner.Reason{{Field: "environment.DB_URL", Old: "***", New: "***"}})
		}
	}
	assert.Equal(t, plan.Changes[0].Action, planner.Replace)
}

func TestAHookGetsWhatItsServiceGets(t *testing.T) {
	own := "own"
	desired := project(service("web", dependsOn("db", state.Started), preStart("web:1", func(h *state.PreStart) {
		h.Config.Environment = types.MappingWithEquals{"REGION": &own}
	})))
	desired.Providers = []state.Provider{provider("db")}
	observed := gives(state.Observed{}, state.ProviderRef("db"), map[string]string{"URL": "x"}, map[string]string{"REGION": "eu"})
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	for _, node := range plan.Nodes {
		if create, is := node.Op.(planner.CreateContainer); is && node.Ref.Kind == state.KindHook {
			assert.Equal(t, *create.Spec.Config.Environment["DB_URL"], "x")
			assert.Equal(t, *create.Spec.Config.Environment["REGION"], "own")
		}
	}
}

func TestAProviderEndsBetweenItsUsersAndWhatItUses(t *testing.T) {
	desired := project(service("cache"), service("web", dependsOn("db", state.Healthy)))
	desired.Providers = []state.Provider{provider("db", state.Dependency{Service: "cache"}), provider("other")}
	observed := holds(desired)
	plan, err := planner.Down(desired, observed, planner.DownPolicy{})
	is(t, shape(t, plan, err), `
		remove provider/other
		stop web/1
		remove web/1 < stop web/1
		remove provider/db < remove web/1
		stop cache/1 < remove provider/db
		remove cache/1 < stop cache/1
		remove network shop_default < remove cache/1, remove web/1`)
	plan, err = planner.Stop(desired, observed, planner.StopPolicy{Services: []string{"web", "db"}})
	is(t, shape(t, plan, err), `
		stop web/1
		stop provider/db < stop web/1`)
}

func TestWhatAProviderGivesIsHiddenWhateverTheFileSays(t *testing.T) {
	placeholder := "none"
	desired := project(service("web", dependsOn("db", state.Started), func(s *state.Service) {
		s.Config.Environment = types.MappingWithEquals{"DB_URL": &placeholder}
	}))
	alone := desired
	desired.Providers = []state.Provider{provider("db")}
	observed := holds(desired)
	observed = gives(observed, state.ProviderRef("db"), map[string]string{"URL": "hunter2"}, nil)
	hidden := []planner.Reason{{Field: "environment.DB_URL", Old: "***", New: "***"}}
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.DeepEqual(t, plan.Changes[0].Reasons, hidden)

	// A file without the provider does not bring it to light either.
	for _, node := range plan.Nodes {
		if create, is := node.Op.(planner.CreateContainer); is {
			observed.Containers[0].Labels = create.Spec.Labels
		}
	}
	plan, err = planner.Up(alone, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.DeepEqual(t, plan.Changes[0].Reasons, hidden)
}
