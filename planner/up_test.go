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

// shape writes a plan in short: a line a node, with what it comes after, and
// what undoes it.
func shape(t *testing.T, plan planner.Plan, err error) string {
	t.Helper()
	assert.NilError(t, err)
	var b strings.Builder
	for _, n := range plan.Nodes {
		b.WriteString(string(n.ID))
		for i, before := range n.After {
			b.WriteString(map[bool]string{true: " < ", false: ", "}[i == 0] + string(before))
		}
		for _, before := range n.Settled {
			b.WriteString(" ~ " + string(before))
		}
		for _, op := range n.OnFailure {
			b.WriteString(" ! " + op.Kind())
		}
		b.WriteString("\n")
	}
	return b.String()
}

func up(t *testing.T, desired state.Desired, observed state.Observed, policy planner.UpPolicy) string {
	t.Helper()
	plan, err := planner.Up(desired, observed, policy)
	return shape(t, plan, err)
}

func is(t *testing.T, got, want string) {
	t.Helper()
	assert.Equal(t, strings.TrimSpace(got), strings.ReplaceAll(strings.TrimSpace(want), "\t", ""))
}

func TestAFreshProjectIsCreatedInDependencyOrder(t *testing.T) {
	desired := project(service("db"), service("web", dependsOn("db", state.Healthy)))
	is(t, up(t, desired, state.Observed{}, planner.UpPolicy{}), `
		network default
		pull db:1
		create db/1 < network default, pull db:1
		pull web:1
		create web/1 < network default, pull web:1
		start db/1 < create db/1
		await db/1 healthy < start db/1
		start web/1 < await db/1 healthy, create web/1`)
}

func TestWhatIsAsItShouldBeIsLeftAlone(t *testing.T) {
	desired := project(service("db"), service("web", dependsOn("db", state.Started), replicas(3)))
	plan, err := planner.Up(desired, holds(desired), planner.UpPolicy{Wait: true})
	assert.NilError(t, err)
	assert.Assert(t, plan.Empty())
	assert.Equal(t, len(plan.Changes), 5)
}

func TestAReplacementKeepsTheOldContainerUntilTheNewOneRuns(t *testing.T) {
	desired := project(service("web"))
	observed := holds(desired)
	desired.Services[0].Hash = "other"
	is(t, up(t, desired, observed, planner.UpPolicy{}), `
		create web/1
		stop web/1 < create web/1 ! StopContainer ! StartContainer ! RemoveContainer
		start web/1 < create web/1, stop web/1 ! StopContainer ! StartContainer ! RemoveContainer
		remove web/1 < start web/1, stop web/1
		rename web/1 < remove web/1, start web/1`)
}

func TestWithWaitTheOldContainerStaysUntilTheNewOneIsReady(t *testing.T) {
	desired := project(service("web"))
	observed := holds(desired)
	desired.Services[0].Hash = "other"
	is(t, up(t, desired, observed, planner.UpPolicy{Wait: true}), `
		create web/1
		stop web/1 < create web/1 ! StopContainer ! StartContainer ! RemoveContainer
		start web/1 < create web/1, stop web/1 ! StopContainer ! StartContainer ! RemoveContainer
		await web/1 ready < start web/1 ! StopContainer ! StartContainer ! RemoveContainer
		remove web/1 < await web/1 ready, stop web/1
		rename web/1 < await web/1 ready, remove web/1`)
}

func TestAContainerThatCannotBeStartedIsReplaced(t *testing.T) {
	desired := project(service("web"))
	observed := holds(desired)
	observed.Containers[0].Status, observed.Containers[0].Stuck = state.StatusCreated, true
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), `
		create web/1
		start web/1 < create web/1 ! RemoveContainer
		remove web/1 < start web/1
		rename web/1 < remove web/1, start web/1`)
	assert.Equal(t, plan.Changes[0].Reasons[0].String(), "cannot be started: the engine ended while it started it")
}

