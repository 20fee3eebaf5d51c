package drift_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/drift"
	"github.com/stackctl/stack/state"
)

func noon() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) }

// container is a replica that runs in the network front, with the volume data.
func container(service string, number int) state.Container {
	name := fmt.Sprintf("shop-%s-%d", service, number)
	return state.Container{
		ID: "id-of-" + name, Name: name, Project: "shop", Service: service, Number: number,
		Image: service + ":1", ImageID: "sha256:" + service, Status: state.StatusRunning, Created: noon(),
		Limits: state.Limits{Memory: 64 << 20, MemorySwap: 128 << 20, RestartPolicy: "no"},
		Networks: map[string]state.Endpoint{
			"shop_front": {NetworkID: "net1", Aliases: []string{service, name}},
		},
		Mounts: []state.Mount{{Type: "volume", Name: "shop_data", Destination: "/data"}},
		Labels: map[string]string{state.LabelConfigHash: "hash-" + service},
	}
}

func desired() *state.Desired {
	return &state.Desired{
		Services: []state.Service{
			{Name: "web", Hash: "hash-web", Replicas: 2},
			{Name: "job", Hash: "hash-job", Replicas: 1, OneShot: true},
		},
		Networks: []state.Network{{Key: "front", Config: types.NetworkConfig{Name: "shop_front"}}},
		Volumes:  []state.Volume{{Key: "data", Config: types.VolumeConfig{Name: "shop_data"}}},
		Known:    []string{"asleep", "job", "web"},
	}
}

// world is a project as it was applied, and as it is.
type world struct {
	applied  drift.Applied
	observed state.Observed
}

func shop() *world {
	containers := func() []state.Container {
		job := container("job", 1)
		job.Status = state.StatusExited
		return []state.Container{job, container("web", 1), container("web", 2)}
	}
	return &world{
		applied: drift.Applied{
			Project: "shop", Basis: drift.Basis{Source: drift.FromRevision, Revision: 3},
			Desired: desired(), Containers: containers(),
		},
		observed: state.Observed{
			Containers: containers(),
			Networks:   []state.ObservedNetwork{{ID: "net1", Name: "shop_front", Labels: map[string]string{state.LabelNetwork: "front"}}},
			Volumes:    []state.ObservedVolume{{Name: "shop_data", Created: noon().Add(-time.Second)}},
			Images:     map[string]state.Image{"web:1": {ID: "sha256:web"}, "job:1": {ID: "sha256:job"}},
		},
	}
}

// job, web1 and web2 are the containers as they are.
func (w *world) job() *state.Container  { return &w.observed.Containers[0] }
func (w *world) web1() *state.Container { return &w.observed.Containers[1] }

func (w *world) remove(i int) {
	w.observed.Containers = append(w.observed.Containers[:i:i], w.observed.Containers[i+1:]...)
}

// lines are the drifts in short: ref name kind field: applied → found.
func lines(report drift.Report) string {
	var all []string
	for _, d := range report.Drifts {
		line := fmt.Sprintf("%s %s", d.Ref, d.Kind)
		if d.Field != "" {
			line += fmt.Sprintf(" %s: %s → %s", d.Field, d.Applied, d.Found)
		}
		all = append(all, line)
	}
	return strings.Join(all, "\n")
}

