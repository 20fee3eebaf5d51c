package drift_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/drift"
	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/planner/servicespec"
	"github.com/stackctl/stack/state"
)

// onSwarm is a project as it was applied to a Swarm, and as it is.
func onSwarm(t *testing.T) *world {
	t.Helper()
	password := "hunter22"
	web := state.Service{Name: "web", Replicas: 2, Config: types.ServiceConfig{ContainerSpec: types.ContainerSpec{
		Image: "web:1", Environment: types.MappingWithEquals{"DB_PASSWORD": &password},
		Networks: map[string]*types.ServiceNetworkConfig{"front": nil},
		Configs:  []types.ServiceConfigObjConfig{{Source: "conf"}},
	}}}
	desired := state.Desired{
		Project: state.Project{Name: "shop"}, Services: []state.Service{web}, Known: []string{"asleep", "web"},
		Networks: []state.Network{{Key: "front", Config: types.NetworkConfig{Name: "shop_front"}}},
		Inputs:   []state.Input{{Kind: state.KindConfig, Key: "conf", Name: "shop_conf", Digest: "sha256:1111111111111111"}},
	}
	spec, err := servicespec.Of(desired, web, servicespec.Options{})
	assert.NilError(t, err)
	w := &world{}
	w.observed = state.Observed{
		Engine:   state.EngineInfo{Name: "swarm", Nodes: 2},
		Networks: []state.ObservedNetwork{{ID: "net1", Name: "shop_front"}},
		Inputs:   []state.ObservedInput{{Kind: state.KindConfig, Name: "shop_conf_111111111111"}},
	}
	w.observed.Services = []state.ObservedService{{ID: "s1", Service: "web", Spec: spec.Spec}}
	for slot := 1; slot <= 2; slot++ {
		w.observed.Tasks = append(w.observed.Tasks, state.Task{
			ID: fmt.Sprint("t", slot), Service: "web", ServiceID: "s1", Slot: slot, Current: true,
			State: swarm.TaskStateRunning, Desired: swarm.TaskStateRunning, Created: noon(),
		})
	}
	revision := history.Seal(history.Revision{Desired: desired}, state.Desired{}, nil)
	w.applied = drift.Applied{Project: "shop", Basis: drift.Basis{Source: drift.FromRevision, Revision: 3}, Desired: &revision.Desired}
	return w
}

// edit changes the container's part of the specification that is held.
func (w *world) edit(change func(*swarm.ContainerSpec)) {
	task := &w.observed.Services[0].Spec.TaskTemplate
	c := *task.ContainerSpec
	change(&c)
	task.ContainerSpec = &c
}