func TestAReplacementSaysWhyFieldByField(t *testing.T) {
	desired := project(service("web"))
	observed := holds(desired)
	config := &desired.Services[0].Config
	config.Image, config.User = "web:2", "1000"
	config.Environment = types.MappingWithEquals{"DB_PASSWORD": new(string)}
	*config.Environment["DB_PASSWORD"] = "hunter2"
	desired.Services[0].Hash = "other"
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	var reasons []string
	for _, c := range plan.Changes {
		if c.Action == planner.Replace {
			reasons = append(reasons, fmt.Sprint(c.Reasons))
		}
	}
	assert.DeepEqual(t, reasons, []string{
		"[environment.DB_PASSWORD: (none) → *** image: web:1 → web:2 user: (none) → 1000]"})
}

func TestAContainerOfDockerComposeIsJudgedByItsHash(t *testing.T) {
	desired := project(service("web", func(s *state.Service) { s.Inputs = map[string]string{"secret/x": "sha256:1"} }))
	observed := holds(desired)
	delete(observed.Containers[0].Labels, state.LabelStackConfig)
	delete(observed.Containers[0].Labels, state.LabelStackInputs)
	is(t, up(t, desired, observed, planner.UpPolicy{}), "")
}

func TestASecretWithAnotherContentReplacesItsContainers(t *testing.T) {
	desired := project(service("web", func(s *state.Service) { s.Inputs = map[string]string{"secret/x": "sha256:1"} }))
	observed := holds(desired)
	desired.Services[0].Inputs = map[string]string{"secret/x": "sha256:2"}
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Equal(t, plan.Changes[0].Action, planner.Replace)
	assert.Equal(t, plan.Changes[0].Reasons[0].String(), "secret/x: its content changed")
}

func TestAnImageThatWasBuiltAgainReplacesItsContainers(t *testing.T) {
	desired := project(service("web"))
	observed := holds(desired)
	observed.Images["web:1"] = state.Image{ID: "sha256:fresh"}
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Equal(t, plan.Changes[0].Reasons[0].String(), "image web:1: web:1 → fresh")
}

func TestAFinishedJobIsNotRunAgain(t *testing.T) {
	job := service("job", func(s *state.Service) { s.OneShot = true })
	desired := project(job, service("web", dependsOn("job", state.Completed)))
	is(t, up(t, desired, holds(desired), planner.UpPolicy{}), "")

	observed := holds(desired)
	observed.Containers[0].ExitCode = 1
	is(t, up(t, desired, observed, planner.UpPolicy{}), "start job/1")
}

func TestScalingDownEndsBeforeTheDependentsStart(t *testing.T) {
	desired := project(service("db", replicas(2)))
	observed := holds(desired)
	desired = project(service("db"), service("web", dependsOn("db", state.Started)))
	observed.Images["web:1"] = state.Image{}
	is(t, up(t, desired, observed, planner.UpPolicy{}), `
		create web/1
		stop db/2
		remove db/2 < stop db/2
		start web/1 < create web/1, remove db/2`)
}

func TestAnOptionalDependencyOnlyHasToEnd(t *testing.T) {
	desired := project(service("db"), service("web", optional("db", state.Healthy)))
	got := up(t, desired, holds(project()), planner.UpPolicy{})
	assert.Assert(t, strings.Contains(got, "start web/1 < create web/1 ~ await db/1 healthy"), got)
	plan, _ := planner.Up(desired, holds(project()), planner.UpPolicy{})
	for _, n := range plan.Nodes {
		assert.Equal(t, n.Optional, n.ID == "await db/1 healthy")
	}
}

