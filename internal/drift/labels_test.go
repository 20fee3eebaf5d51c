package drift_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/internal/drift"
	"github.com/stackctl/stack/state"
)

// labelled is shop without a revision: all that is known is on the containers.
func labelled(t *testing.T) *world {
	t.Helper()
	w := shop()
	w.applied = drift.Applied{Project: "shop", Basis: drift.Basis{Source: drift.FromLabels}}
	for i := range w.observed.Containers {
		c := &w.observed.Containers[i]
		label, err := state.EncodeConfig(types.ServiceConfig{ContainerSpec: types.ContainerSpec{
			MemLimit: 64 << 20, Networks: map[string]*types.ServiceNetworkConfig{"front": nil},
		}})
		assert.NilError(t, err)
		c.Labels = map[string]string{state.LabelStackConfig: label}
		if c.Service == "web" {
			c.Labels[state.LabelDependsOn] = "job:service_completed_successfully:false"
		}
	}
	return w
}

func TestLabelsTellWhatTheyCan(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*world)
		want   string
	}{
		{"nothing", func(*world) {}, ""},
		{"a container removed", func(w *world) { w.remove(1) }, ""},
		{"a container stopped", func(w *world) { w.web1().Status, w.web1().ExitCode = state.StatusExited, 137 }, "web/1 stopped status: running → exited (137)"},
		{"a container that was never started", func(w *world) { w.web1().Status = state.StatusCreated }, ""},
		{"a job that failed", func(w *world) { w.job().ExitCode = 1 }, "job/1 stopped status: running → exited (1)"},
		{"a container renamed", func(w *world) { w.web1().Name = "mine" }, "web/1 renamed name: shop-web-1 → mine"},
		{"names of the first Docker Compose", func(w *world) { w.web1().Name = "shop_web_1" }, ""},
		{"limits changed", func(w *world) { w.web1().Limits = state.Limits{Memory: 32 << 20, RestartPolicy: "always"} },
			"web/1 changed mem_limit: 64m → 32m\nweb/1 changed restart: no → always"},
		{"a limit that the engine made up", func(w *world) { w.web1().Limits.MemorySwap = 1 }, ""},
		{"an image re-tagged", func(w *world) { w.observed.Images["job:1"] = state.Image{ID: "sha256:new"} }, "job/1 retagged image job:1: job → new"},
		{"a network detached", func(w *world) { w.web1().Networks = nil }, "web/1 detached network: shop_front → "},
		{"a network attached", func(w *world) { w.web1().Networks["other"] = state.Endpoint{} }, "web/1 attached network:  → other"},
		{"a network from outside", func(w *world) { w.observed.Networks = nil }, ""},
		{"an orphan", func(w *world) {
			w.observed.Containers = append(w.observed.Containers, container("web", 9))
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := labelled(t)
			test.change(w)
			report := drift.Compare(w.applied, w.observed, nil)
			assert.Equal(t, lines(report), test.want)
			assert.Assert(t, len(report.Unknown) > 0)
		})
	}
}
