package planner_test

import (
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// builtUnder is a service that is built into an image of that name.
func builtUnder(image string) func(*state.Service) {
	return func(s *state.Service) {
		s.Config.Image = image
		s.Build = &state.BuildSpec{Image: image, Service: s.Name, Config: types.BuildConfig{Context: "/src"}}
	}
}

func TestOnSwarmAnImageIsBuiltAndPushedBeforeTheServiceIsCreated(t *testing.T) {
	const image = "registry.example.com/web:1"
	desired := project(service("web", builtUnder(image)))
	plan, err := planner.Up(desired, swarmOf(3).Observed, planner.UpPolicy{Build: true})
	is(t, shape(t, plan, err), `
		build registry.example.com/web:1
		network default
		push registry.example.com/web:1 < build registry.example.com/web:1
		create web < network default, push registry.example.com/web:1
		await web < create web`)
	assert.Assert(t, plan.Nodes[3].Op.(planner.CreateService).Spec.Resolve)
	plan, err = planner.Up(desired, swarmOf(3).Observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), `
		network default
		pull registry.example.com/web:1
		create web < network default, pull registry.example.com/web:1
		await web < create web`)
	assert.Assert(t, plan.Nodes[1].Op.(planner.PullImage).OrBuild.Push)
}

func TestOnSwarmAnImageThatIsBuiltAndWasNotPushedIsPushed(t *testing.T) {
	const image = "me/web:1"
	desired := project(service("web", builtUnder(image)))
	m := swarmOf(2)
	m.Images[image] = state.Image{ID: "sha256:1", Local: true}
	is(t, up(t, desired, m.Observed, planner.UpPolicy{}), `
		network default
		push me/web:1
		create web < network default, push me/web:1
		await web < create web`)
	m.Images[image] = state.Image{ID: "sha256:1"}
	is(t, up(t, desired, m.Observed, planner.UpPolicy{}), `
		network default
		create web < network default
		await web < create web`)
}

func TestOnSwarmAnImageThatIsBuiltAndMayNotHaveBeenPushedIsPushedIfItCanBe(t *testing.T) {
	const image = "registry.example.com/web:1"
	desired := project(service("web", builtUnder(image)))
	m := swarmOf(3)
	m.Images[image] = state.Image{ID: "sha256:1", MaybeLocal: true}
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), `
		network default
		push registry.example.com/web:1
		create web < network default ~ push registry.example.com/web:1
		await web < create web`)
	assert.Assert(t, plan.Nodes[1].Optional)
	assert.Assert(t, plan.Nodes[2].Op.(planner.CreateService).Spec.Resolve)
	m.apply(t, plan)
	is(t, up(t, desired, m.Observed, planner.UpPolicy{}), "")

	pulled := project(service("web"))
	pulled.Services[0].Config.Image = image
	m = swarmOf(3)
	m.Images[image] = state.Image{ID: "sha256:1", MaybeLocal: true}
	is(t, up(t, pulled, m.Observed, planner.UpPolicy{}), `
		network default
		create web < network default
		await web < create web`)

	m.Images["shop-web"] = state.Image{ID: "sha256:1", MaybeLocal: true}
	_, err = planner.Up(project(service("web", builtUnder("shop-web"))), m.Observed, planner.UpPolicy{})
	assert.ErrorContains(t, err, "only this machine has its image shop-web, and 3 nodes take its tasks: give it a name with a registry")
}

func TestOnSwarmOfOneNodeAnImageNeedsNoRegistry(t *testing.T) {
	desired := project(service("web", builtUnder("shop-web")))
	m := swarmOf(1)
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), `
		build shop-web
		network default
		create web < build shop-web, network default
		await web < create web`)
	assert.Assert(t, !plan.Nodes[2].Op.(planner.CreateService).Spec.Resolve)
	m.apply(t, plan)
	is(t, up(t, desired, m.Observed, planner.UpPolicy{}), "")
	plan, err = planner.Up(desired, m.Observed, planner.UpPolicy{Build: true})
	is(t, shape(t, plan, err), `
		build shop-web
		update web < build shop-web
		await web < update web`)
	assert.Equal(t, reasons(plan)[1], "service/web update [--build: its tasks are started anew if another image is built]")
	version := m.Services[0].Version
	delete(m.Images, "shop-web")
	m.Images["shop-web"] = state.Image{ID: "sha256:same", Local: true}
	m.Services[0].Spec.TaskTemplate.ContainerSpec.Labels[state.LabelImage] = "sha256:same"
	m.apply(t, planner.Plan{Nodes: plan.Nodes[1:]}) // what was built is the same
	assert.Equal(t, m.Services[0].Version, version)
	m.apply(t, planner.Plan{Nodes: plan.Nodes[:2]}) // it is another
	assert.Equal(t, m.Services[0].Version, version+1)
}

