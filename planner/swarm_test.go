package planner_test

import (
	"fmt"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// deployed is a Swarm after a project was brought up on it.
func deployed(t *testing.T, desired state.Desired, nodes int) *swarmModel {
	t.Helper()
	m := swarmOf(nodes)
	m.bring(t, desired, planner.UpPolicy{})
	return m
}

// bring carries the plan of `up` out.
func (m *swarmModel) bring(t *testing.T, desired state.Desired, policy planner.UpPolicy) {
	t.Helper()
	plan, err := planner.Up(desired, m.Observed, policy)
	assert.NilError(t, err)
	m.apply(t, plan)
}

// reasons are why things change, a line each.
func reasons(plan planner.Plan) (lines []string) {
	for _, c := range plan.Changes {
		if c.Action != planner.NoOp || len(c.Reasons) > 0 {
			lines = append(lines, fmt.Sprint(c.Ref, " ", c.Action, " ", c.Reasons))
		}
	}
	return lines
}

// withInput gives a service a config or secret, and the project that with a content.
func withInput(desired state.Desired, service int, kind state.Kind, key, digest string) state.Desired {
	config := &desired.Services[service].Config
	if kind == state.KindConfig {
		config.Configs = append(config.Configs, types.ServiceConfigObjConfig{Source: key})
	} else {
		config.Secrets = append(config.Secrets, types.ServiceSecretConfig{Source: key})
	}
	desired.Inputs = append(desired.Inputs, state.Input{Kind: kind, Key: key, Name: "shop_" + key, Digest: "sha256:" + digest})
	return desired
}

func TestOnSwarmAFreshProjectIsCreatedInDependencyOrder(t *testing.T) {
	desired := project(service("db"), service("web", dependsOn("db", state.Healthy)), service("proxy", dependsOn("web", state.Started)))
	desired = withInput(desired, 1, state.KindConfig, "conf", "aaaaaaaaaaaaaaaa")
	is(t, up(t, desired, swarmOf(3).Observed, planner.UpPolicy{}), `
		config/conf
		network default
		create db < network default
		await db < create db
		create web < await db, config/conf, network default
		await web < create web
		await web started < create web
		create proxy < await web started, network default
		await proxy < create proxy`)
}

func TestOnSwarmWhatIsAsItShouldBeIsLeftAlone(t *testing.T) {
	desired := project(service("db"), service("job", job), service("web", dependsOn("db", state.Healthy), dependsOn("job", state.Completed), replicas(3)))
	desired = withInput(desired, 2, state.KindSecret, "key", "aaaaaaaaaaaaaaaa")
	m := deployed(t, desired, 3)
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{Wait: true})
	assert.NilError(t, err)
	assert.Equal(t, shape(t, plan, nil), "")
	assert.Equal(t, len(plan.Changes), 5)
}

func job(s *state.Service) { s.OneShot = true }

func TestOnSwarmAnUpdateSaysWhyFieldByField(t *testing.T) {
	desired := project(service("web"))
	m := deployed(t, desired, 1)
	desired.Services[0].Config.User, desired.Services[0].Replicas = "1000", 2
	desired.Services[0].Where = map[string]state.Position{"user": {File: "compose.yaml", Line: 7}}
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), `
		update web
		await web < update web`)
	assert.DeepEqual(t, reasons(plan), []string{"service/web update [deploy.replicas: 1 → 2 user: (none) → 1000]"})
	assert.Equal(t, plan.Changes[1].Reasons[1].At.String(), "compose.yaml:7")
}

func TestOnSwarmAnUpdateThatRestartsNothingSaysSo(t *testing.T) {
	desired := project(service("web"))
	m := deployed(t, desired, 1)
	desired.Services[0].Replicas = 2
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.DeepEqual(t, reasons(plan), []string{"service/web update [deploy.replicas: 1 → 2 no task is started anew for that]"})
}
