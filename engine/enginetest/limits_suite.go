package enginetest

import (
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/state"
)

var limiting = []obligation{
	{"says which limits a container has", func(t *testing.T, f *fixture) {
		spec := f.spec("a", "true")
		spec.Config.MemLimit, spec.Config.MemReservation, spec.Config.MemSwapLimit = 64<<20, 32<<20, 128<<20
		spec.Config.CPUS, spec.Config.CPUShares, spec.Config.CPUSet = 0.5, 512, "0"
		spec.Config.PidsLimit, spec.Config.Restart = 50, "on-failure:3"
		assert.Check(t, is.DeepEqual(f.inspect(f.create(spec)).Limits, state.Limits{
			Memory: 64 << 20, MemoryReservation: 32 << 20, MemorySwap: 128 << 20,
			NanoCPUs: 500_000_000, CPUShares: 512, CpusetCpus: "0",
			PidsLimit: 50, RestartPolicy: "on-failure", RestartRetries: 3,
		}))
	}},
	{"gives a container with a memory limit as much swap", func(t *testing.T, f *fixture) {
		spec := f.spec("a", "true")
		spec.Config.MemLimit = 64 << 20
		assert.Check(t, is.DeepEqual(f.inspect(f.create(spec)).Limits, state.Limits{
			Memory: 64 << 20, MemorySwap: 128 << 20, RestartPolicy: "no",
		}))
	}},
	{"limits nothing by itself", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		assert.Check(t, is.DeepEqual(f.inspect(id).Limits, state.Limits{RestartPolicy: "no"}))
	}},
	{"says which image the reference of a container names", func(t *testing.T, f *fixture) {
		c := f.inspect(f.create(f.spec("a", "true")))
		o, err := f.Observe(f.ctx, state.Scope{Project: f.project, References: true})
		assert.NilError(t, err)
		assert.Assert(t, is.Len(o.Images, 1))
		assert.Check(t, is.Equal(o.Images[f.image].ID, c.ImageID))
	}},
	{"says when a volume was made", func(t *testing.T, f *fixture) {
		f.volume("v")
		c := f.inspect(f.create(f.spec("a", "true")))
		o := f.observe()
		assert.Assert(t, is.Len(o.Volumes, 1))
		created := o.Volumes[0].Created
		assert.Check(t, !created.IsZero() && !created.After(c.Created), "volume: %s, container: %s", created, c.Created)
	}},
}

// timelessVolumes are the project's volumes, without when they were made, and
// where the engine keeps them.
func (f *fixture) timelessVolumes() []state.ObservedVolume {
	f.t.Helper()
	volumes := f.observe().Volumes
	for i := range volumes {
		assert.Check(f.t, volumes[i].Mountpoint != "" && volumes[i].Scope == "local")
		volumes[i].Created, volumes[i].Mountpoint, volumes[i].Scope = time.Time{}, "", ""
	}
	return volumes
}