func TestOnSwarmAnImageOfThisMachineAloneIsAnErrorWhereOthersNeedIt(t *testing.T) {
	built := project(service("web", builtUnder("shop-web")))
	built.Services[0].Where = map[string]state.Position{"": {File: "compose.yaml", Line: 2}}
	_, err := planner.Up(built, swarmOf(3).Observed, planner.UpPolicy{})
	assert.ErrorContains(t, err, "service web: only this machine has its image shop-web, and 3 nodes take its tasks: "+
		"give it a name with a registry, as in `image: registry.example.com/shop-web`, and it is pushed once it is built, "+
		"or keep the service here with `placement: {constraints: [node.hostname==n1]}` (compose.yaml:2)")

	plain := project(service("web"))
	m := swarmOf(3)
	m.Images["web:1"] = state.Image{ID: "sha256:1", Local: true}
	_, err = planner.Up(plain, m.Observed, planner.UpPolicy{})
	assert.ErrorContains(t, err, "only this machine has its image web:1, and 3 nodes take its tasks: push it under a name with a registry")

	named := project(service("web"))
	named.Services[0].Config.Image = "registry.example.com/web:1"
	m.Images["registry.example.com/web:1"] = state.Image{ID: "sha256:1", Local: true}
	_, err = planner.Up(named, m.Observed, planner.UpPolicy{})
	assert.ErrorContains(t, err, "3 nodes take its tasks: push it with `docker push registry.example.com/web:1`, or keep the service here")

	m.Nodes[1].Availability, m.Nodes[2].State = "drain", "down"
	_, err = planner.Up(plain, m.Observed, planner.UpPolicy{})
	assert.NilError(t, err)

}

func TestOnSwarmAnImageOfThisMachineAloneIsEnoughWhereConstraintsKeepTheServiceHere(t *testing.T) {
	m := swarmOf(3)
	m.Nodes[0].Labels = map[string]string{"disk": "ssd"}
	for constraint, want := range map[string]string{
		"node.hostname == n1":    "",
		"node.role==manager":     "",
		"node.labels.disk==ssd":  "",
		"node.hostname!=n2":      "2 nodes take its tasks",
		"node.role==worker":      "2 nodes take its tasks",
		"node.hostname==n2":      "node n2 takes its tasks",
		"node.labels.disk!=hdd":  "3 nodes take its tasks",
		"node.platform.os==none": "",
	} {
		built := project(service("web", builtUnder("shop-web")))
		built.Services[0].Config.Deploy = &types.DeployConfig{Placement: types.Placement{Constraints: []string{constraint}}}
		_, err := planner.Up(built, m.Observed, planner.UpPolicy{})
		if want == "" {
			assert.NilError(t, err, constraint)
			continue
		}
		assert.ErrorContains(t, err, "only this machine has its image shop-web, and "+want+": ", constraint)
	}
}

func TestOnSwarmAnImageOfThisMachineAloneIsAnErrorWhereOnlyAnotherTakesTasks(t *testing.T) {
	m := swarmOf(2)
	m.Nodes[0].Availability = "drain"
	_, err := planner.Up(project(service("web", builtUnder("shop-web"))), m.Observed, planner.UpPolicy{})
	assert.ErrorContains(t, err, "only this machine has its image shop-web, and node n2 takes its tasks: ")
}

