package planner_test

import (
	"fmt"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/state"
)

func TestOnSwarmAConfigOrSecretWithOtherDriversRollsItsUsers(t *testing.T) {
	with := func(change func(config, secret *state.Input)) state.Desired {
		desired := withInput(project(service("web"), service("other")), 0, state.KindConfig, "conf", first)
		desired = withInput(desired, 1, state.KindSecret, "key", "")
		config, secret := &desired.Inputs[0], &desired.Inputs[1]
		secret.Digest, secret.Driver, secret.DriverOpts = "", "vault", map[string]string{"path": "a"}
		change(config, secret)
		return desired
	}
	const web, other = `
		config/conf
		update web < config/conf
		await web < update web`, `
		secret/key
		update other < secret/key
		await other < update other`
	for name, test := range map[string]struct {
		change func(config, secret *state.Input)
		want   string
	}{
		"nothing":             {func(_, _ *state.Input) {}, ""},
		"options, no driver":  {func(config, _ *state.Input) { config.DriverOpts = map[string]string{"a": "b"} }, ""},
		"a template":          {func(config, _ *state.Input) { config.TemplateDriver = "golang" }, web},
		"a secret's template": {func(_, secret *state.Input) { secret.TemplateDriver = "golang" }, other},
		"another driver":      {func(_, secret *state.Input) { secret.Driver = "safe" }, other},
		"another option":      {func(_, secret *state.Input) { secret.DriverOpts["path"] = "b" }, other},
	} {
		t.Run(name, func(t *testing.T) {
			m := deployed(t, with(func(_, _ *state.Input) {}), 2)
			is(t, up(t, with(test.change), m.Observed, planner.UpPolicy{}), test.want)
			m.bring(t, with(test.change), planner.UpPolicy{})
			is(t, up(t, with(test.change), m.Observed, planner.UpPolicy{}), "")
		})
	}
}

func TestOnSwarmOldVersionsGoWhenAllElseHasSucceededAndWaitForNoOtherOfThem(t *testing.T) {
	wants := func(digest string) state.Desired {
		desired := withInput(project(service("web"), service("other")), 0, state.KindConfig, "conf", digest)
		return withInput(desired, 1, state.KindSecret, "key", digest)
	}
	m := deployed(t, wants(first), 2)
	m.bring(t, wants(second), planner.UpPolicy{})
	is(t, up(t, wants(third), m.Observed, planner.UpPolicy{}), `
		config/conf
		secret/key
		update other < secret/key
		await other < update other
		update web < config/conf
		await web < update web
		remove config shop_conf_111111111111 < await other, await web
		remove secret shop_key_111111111111 < await other, await web`)
}

func TestOnSwarmAnotherContentIsToldAsSuchWhereItIsWritten(t *testing.T) {
	const next = "bbbbbbbbbbbbbbbb"
	wanted := func(config, secret string) state.Desired {
		return withInput(withInput(project(service("web")), 0, state.KindConfig, "conf", config), 0, state.KindSecret, "key", secret)
	}
	m := deployed(t, wanted(first, first), 1)
	desired := wanted(next, next)
	web := &desired.Services[0]
	web.Where = map[string]state.Position{"": {File: "c.yaml", Line: 2}, "config/conf": {File: "c.yaml", Line: 8}, "secret/key": {File: "c.yaml", Line: 9}}
	readable := types.FileMode(0o400)
	web.Config.Configs[0].UID, web.Config.Configs[0].Mode = "1000", &readable
	web.Config.Configs = append(web.Config.Configs, types.ServiceConfigObjConfig{Source: "conf", Target: "/again"})
	m.Services[0].Spec.TaskTemplate.ContainerSpec.Configs = append(m.Services[0].Spec.TaskTemplate.ContainerSpec.Configs, &swarm.ConfigReference{
		ConfigName: "shop_conf_" + first[:12], File: &swarm.ConfigReferenceFileTarget{Name: "/again", UID: "0", GID: "0", Mode: 0o444},
	})
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
	assert.NilError(t, err)
	var told []string
	for _, c := range plan.Changes {
		for _, r := range c.Reasons {
			if c.Ref.Kind == state.KindService {
				told = append(told, fmt.Sprint(r, " @ ", r.At))
			}
		}
	}
	assert.DeepEqual(t, told, []string{
		"config/conf: its content changed @ c.yaml:8",
		"configs./conf mode: (none) → 0400 @ c.yaml:2",
		"configs./conf uid: (none) → 1000 @ c.yaml:2",
		"secret/key: its content changed @ c.yaml:9",
	})
}