func TestWhatWasDoneByHandIsDrift(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*world)
		want   string
	}{
		{"nothing", func(*world) {}, ""},
		{"a container removed", func(w *world) { w.remove(1) }, "web/1 removed"},
		{"a container stopped", func(w *world) { w.web1().Status, w.web1().ExitCode = state.StatusExited, 137 }, "web/1 stopped status: running → exited (137)"},
		{"a container that ended with 0", func(w *world) { w.web1().Status = state.StatusExited }, "web/1 stopped status: running → exited (0)"},
		{"a container out of memory", func(w *world) {
			w.web1().Status, w.web1().ExitCode, w.web1().OOMKilled = state.StatusExited, 137, true
		}, "web/1 stopped status: running → exited (137), out of memory"},
		{"a restart loop", func(w *world) { w.web1().Status, w.web1().ExitCode = state.StatusRestarting, 1 }, "web/1 restarting status: running → restarting (1)"},
		{"a container paused", func(w *world) { w.web1().Status = state.StatusPaused }, "web/1 paused status: running → paused"},
		{"a job that failed when it was run again", func(w *world) { w.job().ExitCode = 2 }, "job/1 stopped status: exited (0) → exited (2)"},
		{"a job run again", func(w *world) { w.job().Status = state.StatusRunning }, "job/1 started status: exited (0) → running"},
		{"a job that ended since", func(w *world) { w.applied.Containers[0].Status = state.StatusRunning }, ""},
		{"a container renamed", func(w *world) { w.web1().Name = "mine" }, "web/1 renamed name: shop-web-1 → mine"},
		{"limits changed", func(w *world) {
			w.web1().Limits = state.Limits{Memory: 100_000_000, MemorySwap: -1, NanoCPUs: 1_500_000_000, CpusetCpus: "0", RestartPolicy: "on-failure", RestartRetries: 3}
		}, `web/1 changed cpus:  → 1.5
web/1 changed cpuset:  → 0
web/1 changed mem_limit: 64m → 100000000
web/1 changed memswap_limit: 128m → -1
web/1 changed restart: no → on-failure:3`},
		{"a container made again", func(w *world) { w.web1().ID, w.web1().Limits = "another", state.Limits{} }, "web/1 recreated id: id-of-shop-w → another"},
		{"a container made again, of another image and configuration", func(w *world) {
			w.web1().ID, w.web1().ImageID, w.web1().Labels = "another", "sha256:web2", nil
			w.observed.Images["web:1"] = state.Image{ID: "sha256:web2"}
			w.observed.Containers = w.observed.Containers[1:2]
		}, `job/1 removed
web/1 recreated id: id-of-shop-w → another
web/1 changed image: web → web2
web/1 changed configuration: hash-web → 
web/2 removed`},
		{"a replica added", func(w *world) { w.observed.Containers = append(w.observed.Containers, container("web", 3)) }, "web/3 added id:  → id-of-shop-w"},
		{"a service started that was asleep", func(w *world) {
			w.observed.Containers = append(w.observed.Containers, container("asleep", 1))
			w.observed.Images["asleep:1"] = state.Image{ID: "sha256:asleep"}
		}, "asleep/1 added id:  → id-of-shop-a"},
		{"an orphan", func(w *world) {
			w.observed.Containers = append(w.observed.Containers, container("old", 1))
			w.observed.Images["old:1"] = state.Image{ID: "sha256:old"}
		}, "old/1 orphaned id:  → id-of-shop-o"},
		{"a one-off container", func(w *world) {
			c := container("web", 1)
			c.ID, c.OneOff = "one-off", true
			w.observed.Containers = append(w.observed.Containers, c)
		}, ""},
		{"the container of a hook", func(w *world) {
			c := container("web", 0)
			c.Labels = map[string]string{state.LabelHook: state.HookPreStart}
			w.observed.Containers = append(w.observed.Containers, c)
		}, ""},
		{"an image re-tagged", func(w *world) { w.observed.Images["web:1"] = state.Image{ID: "sha256:new"} },
			"web/1 retagged image web:1: web → new\nweb/2 retagged image web:1: web → new"},
		{"an image re-tagged that a rollback had moved away from", func(w *world) {
			w.applied.Desired.Services[0].ImageID = "sha256:web"
			w.observed.Images["web:1"] = state.Image{ID: "sha256:new"}
		}, ""},
		{"an image untagged", func(w *world) { delete(w.observed.Images, "web:1") }, "image/web:1 removed"},
		{"a network detached", func(w *world) { w.web1().Networks = nil }, "web/1 detached network: shop_front → "},
		{"a network attached", func(w *world) { w.web1().Networks["other"] = state.Endpoint{} }, "web/1 attached network:  → other"},
		{"a network attached again", func(w *world) {
			w.web1().Networks["shop_front"] = state.Endpoint{NetworkID: "net1", Aliases: []string{"id-of-shop-w"}}
		}, "web/1 changed networks.shop_front.aliases: shop-web-1, web → "},
		{"an address", func(w *world) {
			w.web1().Networks["shop_front"] = state.Endpoint{NetworkID: "net1", Address: "10.0.0.9", Aliases: []string{"shop-web-1", "web", "web", "id-of-shop-w"}}
		}, ""},
		{"a network removed", func(w *world) { w.observed.Networks = nil }, "network/front removed"},
		{"a network made again", func(w *world) { w.observed.Networks[0].ID = "net2" }, "network/front recreated id: net1 → net2"},
		{"a volume removed", func(w *world) { w.observed.Volumes = nil }, "volume/data removed"},
		{"a volume made again", func(w *world) { w.observed.Volumes[0].Created = noon().Add(time.Hour) },
			"volume/data recreated created:  → 2026-05-04T13:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := shop()
			test.change(w)
			assert.Equal(t, lines(drift.Compare(w.applied, w.observed, nil)), test.want)
		})
	}
}

func TestDriftIsAboutTheServicesThatAreNamed(t *testing.T) {
	w := shop()
	w.web1().Status = state.StatusPaused
	w.job().Name = "mine"
	w.observed.Volumes = nil
	report := drift.Compare(w.applied, w.observed, []string{"web"})
	assert.Equal(t, lines(report), "web/1 paused status: running → paused\nvolume/data removed")
	assert.DeepEqual(t, report.Drifts[1].Services, []string{"web"})
	assert.DeepEqual(t, drift.Compare(w.applied, w.observed, nil).Drifts[2].Services, []string{"job", "web"})
}

func TestDriftAsksForWhatWasUsed(t *testing.T) {
	assert.DeepEqual(t, drift.Scope(shop().applied), state.Scope{
		Project: "shop", References: true, Networks: []string{"shop_front"}, Volumes: []string{"shop_data"},
	})
}

func TestAMountedImageThatIsRetaggedIsDrift(t *testing.T) {
	config, err := state.EncodeConfig(types.ServiceConfig{ContainerSpec: types.ContainerSpec{
		Volumes: []types.ServiceVolumeConfig{{Type: types.VolumeTypeImage, Source: "site:1", Target: "/site"}},
	}})
	assert.NilError(t, err)
	w := shop()
	w.web1().Labels = map[string]string{
		state.LabelStackConfig: config, state.LabelStackImages: state.EncodeInputs(map[string]string{"/site": "sha256:old"}),
	}
	w.observed.Images["site:1"] = state.Image{ID: "sha256:new"}
	assert.Equal(t, lines(drift.Compare(w.applied, w.observed, nil)), "web/1 retagged image at /site site:1: old → new")
}
