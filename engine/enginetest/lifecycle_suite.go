package enginetest

import (
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

var living = []obligation{
	{"starts, stops, starts again and removes a container", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		c := f.inspect(id)
		assert.Check(t, is.Equal(c.Status, state.StatusRunning))
		assert.Check(t, !c.StartedAt.IsZero())
		f.stop(id)
		c = f.inspect(id)
		assert.Check(t, is.Equal(c.Status, state.StatusExited))
		assert.Check(t, is.Equal(c.ExitCode, 143))
		assert.Check(t, !c.FinishedAt.Before(c.StartedAt))
		f.start(id)
		c = f.inspect(id)
		assert.Check(t, is.Equal(c.Status, state.StatusRunning))
		assert.Check(t, is.Equal(c.ExitCode, 0))
		f.stop(id)
		assert.NilError(t, f.RemoveContainer(f.ctx, id, state.RemoveOptions{}))
		_, err := f.InspectContainer(f.ctx, id)
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
	}},
	{"starts what runs, stops what does not, and removes what is absent", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		f.stop(id)
		assert.Check(t, is.Equal(f.inspect(id).Status, state.StatusCreated))
		f.start(id)
		began := f.inspect(id).StartedAt
		f.start(id)
		assert.Check(t, f.inspect(id).StartedAt.Equal(began))
		f.stop(id)
		f.stop(id)
		for range 2 {
			assert.Check(t, f.RemoveContainer(f.ctx, id, state.RemoveOptions{}))
		}
	}},
	{"removes what runs by force only", func(t *testing.T, f *fixture) {
		id := f.run(f.server("a"))
		assert.Check(t, is.ErrorIs(f.RemoveContainer(f.ctx, id, state.RemoveOptions{}), engine.ErrConflict))
		assert.Check(t, is.Equal(f.inspect(id).Status, state.StatusRunning))
		assert.Check(t, f.RemoveContainer(f.ctx, id, state.RemoveOptions{Force: true}))
	}},
	{"tells the exit code", func(t *testing.T, f *fixture) {
		id := f.run(f.spec("a", "sh", "-c", "exit 3"))
		assert.Check(t, is.Equal(f.untilExited(id).ExitCode, 3))
		id = f.run(f.spec("b", "true"))
		assert.Check(t, is.Equal(f.untilExited(id).ExitCode, 0))
	}},
	{"kills what does not stop in time", func(t *testing.T, f *fixture) {
		spec := f.spec("a", "sh", "-c", "trap '' TERM; sleep 600")
		*spec.Config.Init = false
		id := f.run(spec)
		timeout := time.Second
		assert.NilError(t, f.StopContainer(f.ctx, id, state.StopOptions{Timeout: &timeout}))
		c := f.inspect(id)
		assert.Check(t, is.Equal(c.Status, state.StatusExited))
		assert.Check(t, is.Equal(c.ExitCode, 137))
	}},
	{"stops with the signal that was asked for", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.StopSignal = "SIGKILL"
		id := f.run(spec)
		f.stop(id)
		assert.Check(t, is.Equal(f.inspect(id).ExitCode, 137))
	}},
	{"restarts after a failure as often as the policy says", func(t *testing.T, f *fixture) {
		spec := f.spec("a", "sh", "-c", "exit 1")
		spec.Config.Restart = "on-failure:2"
		c := f.untilExited(f.run(spec))
		assert.Check(t, is.Equal(c.RestartCount, 2))
		assert.Check(t, is.Equal(c.ExitCode, 1))
	}},
	{"does not restart a success on-failure", func(t *testing.T, f *fixture) {
		spec := f.spec("a", "true")
		spec.Config.Restart = "on-failure"
		assert.Check(t, is.Equal(f.untilExited(f.run(spec)).RestartCount, 0))
	}},
	{"does not restart what was stopped", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.Restart = "always"
		id := f.run(spec)
		f.stop(id)
		c := f.inspect(id)
		assert.Check(t, is.Equal(c.Status, state.StatusExited))
		assert.Check(t, is.Equal(c.RestartCount, 0))
	}},
	{"stops what waits to be restarted", func(t *testing.T, f *fixture) {
		spec := f.spec("a", "sh", "-c", "exit 1")
		spec.Config.Restart = "always"
		id := f.run(spec)
		f.until(id, func(c state.Container) bool { return c.RestartCount > 2 && c.Status == state.StatusRestarting })
		f.stop(id)
		assert.Check(t, is.Equal(f.inspect(id).Status, state.StatusExited))
	}},
	{"says why a container did not start", func(t *testing.T, f *fixture) {
		spec := f.spec("a", "/no/such/command")
		*spec.Config.Init = false // or it is docker-init that starts, and fails
		spec.Labels["dev.stack.memory.start-error"] = "/no/such/command: no such file or directory"
		id := f.create(spec)
		err := f.StartContainer(f.ctx, id)
		assert.Check(t, is.ErrorContains(err, "/no/such/command"))
		c := f.inspect(id)
		assert.Check(t, is.Equal(c.Status, state.StatusCreated))
		assert.Check(t, is.Contains(c.Error, "/no/such/command"))
		assert.Check(t, c.ExitCode != 0)
	}},
}

