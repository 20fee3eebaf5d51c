package planner_test

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func rolls(update types.UpdateConfig) func(*state.Service) {
	return func(s *state.Service) { s.Config.Deploy = &types.DeployConfig{UpdateConfig: &update} }
}

// changed is what an engine holds of a project whose services have all changed
// since.
func changed(desired state.Desired) state.Observed {
	observed := holds(desired)
	for i := range desired.Services {
		desired.Services[i].Hash = "other"
	}
	return observed
}

func TestASlotsTurnComesAfterTheOneBeforeIt(t *testing.T) {
	desired := project(service("web", replicas(2), rolls(types.UpdateConfig{})))
	is(t, up(t, desired, changed(desired), planner.UpPolicy{}), `
		create web/1
		stop web/1 < create web/1 ! StopContainer ! StartContainer ! RemoveContainer
		start web/1 < create web/1, stop web/1 ! StopContainer ! StartContainer ! RemoveContainer
		await web/1 ready < create web/1, start web/1 ! StopContainer ! StartContainer ! RemoveContainer
		create web/2 ~ await web/1 ready
		monitor web/1 < await web/1 ready ! StopContainer ! StartContainer ! RemoveContainer
		remove web/1 < monitor web/1
		rename web/1 < monitor web/1, remove web/1
		stop web/2 < create web/2 ! StopContainer ! StartContainer ! RemoveContainer
		start web/2 < create web/2, stop web/2 ! StopContainer ! StartContainer ! RemoveContainer
		await web/2 ready < create web/2, start web/2 ! StopContainer ! StartContainer ! RemoveContainer
		monitor web/2 < await web/2 ready ! StopContainer ! StartContainer ! RemoveContainer
		remove web/2 < monitor web/2
		rename web/2 < monitor web/2, remove web/2`)
}

func TestStartFirstStopsTheOldContainerWhenTheNewOneIsReady(t *testing.T) {
	desired := project(service("web", rolls(types.UpdateConfig{Order: "start-first", Delay: 1})))
	is(t, up(t, desired, changed(desired), planner.UpPolicy{}), `
		create web/1
		start web/1 < create web/1 ! StartContainer ! StopContainer ! RemoveContainer
		await web/1 ready < create web/1, start web/1 ! StartContainer ! StopContainer ! RemoveContainer
		stop web/1 < await web/1 ready ! StartContainer ! StopContainer ! RemoveContainer
		monitor web/1 < stop web/1 ! StartContainer ! StopContainer ! RemoveContainer
		remove web/1 < monitor web/1
		rename web/1 < monitor web/1, remove web/1`)
}

func TestWhatMayBeRolledBackIsFinalTogether(t *testing.T) {
	two := uint64(2)
	web := service("web", replicas(3), rolls(types.UpdateConfig{Parallelism: &two, Delay: 7, FailureAction: "rollback"}))
	web.Config.PreStop = []types.ServiceHook{{Command: types.ShellCommand{"bye"}}}
	desired := project(web)
	plan, err := planner.Up(desired, changed(desired), planner.UpPolicy{})
	got := shape(t, plan, err)
	assert.Assert(t, strings.Contains(got, "remove web/1 < monitor web/1 ~ monitor web/2 ~ monitor web/3\n"), got)
	assert.Assert(t, strings.Contains(got, "delay web/3 ~ await web/1 ready\n"), got)
	assert.Assert(t, strings.Contains(got, "create web/3 < delay web/3\n"), got)
	rollout := plan.Rollouts[0]
	assert.Equal(t, len(rollout.Final), 6)
	back := planner.Plan{Nodes: rollout.Rollback.Nodes[:7]}
	is(t, shape(t, back, nil), `
		rollback pre_stop 1 web/1
		rollback stop web/1 ~ rollback pre_stop 1 web/1
		rollback start web/1 < rollback stop web/1
		rollback await web/1 < rollback start web/1
		rollback monitor web/1 < rollback await web/1
		rollback pre_stop 1 web/2 ~ rollback await web/1
		rollback remove web/1 < rollback await web/1`)
}

// A slot in which a killed run has stopped the old container comes first, and a
// start-first update stops the old one of another only when its new one is
// ready.
func TestARolloutThatWasKilledIsGoneOnWith(t *testing.T) {
	desired := project(service("web", replicas(2), rolls(types.UpdateConfig{Order: "start-first"})))
	observed := changed(desired)
	for i, status := range []state.Status{state.StatusRunning, state.StatusExited} {
		old := &observed.Containers[i]
		next := held(desired.Services[0], i+1)
		next.Name, next.ID = old.Name+".next-"+old.ID[:8], "next-of-"+old.ID
		old.Status = status
		observed.Containers = append(observed.Containers, next)
	}
	is(t, up(t, desired, observed, planner.UpPolicy{}), `
		await web/2 ready ! StartContainer ! StopContainer ! RemoveContainer
		await web/1 ready ~ await web/2 ready ! StartContainer ! StopContainer ! RemoveContainer
		monitor web/2 < await web/2 ready ! StartContainer ! StopContainer ! RemoveContainer
		remove web/2 shop-web-2 < monitor web/2
		rename web/2 < monitor web/2, remove web/2 shop-web-2
		stop web/1 shop-web-1 < await web/1 ready ! StartContainer ! StopContainer ! RemoveContainer
		monitor web/1 < stop web/1 shop-web-1 ! StartContainer ! StopContainer ! RemoveContainer
		remove web/1 shop-web-1 < monitor web/1
		rename web/1 < monitor web/1, remove web/1 shop-web-1`)
}

