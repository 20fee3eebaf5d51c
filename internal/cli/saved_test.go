package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// running is a project with one container that runs, and what is wanted of it.
func running() (state.Desired, state.Observed) {
	desired := state.Desired{
		Project:  state.Project{Name: "shop"},
		Services: []state.Service{{Name: "web", Hash: "1", Replicas: 1}},
		Volumes:  []state.Volume{{Key: "data"}},
	}
	observed := state.Observed{
		Engine: state.EngineInfo{Name: "memory"},
		Containers: []state.Container{{
			ID: "1", Name: "shop-web-1", Service: "web", Number: 1, Status: state.StatusRunning,
			StartedAt: time.Unix(1, 0), Networks: map[string]state.Endpoint{"shop_default": {Address: "10.0.0.2", Aliases: []string{"web"}}},
		}},
		Volumes: []state.ObservedVolume{{Name: "shop_data"}},
	}
	return desired, observed
}

// planned is a step whose plan says only what it is called.
func planned(observed state.Observed, id planner.ID) step {
	return step{observed, planner.Plan{Project: "shop", Nodes: []planner.Node{{ID: id, Op: planner.PullImage{Image: "nginx"}}}}}
}

func saveAndRead(t *testing.T) *savedPlan {
	t.Helper()
	desired, observed := running()
	c := &convergence{desired: desired, policy: planner.UpPolicy{Build: true}}
	saved, err := newSavedPlan(planOptions{noDeps: true, scale: []string{"web=1"}}, []string{"web"}, c, planned(observed, "pull"))
	assert.NilError(t, err)
	file := filepath.Join(t.TempDir(), "plan.json")
	assert.NilError(t, saved.write(file))
	read, err := readPlan(file)
	assert.NilError(t, err)
	return read
}

func TestASavedPlanSaysWhatItIsFor(t *testing.T) {
	saved := saveAndRead(t)
	var o planOptions
	assert.DeepEqual(t, saved.apply(&o), []string{"web"})
	assert.DeepEqual(t, o.scale, []string{"web=1"})
	assert.Assert(t, o.noDeps)
	assert.Assert(t, saved.Policy.Build)
	info, err := os.Stat(saved.file)
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o600))
	left, err := os.ReadDir(filepath.Dir(saved.file))
	assert.NilError(t, err)
	assert.Equal(t, len(left), 1)
}

func TestASavedPlanHoldsAsLongAsItComesOutTheSame(t *testing.T) {
	saved := saveAndRead(t)
	desired, observed := running()
	observed.Containers[0].Health = state.HealthHealthy
	assert.NilError(t, saved.check(desired, planned(observed, "pull")))
}

func TestARefusedPlanSaysWhatHasMoved(t *testing.T) {
	for name, c := range map[string]struct {
		move func(*state.Desired, *state.Observed)
		says string
	}{
		"container stopped": {func(_ *state.Desired, o *state.Observed) { o.Containers[0].Status = state.StatusExited },
			"what runs has moved on: container shop-web-1 changed."},
		"container gone": {func(_ *state.Desired, o *state.Observed) { o.Containers = nil },
			"what runs has moved on: container shop-web-1 is gone."},
		"volume and network": {func(_ *state.Desired, o *state.Observed) {
			o.Volumes = nil
			o.Networks = []state.ObservedNetwork{{Name: "shop_default"}}
		}, "what runs has moved on: network shop_default is new, volume shop_data is gone."},
		"service": {func(d *state.Desired, _ *state.Observed) { d.Services[0].Hash = "2" },
			"the project's files have changed: service web changed."},
		"both": {func(d *state.Desired, o *state.Observed) { d.Volumes, o.Containers = nil, nil },
			"what runs has moved on: container shop-web-1 is gone; the project's files have changed: volume data is gone."},
		"engine": {func(_ *state.Desired, o *state.Observed) { o.Engine.Name = "docker" },
			"it is for the engine memory, and this is docker."},
		"time alone": {func(_ *state.Desired, o *state.Observed) {
			c := &o.Containers[0]
			c.StartedAt, c.RestartCount, c.HealthLog = time.Unix(9, 0), 3, []state.Probe{{ExitCode: 1}}
			c.Networks["shop_default"] = state.Endpoint{Address: "10.0.0.9", Aliases: []string{"web"}}
		}, "another version of stack may have made it."},
	} {
		t.Run(name, func(t *testing.T) {
			saved := saveAndRead(t)
			desired, observed := running()
			c.move(&desired, &observed)
			err := saved.check(desired, planned(observed, "pull again"))
			assert.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "does not hold any more")
		})
	}
}

func TestWhatIsNoSavedPlanIsRefused(t *testing.T) {
	for text, says := range map[string]string{
		"services: {}":    "expected what 'stack plan --out' wrote",
		`{"version": 99}`: "expected version 1, found 99",
	} {
		file := filepath.Join(t.TempDir(), "plan.json")
		assert.NilError(t, os.WriteFile(file, []byte(text), 0o600))
		_, err := readPlan(file)
		assert.Check(t, err != nil && strings.Contains(err.Error(), says), "%v", err)
	}
}