var sharing = []obligation{
	{"resolves the container whose network, ipc and pid are shared to its id", func(t *testing.T, f *fixture) {
		host := f.server("host")
		host.Config.Ipc = "shareable"
		id := f.run(host)
		spec := f.server("guest")
		*spec.Config.Init = false
		spec.Config.StopSignal = "SIGKILL"
		spec.Config.NetworkMode = "container:" + host.Name
		spec.Config.Ipc = "container:" + host.Name
		spec.Config.Pid = "container:" + host.Name
		guest := f.run(spec)
		assert.NilError(t, f.RenameContainer(f.ctx, id, host.Name+"x"))
		c := f.inspect(guest)
		assert.Check(t, is.Equal(c.NetworkMode, "container:"+id))
		assert.Check(t, is.Equal(c.IpcMode, "container:"+id))
		assert.Check(t, is.Equal(c.PidMode, "container:"+id))
		assert.Check(t, is.Len(c.Networks, 0))
		f.stop(guest)
		f.start(guest)
	}},
	{"writes a hash that another container's id takes part in", func(t *testing.T, f *fixture) {
		id := f.run(f.server("host"))
		spec := f.server("guest")
		spec.Config.NetworkMode = "container:" + f.project + "-host-1"
		delete(spec.Labels, state.LabelConfigHash)
		written := types.ServiceConfig{Name: "guest", ContainerSpec: types.ContainerSpec{NetworkMode: "service:host"}}
		spec.HashSource = &state.HashSource{Config: written, Containers: map[string]string{"host": f.project + "-host-1"}}
		c := f.inspect(f.create(spec))
		written.NetworkMode = "container:" + id
		hash, err := state.ServiceHash(written)
		assert.NilError(t, err)
		assert.Check(t, is.Equal(c.Labels[state.LabelConfigHash], hash))
	}},
	{"does not start with the network of a container that does not run", func(t *testing.T, f *fixture) {
		host := f.server("host")
		f.create(host)
		spec := f.server("guest")
		spec.Config.NetworkMode = "container:" + host.Name
		guest := f.create(spec)
		err := f.StartContainer(f.ctx, guest)
		assert.Check(t, err != nil)
		assert.Check(t, is.Equal(f.inspect(guest).Status, state.StatusCreated))
	}},
	{"refuses to share with a container that is absent", func(t *testing.T, f *fixture) {
		spec := f.server("guest")
		spec.Config.NetworkMode = "container:" + f.project + "-absent-1"
		_, err := f.CreateContainer(f.ctx, spec, nil)
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
	}},
	{"has no network but the host's, or none", func(t *testing.T, f *fixture) {
		for _, mode := range []string{"host", "none"} {
			spec := f.server(mode)
			spec.Config.NetworkMode = mode
			c := f.inspect(f.run(spec))
			assert.Check(t, is.Equal(c.NetworkMode, mode))
			assert.Check(t, is.Len(c.Networks, 1))
			assert.Check(t, is.Contains(c.Networks, mode))
		}
	}},
}