func TestAReplacementThatWasKilledIsFinished(t *testing.T) {
	desired := project(service("web"))
	next := held(desired.Services[0], 1)
	next.Name, next.ID = "shop-web-1.next-abc", "next"
	old := held(desired.Services[0], 1)
	old.Labels = map[string]string{state.LabelConfigHash: "old"}

	for _, c := range []struct {
		name      string
		next, old state.Status
		want      string
	}{
		{"before the old one was stopped", state.StatusCreated, state.StatusRunning, `
			stop web/1 shop-web-1 ! StopContainer ! StartContainer ! RemoveContainer
			start web/1 < stop web/1 shop-web-1 ! StopContainer ! StartContainer ! RemoveContainer
			remove web/1 shop-web-1 < start web/1, stop web/1 shop-web-1
			rename web/1 < remove web/1 shop-web-1, start web/1`},
		{"before the new one was started", state.StatusCreated, state.StatusExited, `
			start web/1 ! StopContainer ! StartContainer ! RemoveContainer
			remove web/1 shop-web-1 < start web/1
			rename web/1 < remove web/1 shop-web-1, start web/1`},
		{"before the old one was removed", state.StatusRunning, state.StatusExited, `
			remove web/1 shop-web-1
			rename web/1 < remove web/1 shop-web-1`},
		{"before it was renamed", state.StatusRunning, "", "rename web/1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			observed := holds(desired)
			next.Status, old.Status = c.next, c.old
			observed.Containers = []state.Container{next}
			if c.old != "" {
				observed.Containers = append(observed.Containers, old)
			}
			is(t, up(t, desired, observed, planner.UpPolicy{}), c.want)
		})
	}
}

func TestALeftoverOfAnotherVersionIsRemoved(t *testing.T) {
	desired := project(service("web"))
	observed := holds(desired)
	leftover := held(desired.Services[0], 1)
	leftover.Name, leftover.ID, leftover.Status = "shop-web-1.next-abc", "next", state.StatusCreated
	leftover.Labels = map[string]string{state.LabelConfigHash: "abandoned"}
	observed.Containers = append(observed.Containers, leftover)
	is(t, up(t, desired, observed, planner.UpPolicy{}), "remove web/1 shop-web-1.next-abc")
}

func TestOrphansAreNamedAndRemovedOnlyIfAsked(t *testing.T) {
	desired := project(service("web"), service("gone"))
	observed := holds(desired)
	desired = project(service("web"))
	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	assert.NilError(t, err)
	assert.Assert(t, plan.Empty())
	assert.Assert(t, strings.Contains(plan.Warnings[0], "Found orphan containers (shop-gone-1)"))
	is(t, up(t, desired, observed, planner.UpPolicy{RemoveOrphans: true}), `
		stop gone/1 shop-gone-1
		remove gone/1 shop-gone-1 < stop gone/1 shop-gone-1`)
}

func TestAServiceBehindAProfileIsNoOrphan(t *testing.T) {
	desired := project(service("web"), service("debug"))
	observed := holds(desired)
	desired = project(service("web"))
	desired.Known = []string{"debug", "web"}
	is(t, up(t, desired, observed, planner.UpPolicy{RemoveOrphans: true}), "")
}

func TestABuildThatMayChangeAnImageIsFollowedByAnotherPlan(t *testing.T) {
	built := service("web", func(s *state.Service) { s.Build = &state.BuildSpec{Image: "web:1"} })
	desired := project(built, service("proxy", dependsOn("web", state.Started)))
	plan, err := planner.Up(desired, holds(desired), planner.UpPolicy{Build: true})
	is(t, shape(t, plan, err), "build web:1")
	assert.Equal(t, fmt.Sprint(plan.Pending), "[{[proxy web] [proxy/1 web/1] [build web:1]}]")

	is(t, up(t, desired, holds(desired), planner.UpPolicy{Build: true, ImagesFresh: true}), "")
}

func TestANetworkThatChangedIsReplacedUnderItsContainers(t *testing.T) {
	desired := project(service("web"))
	observed := holds(desired)
	desired.Networks[0].Hash = "net2"
	is(t, up(t, desired, observed, planner.UpPolicy{}), `
		stop web/1
		disconnect web/1 shop_default < stop web/1
		remove network default < disconnect web/1 shop_default ! ConnectNetwork ! StartContainer
		network default < remove network default ! CreateNetwork ! ConnectNetwork ! StartContainer
		connect web/1 shop_default < disconnect web/1 shop_default, network default
		start web/1 < connect web/1 shop_default, disconnect web/1 shop_default`)
}