func TestOnSwarmTheRegistryIsAskedAgainWhereThePullPolicySaysSo(t *testing.T) {
	desired := project(service("web"))
	m := deployed(t, desired, 3)
	assert.Equal(t, m.Services[0].Spec.TaskTemplate.ContainerSpec.Image, "web:1@sha256:of-web:1")
	plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{Pull: "always"})
	is(t, shape(t, plan, err), `
		update web
		await web < update web`)
	spec := plan.Nodes[0].Op.(planner.UpdateService).Spec
	assert.Assert(t, spec.Resolve)
	assert.Equal(t, spec.Tag, "web:1")
	assert.DeepEqual(t, spec.Spec, m.Services[0].Spec) // which starts no task anew where the registry does not tell
	is(t, up(t, desired, m.Observed, planner.UpPolicy{Pull: "always", ImagesFresh: true}), "")

	desired.Services[0].Config.User = "1"
	plan, err = planner.Up(desired, m.Observed, planner.UpPolicy{})
	assert.NilError(t, err)
	spec = plan.Nodes[0].Op.(planner.UpdateService).Spec
	assert.Assert(t, !spec.Resolve)
	assert.Equal(t, spec.Spec.TaskTemplate.ContainerSpec.Image, "web:1@sha256:of-web:1")

	desired.Services[0].Config.Image = "web:2"
	plan, err = planner.Up(desired, m.Observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Assert(t, plan.Nodes[0].Op.(planner.UpdateService).Spec.Resolve)
	assert.Equal(t, reasons(plan)[0], "service/web update [image: web:1@sha256:of-web:1 → web:2 user: (none) → 1]")
}

// As by `stack build`, or by a run that ended before it came to the service.
func TestOnSwarmAServiceWhoseImageWasBuiltSinceRunsIt(t *testing.T) {
	const pushed, local = "registry.example.com/web:1", "shop-web"
	rebuilt := func(image string, isLocal bool, after int) func(*swarmModel) {
		return func(m *swarmModel) {
			m.clock = m.clock.Add(time.Hour)
			m.Images[image] = state.Image{ID: "sha256:new", Local: isLocal, LastTag: m.clock}
			for range after {
				m.Services[0].Updated = m.clock.Add(time.Hour)
			}
		}
	}
	for name, test := range map[string]struct {
		image   string
		nodes   int
		disturb func(*swarmModel)
		want    string
		reason  string
	}{
		"not at all":           {local, 1, func(*swarmModel) {}, "", ""},
		"on one node":          {local, 1, rebuilt(local, true, 0), "update web\nawait web < update web", "its image was built since its tasks were made"},
		"before it was scaled": {local, 1, rebuilt(local, true, 1), "update web\nawait web < update web", "its image was built since its tasks were made"},
		"and not pushed": {pushed, 3, rebuilt(pushed, true, 0), "push registry.example.com/web:1\nupdate web < push registry.example.com/web:1\nawait web < update web",
			"it was built since: its tasks are started anew if the registry has another image by then"},
		"and is the same": {pushed, 3, func(m *swarmModel) {
			rebuilt(pushed, false, 0)(m)
			image := m.Images[pushed]
			image.Digests = []string{"registry.example.com/web@sha256:of-" + pushed}
			m.Images[pushed] = image
		}, "", ""},
		"and pushed": {pushed, 3, rebuilt(pushed, false, 0), "update web\nawait web < update web",
			"it was built since: its tasks are started anew if the registry has another image by then"},
		"under a name that the registry does not know any more": {pushed, 3, func(m *swarmModel) {
			m.Services[0].Spec.TaskTemplate.ContainerSpec.Image = pushed
			rebuilt(pushed, false, 0)(m)
		}, "update web\nawait web < update web", "its image was built since its tasks were made"},
	} {
		t.Run(name, func(t *testing.T) {
			desired := project(service("web", builtUnder(test.image)))
			m := swarmOf(test.nodes)
			m.bring(t, desired, planner.UpPolicy{Build: true})
			is(t, up(t, desired, m.Observed, planner.UpPolicy{}), "")
			test.disturb(m)
			plan, err := planner.Up(desired, m.Observed, planner.UpPolicy{})
			is(t, shape(t, plan, err), test.want)
			if test.want == "" {
				return
			}
			assert.Assert(t, strings.HasSuffix(reasons(plan)[len(reasons(plan))-1], "service/web update ["+test.reason+"]"), reasons(plan))
			m.apply(t, plan)
			is(t, up(t, desired, m.Observed, planner.UpPolicy{}), "")
		})
	}
}