func TestOnSwarmWhatWasDoneByHandIsDrift(t *testing.T) {
	five := uint64(5)
	for _, test := range []struct {
		name   string
		change func(*world)
		want   string
	}{
		{"nothing", func(*world) {}, ""},
		{"pinned", func(w *world) { w.edit(func(c *swarm.ContainerSpec) { c.Image += "@sha256:abc" }) }, ""},
		{"restarted", func(w *world) { w.observed.Services[0].Spec.TaskTemplate.ForceUpdate = 3 }, ""},
		{"another image", func(w *world) { w.edit(func(c *swarm.ContainerSpec) { c.Image = "web:2" }) }, "service/web changed image: web:1 → web:2"},
		{"another password", func(w *world) { w.edit(func(c *swarm.ContainerSpec) { c.Env = []string{"DB_PASSWORD=other"} }) },
			"service/web changed environment.DB_PASSWORD: *** → ***"},
		{"scaled", func(w *world) {
			w.observed.Services[0].Spec.Mode.Replicated = &swarm.ReplicatedService{Replicas: &five}
		},
			"service/web changed deploy.replicas: 2 → 5\nservice/web stopped tasks: 5 running → 2 running"},
		{"removed", func(w *world) {
			w.applied.Services = w.observed.Services
			w.observed.Services, w.observed.Tasks = nil, nil
		}, "service/web removed"},
		{"never created", func(w *world) {
			w.applied.Services = []state.ObservedService{{Service: "web", Spec: w.observed.Services[0].Spec}}
			w.observed.Services, w.observed.Tasks = nil, nil
		}, ""},
		{"rolled back", func(w *world) {
			w.edit(func(c *swarm.ContainerSpec) { c.User = "1" })
			w.observed.Services[0].Update = &swarm.UpdateStatus{State: swarm.UpdateStateRollbackCompleted, Message: "rollback completed"}
		}, "service/web changed user:  → 1\nservice/web changed update: completed → rolled back: rollback completed"},
		{"taken back on purpose", func(w *world) {
			w.observed.Services[0].Update = &swarm.UpdateStatus{State: swarm.UpdateStateRollbackCompleted}
		}, ""},
		{"taken back on purpose, and a node down", func(w *world) {
			w.observed.Services[0].Update = &swarm.UpdateStatus{State: swarm.UpdateStateRollbackCompleted}
			w.observed.Tasks[0].Lost = true
		}, "service/web stopped tasks: 2 running → 1 running; web.1 running, its node is down"},
		{"paused", func(w *world) {
			w.observed.Services[0].Update = &swarm.UpdateStatus{State: swarm.UpdateStatePaused, Message: "update paused due to failure"}
			w.observed.Tasks[1].State, w.observed.Tasks[1].Error = swarm.TaskStateFailed, "non-zero exit (1)"
		}, "service/web changed update: completed → paused: update paused due to failure\n" +
			"service/web stopped tasks: 2 running → 1 running; web.2 failed: non-zero exit (1)"},
		{"a node down", func(w *world) { w.observed.Tasks[0].Lost = true },
			"service/web stopped tasks: 2 running → 1 running; web.1 running, its node is down"},
		{"an orphan, and one that was asleep", func(w *world) {
			for _, name := range []string{"asleep", "old"} {
				spec := w.observed.Services[0].Spec
				spec.Name = "shop_" + name
				spec.Mode = swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: new(uint64)}}
				w.observed.Services = append(w.observed.Services, state.ObservedService{ID: name + "-id", Service: name, Spec: spec})
			}
		}, "service/asleep added id:  → asleep-id\nservice/old orphaned id:  → old-id"},
		{"a network removed", func(w *world) { w.observed.Networks = nil }, "network/front removed"},
		{"of docker stack", func(w *world) {
			w.observed.Inputs = []state.ObservedInput{{Kind: state.KindConfig, Name: "shop_conf", Digest: "sha256:1111111111111111"}}
			w.edit(func(c *swarm.ContainerSpec) {
				reference := *c.Configs[0]
				reference.ConfigName = "shop_conf"
				c.Configs = []*swarm.ConfigReference{&reference}
			})
		}, ""},
		{"of docker stack, and with a template that was not applied", func(w *world) {
			w.observed.Inputs = []state.ObservedInput{{Kind: state.KindConfig, Name: "shop_conf", Digest: "sha256:1111111111111111", TemplateDriver: "golang"}}
			w.edit(func(c *swarm.ContainerSpec) {
				reference := *c.Configs[0]
				reference.ConfigName = "shop_conf"
				c.Configs = []*swarm.ConfigReference{&reference}
			})
		}, "service/web changed configs./conf: shop_conf_111111111111 → shop_conf"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := onSwarm(t)
			test.change(w)
			assert.Equal(t, lines(drift.Compare(w.applied, w.observed, nil)), test.want)
			assert.Equal(t, lines(drift.Compare(w.applied, w.observed, []string{"other"})), "")
		})
	}
}

func TestOnSwarmWithoutARevisionOnlyWhatRunsIsKnown(t *testing.T) {
	w := onSwarm(t)
	w.applied = drift.Applied{Project: "shop", Basis: drift.Basis{Source: drift.FromLabels}}
	w.observed.Tasks[0].State, w.observed.Tasks[0].Created = swarm.TaskStateRejected, noon().Add(time.Second)
	report := drift.Compare(w.applied, w.observed, nil)
	assert.Equal(t, lines(report), "service/web stopped tasks: 2 running → 1 running; web.1 rejected")
	assert.Equal(t, len(report.Unknown), 2)
}
