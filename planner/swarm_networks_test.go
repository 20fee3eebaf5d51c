package planner_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func TestOnSwarmWhatIsExternalMustBeThere(t *testing.T) {
	desired := project(service("web"))
	desired.Networks = append(desired.Networks, state.Network{Key: "out", External: true, Config: types.NetworkConfig{Name: "out"}})
	desired.Inputs = []state.Input{{Kind: state.KindSecret, Key: "key", Name: "theirs", External: true}}
	_, err := planner.Up(desired, swarmOf(1).Observed, planner.UpPolicy{})
	assert.ErrorContains(t, err, "network out declared as external, but the Swarm has none of that name: create it with `docker network create -d overlay --attachable out`")
	assert.ErrorContains(t, err, "secret theirs declared as external, but the Swarm has none of that name: create it with `docker secret create theirs FILE`")
	m := swarmOf(1)
	m.Networks = []state.ObservedNetwork{{Name: "out"}}
	m.Inputs = []state.ObservedInput{{Kind: state.KindSecret, Name: "theirs"}}
	_, err = planner.Up(desired, m.Observed, planner.UpPolicy{})
	assert.NilError(t, err)
	scope := planner.Scope(desired)
	assert.DeepEqual(t, scope.Secrets, []string{"theirs"})
}

func TestOnSwarmANetworkIsAnOverlayAndIsNotChangedUnderItsServices(t *testing.T) {
	desired := project(service("web"))
	m := deployed(t, desired, 1)
	assert.Equal(t, m.Networks[0].Driver, "overlay")
	assert.DeepEqual(t, m.Networks[0].Labels, map[string]string{state.LabelNamespace: "shop"})
	m.Networks[0].Config.DriverOpts = map[string]string{"com.docker.network.driver.overlay.vxlanid_list": "4097"}
	desired.Networks[0].Config.Attachable = true
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), "")
	assert.DeepEqual(t, plan.Warnings, []string{
		"network shop_default stays as it is, for services are in it (attachable: false → true): `stack down` and `stack up` make it anew"})
}

func TestOnSwarmANetworkOfContainersIsNoPlaceForServices(t *testing.T) {
	m := swarmOf(1)
	m.Networks = []state.ObservedNetwork{{Name: "shop_default", Driver: "bridge", Labels: map[string]string{state.LabelProject: "shop"}}}
	_, err := planner.Up(project(service("web")), m.Observed, planner.UpPolicy{})
	assert.ErrorContains(t, err, "network shop_default is there already, for containers of this machine alone: take them away with `stack --engine docker down`")
}

func TestOnSwarmNoProgramProvidesAService(t *testing.T) {
	desired := project(service("web"))
	desired.Providers = []state.Provider{{Name: "db"}}
	_, err := planner.Up(desired, swarmOf(1).Observed, planner.UpPolicy{})
	assert.ErrorContains(t, err, "service db: it is provided by a program, which a Swarm does not run")
}