func TestStartFirstIsRefusedToWhatCannotRunTwice(t *testing.T) {
	ipv4 := map[string]*types.ServiceNetworkConfig{"default": {Ipv4Address: "10.0.0.7"}}
	for name, c := range map[string]struct {
		change func(*state.Service)
		want   string
	}{
		"a port of the host":  {func(s *state.Service) { s.Config.Ports = []types.ServicePortConfig{{Published: "80"}} }, "it publishes port 80 of the host"},
		"any port":            {func(s *state.Service) { s.Config.Ports = []types.ServicePortConfig{{Target: 80}} }, ""},
		"a container's name":  {func(s *state.Service) { s.Config.ContainerName = "shop-web-1" }, "it has a container_name"},
		"an address":          {func(s *state.Service) { s.Config.Networks = ipv4 }, "it has the ipv4_address 10.0.0.7"},
		"the host's network":  {func(s *state.Service) { s.Config.NetworkMode, s.Config.Networks = "host", nil }, "it has network_mode host"},
		"no network":          {func(s *state.Service) { s.Config.NetworkMode, s.Config.Networks = "none", nil }, ""},
		"a volume of its own": {mounts("data", false), "volume data is its own"},
		"one to read from":    {mounts("data", true), ""},
		"one that is shared":  {mounts("shared", false), ""},
		"an anonymous volume": {mounts("", false), "the new container takes over the anonymous volumes of the old one"},
	} {
		t.Run(name, func(t *testing.T) {
			desired := project(service("web", rolls(types.UpdateConfig{Order: "start-first"}), c.change))
			for key, shared := range map[string]bool{"data": false, "shared": true} {
				desired.Volumes = append(desired.Volumes, state.Volume{Key: key, Config: types.VolumeConfig{
					Name: "shop_" + key, Extensions: types.Extensions{"x-stack": map[string]any{"shared": shared}},
				}})
			}
			observed := changed(desired)
			for _, v := range desired.Services[0].Config.Volumes {
				name := "shop_" + v.Source
				if v.Source == "" {
					name = strings.Repeat("a", 64)
				}
				observed.Containers[0].Mounts = []state.Mount{{Type: "volume", Name: name, Destination: v.Target}}
			}
			plan, err := planner.Up(desired, observed, planner.UpPolicy{})
			assert.NilError(t, err)
			if c.want == "" {
				assert.Equal(t, plan.Rollouts[0].Order, planner.StartFirst)
				assert.Equal(t, len(plan.Warnings), 0)
				return
			}
			assert.Equal(t, plan.Rollouts[0].Order, planner.StopFirst)
			assert.Assert(t, strings.Contains(strings.Join(plan.Warnings, "\n"), c.want), plan.Warnings)
		})
	}
}

func mounts(volume string, readOnly bool) func(*state.Service) {
	return func(s *state.Service) {
		s.Config.Volumes = []types.ServiceVolumeConfig{{Type: "volume", Source: volume, Target: "/", ReadOnly: readOnly}}
	}
}

func TestWhichServicesAreUpdatedAFewAtATime(t *testing.T) {
	back := func(s *state.Service) {
		s.Config.Deploy = &types.DeployConfig{RollbackConfig: &types.UpdateConfig{FailureAction: "continue"}}
	}
	job := func(s *state.Service) { s.OneShot = true }
	for name, c := range map[string]struct {
		service state.Service
		policy  planner.UpPolicy
		want    string
	}{
		"one that says so":             {service("web", rolls(types.UpdateConfig{})), planner.UpPolicy{}, "pause"},
		"one that does not":            {service("web"), planner.UpPolicy{}, ""},
		"not a job":                    {service("web", rolls(types.UpdateConfig{}), job), planner.UpPolicy{}, ""},
		"not what is only created":     {service("web", rolls(types.UpdateConfig{})), planner.UpPolicy{NoStart: true}, ""},
		"rollback_config is for later": {service("web", back), planner.UpPolicy{}, ""},
		"what goes back":               {service("web", back), planner.UpPolicy{RollBack: true}, "continue"},
		"by default as an update": {
			service("web", rolls(types.UpdateConfig{FailureAction: "rollback"})), planner.UpPolicy{RollBack: true}, "pause",
		},
	} {
		t.Run(name, func(t *testing.T) {
			desired := project(c.service)
			plan, err := planner.Up(desired, changed(desired), c.policy)
			assert.NilError(t, err)
			got := ""
			for _, r := range plan.Rollouts {
				got = string(r.FailureAction)
				assert.Assert(t, r.Rollback == nil)
			}
			assert.Equal(t, got, c.want)
		})
	}
}

func TestAnUpdateConfigWithWordsThatNobodyKnowsIsRefused(t *testing.T) {
	desired := project(service("web", rolls(types.UpdateConfig{FailureAction: "panic"})))
	_, err := planner.Up(desired, changed(desired), planner.UpPolicy{})
	assert.ErrorContains(t, err, `service web: deploy.update_config.failure_action: expected one of [pause continue rollback], found "panic"`)
}

func TestTurnsWaitForWhatTheirServiceDependsOn(t *testing.T) {
	job := service("job", func(s *state.Service) { s.OneShot = true })
	web := service("web", replicas(2), dependsOn("job", state.Completed), rolls(types.UpdateConfig{}))
	other := service("other", dependsOn("job", state.Completed))
	desired := project(job, other, web)
	observed := changed(desired)
	got := up(t, desired, observed, planner.UpPolicy{})
	assert.Assert(t, strings.Contains(got, "create web/2 < await job/1 completed ~ await web/1 ready\n"), got)
}