func TestAVolumeThatChangedNeedsConsent(t *testing.T) {
	web := service("web", func(s *state.Service) {
		s.Config.Volumes = []types.ServiceVolumeConfig{{Type: "volume", Source: "data", Target: "/data"}}
	})
	desired := project(web)
	desired.Volumes = []state.Volume{{Key: "data", Hash: "v1", Config: types.VolumeConfig{Name: "shop_data"}}}
	observed := holds(desired)
	observed.Containers[0].Mounts = []state.Mount{{Type: "volume", Name: "shop_data", Destination: "/data"}}
	desired.Volumes[0].Hash = "v2"

	plan, err := planner.Up(desired, observed, planner.UpPolicy{})
	is(t, shape(t, plan, err), "")
	assert.Equal(t, plan.Consents[0].Name, "shop_data")

	is(t, up(t, desired, observed, planner.UpPolicy{Consents: []string{"shop_data"}}), `
		stop web/1
		remove web/1 < stop web/1
		remove volume data < remove web/1
		volume data < remove volume data
		create web/1 < remove web/1, volume data
		start web/1 < create web/1`)
}

func TestADependentThatAsksForItIsRestartedAfterAReplacement(t *testing.T) {
	web := service("web", dependsOn("db", state.Healthy))
	web.DependsOn[0].Restart = true
	desired := project(service("db"), web)
	observed := holds(desired)
	desired.Services[0].Hash = "other"
	got := up(t, desired, observed, planner.UpPolicy{})
	assert.Assert(t, strings.Contains(got, "stop web/1 < await db/1 healthy\n"), got)
	assert.Assert(t, strings.Contains(got, "start web/1 < await db/1 healthy, stop web/1\n"), got)
}

func TestASharedNamespaceFollowsItsContainer(t *testing.T) {
	side := service("side", dependsOn("web", state.Started), func(s *state.Service) {
		s.Config.NetworkMode, s.Config.Networks = "service:web", nil
	})
	desired := project(service("web"), side)
	observed := holds(desired)
	web := observed.Containers[0].ID
	resolved := side.Written
	resolved.NetworkMode = "container:" + web
	hash, err := state.ServiceHash(resolved)
	assert.NilError(t, err)
	observed.Containers[1].NetworkMode = "container:" + web
	observed.Containers[1].Labels = map[string]string{state.LabelConfigHash: hash} // as Docker Compose made it
	is(t, up(t, desired, observed, planner.UpPolicy{}), "")

	desired.Services[0].Hash = "other"
	got := up(t, desired, observed, planner.UpPolicy{})
	assert.Assert(t, strings.Contains(got, "create side/1 < rename web/1\n"), got)
}

func TestAnExternalNetworkThatIsAbsentIsAnError(t *testing.T) {
	desired := project(service("web"))
	desired.Networks[0].External = true
	_, err := planner.Up(desired, state.Observed{}, planner.UpPolicy{})
	assert.ErrorContains(t, err, "network shop_default declared as external, but could not be found")
}

func TestDownEndsDependentsFirst(t *testing.T) {
	desired := project(service("db"), service("web", dependsOn("db", state.Started)), service("other"))
	plan, err := planner.Down(desired, holds(desired), planner.DownPolicy{})
	is(t, shape(t, plan, err), `
		stop other/1
		remove other/1 < stop other/1
		stop web/1
		remove web/1 < stop web/1
		stop db/1 < remove web/1
		remove db/1 < stop db/1
		remove network shop_default < remove db/1, remove other/1, remove web/1`)
}

func TestDownKeepsVolumesUnlessAsked(t *testing.T) {
	desired := project()
	desired.Volumes = []state.Volume{{Key: "data", Config: types.VolumeConfig{Name: "shop_data"}}}
	plan, err := planner.Down(desired, holds(desired), planner.DownPolicy{})
	is(t, shape(t, plan, err), "remove network shop_default")
	plan, err = planner.Down(desired, holds(desired), planner.DownPolicy{Volumes: true})
	is(t, shape(t, plan, err), "remove network shop_default\nremove volume shop_data")
}