// What runs is not made anew because stack is another than the one that made it.
func TestTheNamesOfPlainContentsStayAsTheyAre(t *testing.T) {
	for _, input := range []state.Input{
		{Kind: state.KindConfig, Name: "shop_conf", Digest: "sha256:" + first},
		{Kind: state.KindSecret, Name: "shop_conf", Digest: "sha256:" + first, DriverOpts: map[string]string{"a": "b"}},
	} {
		assert.Equal(t, servicespec.InputName(input), "shop_conf_111111111111")
	}
}

// A Swarm takes names of 64 characters, and `docker stack deploy` needs all of them.
func TestTheNameOfAConfigThatWouldBeTooLongIsCut(t *testing.T) {
	name := func(name, digest string) string {
		return servicespec.InputName(state.Input{Kind: state.KindSecret, Name: name, Digest: "sha256:" + digest})
	}
	const longest = "mycompany-production-shop_postgres-replication-pass"
	assert.Equal(t, name(longest, first), longest+"_111111111111")
	cut := name(longest+"w", first)
	assert.Equal(t, cut, "mycompany-production-shop_postgres-replica_f5f98cda_111111111111")
	assert.Equal(t, len(cut), 64)
	assert.Assert(t, cut != name(longest+"x", first))
	assert.Assert(t, cut != name(longest+"w", second))
}

func TestOnSwarmAConfigWithALongNameIsKnownAgainAndItsOldVersionsAreRemoved(t *testing.T) {
	wants := func(digest string) state.Desired {
		desired := withInput(project(service("web")), 0, state.KindConfig, "conf", digest)
		desired.Inputs[0].Name = "mycompany-production-shop_postgres-replication-password"
		return desired
	}
	m := deployed(t, wants(first), 1)
	is(t, up(t, wants(first), m.Observed, planner.UpPolicy{}), "")
	for _, digest := range []string{second, third} {
		m.bring(t, wants(digest), planner.UpPolicy{})
	}
	assert.Equal(t, len(m.Inputs), 2)
	is(t, up(t, wants(third), m.Observed, planner.UpPolicy{}), "")
}

func TestOnSwarmASecretOfADriverThatHasItsPlainNameIsKeptWhileItsDriverIsTheSame(t *testing.T) {
	desired := withInput(project(service("web")), 0, state.KindSecret, "key", "")
	desired.Inputs[0].Digest, desired.Inputs[0].Driver, desired.Inputs[0].DriverOpts = "", "vault", map[string]string{"path": "a"}
	asDeployed := desired
	asDeployed.Inputs = nil
	m := swarmOf(1)
	m.Inputs = []state.ObservedInput{{
		Kind: state.KindSecret, ID: "s1", Name: "shop_key", Labels: map[string]string{state.LabelNamespace: "shop"},
		Driver: "vault", DriverOpts: map[string]string{"path": "a"},
	}}
	m.bring(t, asDeployed, planner.UpPolicy{})
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), "")
	assert.Equal(t, len(plan.Warnings), 0)
	desired.Inputs[0].DriverOpts = map[string]string{"path": "b"}
	is(t, up(t, desired, m.Observed, planner.UpPolicy{}), `
		secret/key
		update web < secret/key
		await web < update web`)
}
