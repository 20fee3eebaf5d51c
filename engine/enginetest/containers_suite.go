package enginetest

import (
	"errors"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

var observing = []obligation{
	{"says what it is", func(t *testing.T, f *fixture) {
		info, err := f.Info(f.ctx)
		assert.NilError(t, err)
		assert.Check(t, info.Name != "")
		assert.Check(t, info.APIVersion != "")
		assert.Check(t, is.DeepEqual(f.observe().Engine, info))
	}},
	{"holds nothing of a project that was not made", func(t *testing.T, f *fixture) {
		o := f.observe()
		assert.Check(t, is.Len(o.Containers, 0))
		assert.Check(t, is.Len(o.Networks, 0))
		assert.Check(t, is.Len(o.Volumes, 0))
		assert.Check(t, is.Len(o.Images, 0))
	}},
	{"sorts containers by service, number and name", func(t *testing.T, f *fixture) {
		second := f.server("b")
		second.Name, second.Number = f.project+"-b-2", 2
		second.Labels[state.LabelNumber] = "2"
		f.create(second)
		f.create(f.server("b"))
		f.create(f.server("a"))
		var names []string
		for _, c := range f.observe().Containers {
			names = append(names, c.Name)
		}
		assert.Check(t, is.DeepEqual(names, []string{f.project + "-a-1", f.project + "-b-1", f.project + "-b-2"}))
	}},
	{"shows what is asked for by name, whoever made it, and nothing else of others", func(t *testing.T, f *fixture) {
		other := *f
		other.project += "x"
		t.Cleanup(other.clean)
		network, volume := other.network("n"), other.volume("v")
		other.network("hidden")
		other.create(other.server("a"))
		o, err := f.Observe(f.ctx, state.Scope{
			Project: f.project, Networks: []string{network, "absent"}, Volumes: []string{volume, "absent"},
			Images: []string{f.image, "absent.invalid/image"},
		})
		assert.NilError(t, err)
		assert.Check(t, is.Len(o.Containers, 0))
		assert.Assert(t, is.Len(o.Networks, 1))
		assert.Check(t, is.Equal(o.Networks[0].Name, network))
		assert.Assert(t, is.Len(o.Volumes, 1))
		assert.Check(t, is.Equal(o.Volumes[0].Name, volume))
		assert.Assert(t, is.Len(o.Images, 1))
		assert.Check(t, is.Contains(o.Images[f.image].ID, "sha256:"))
	}},
	{"shows only containers, and those of some services, when it is asked to", func(t *testing.T, f *fixture) {
		network, volume := f.network("n"), f.volume("v")
		f.volume("hidden")
		f.create(f.server("a"))
		f.create(f.server("b"))
		o, err := f.Observe(f.ctx, state.Scope{
			Project: f.project, Services: []string{"b"}, ContainersOnly: true, Networks: []string{network}, Volumes: []string{volume},
		})
		assert.NilError(t, err)
		assert.Assert(t, is.Len(o.Containers, 1))
		assert.Check(t, is.Equal(o.Containers[0].Service, "b"))
		assert.Assert(t, is.Len(o.Networks, 1))
		assert.Check(t, is.Equal(o.Networks[0].Name, network))
		assert.Assert(t, is.Len(o.Volumes, 1))
		assert.Check(t, is.Equal(o.Volumes[0].Name, volume))
	}},
	{"shows the images of containers by their ids when it is asked to", func(t *testing.T, f *fixture) {
		f.create(f.server("a"))
		c := f.inspect(f.create(f.server("b")))
		assert.Check(t, is.Len(f.observe().Images, 0))
		o, err := f.Observe(f.ctx, state.Scope{Project: f.project, ContainerImages: true})
		assert.NilError(t, err)
		assert.Assert(t, is.Len(o.Images, 1))
		used := o.Images[c.ImageID]
		assert.Check(t, is.Equal(used.ID, c.ImageID))
		assert.Check(t, used.Size > 0)
		assert.Check(t, is.Contains(used.Platform, "linux/"))
		assert.Check(t, is.Contains(used.Tags, f.image+":latest"))
	}},
}

var creating = []obligation{
	{"describes a container as it was asked for", func(t *testing.T, f *fixture) {
		network := f.network("front")
		spec := f.server("web")
		spec.Labels["org.example.keep"] = "this and that"
		spec.Config.Restart = "on-failure:3"
		spec.Config.Tty = true
		spec.Config.HealthCheck = healthcheck(3*time.Second, "true")
		spec.Attachments = []state.Attachment{{Network: network, Aliases: []string{"web", "www"}}}
		id := f.create(spec)
		c := f.inspect(spec.Name)
		assert.Check(t, is.Equal(c.ID, id))
		assert.Check(t, is.Equal(c.Name, spec.Name))
		assert.Check(t, is.Equal(c.Project, f.project))
		assert.Check(t, is.Equal(c.Service, "web"))
		assert.Check(t, is.Equal(c.Number, 1))
		assert.Check(t, !c.OneOff)
		assert.Check(t, is.Equal(c.Labels["org.example.keep"], "this and that"))
		assert.Check(t, is.Equal(c.Image, f.image))
		assert.Check(t, is.Equal(c.Status, state.StatusCreated))
		assert.Check(t, is.DeepEqual(c.Command, []string{"sleep", "600"}))
		assert.Check(t, is.Equal(c.RestartPolicy, "on-failure"))
		assert.Check(t, c.TTY)
		assert.Check(t, c.LogDriver != "")
		assert.Check(t, is.DeepEqual(c.Healthcheck, &state.Healthcheck{
			Test: []string{"CMD", "true"}, Interval: 3 * time.Second, Timeout: 3 * time.Second,
		}))
		assert.Check(t, is.Equal(c.NetworkMode, network))
		assert.Check(t, !c.Created.IsZero())
		assert.Check(t, c.StartedAt.IsZero())
		assert.Check(t, is.Contains(c.Networks, network))
	}},
	{"puts entrypoint and command together", func(t *testing.T, f *fixture) {
		spec := f.spec("a", "600")
		spec.Config.Entrypoint = types.ShellCommand{"sleep"}
		assert.Check(t, is.DeepEqual(f.inspect(f.create(spec)).Command, []string{"sleep", "600"}))
	}},
	{"says the same of a container in a snapshot", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		assert.Check(t, is.DeepEqual(f.observe().Containers, []state.Container{f.inspect(id)}))
	}},
	{"says which containers are one-off", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Labels[state.LabelOneOff] = "True"
		assert.Check(t, f.inspect(f.create(spec)).OneOff)
	}},
	{"writes the image's id into its label when it is empty, and leaves another", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		c := f.inspect(f.create(spec))
		assert.Check(t, is.Equal(c.Labels[state.LabelImage], c.ImageID))
		spec = f.server("b")
		spec.Labels[state.LabelImage] = "sha256:said"
		assert.Check(t, is.Equal(f.inspect(f.create(spec)).Labels[state.LabelImage], "sha256:said"))
	}},
	{"refuses a name that is taken", func(t *testing.T, f *fixture) {
		f.create(f.server("a"))
		_, err := f.CreateContainer(f.ctx, f.server("a"), nil)
		assert.Check(t, is.ErrorIs(err, engine.ErrConflict))
	}},
	{"refuses an image that is absent, and does not pull it", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Config.Image = "absent.invalid/image:1"
		_, err := f.CreateContainer(f.ctx, spec, nil)
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
	}},
	{"does not run a container in a network that is absent", func(t *testing.T, f *fixture) {
		spec := f.server("a")
		spec.Attachments = []state.Attachment{{Network: f.project + "_absent"}}
		id, err := f.CreateContainer(f.ctx, spec, nil)
		if err == nil {
			err = f.StartContainer(f.ctx, id)
		}
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
	}},
	{"does not find what is absent", func(t *testing.T, f *fixture) {
		absent := f.project + "-absent-1"
		_, err := f.InspectContainer(f.ctx, absent)
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
		assert.Check(t, is.ErrorIs(f.StartContainer(f.ctx, absent), engine.ErrNotFound))
		assert.Check(t, is.ErrorIs(f.StopContainer(f.ctx, absent, state.StopOptions{}), engine.ErrNotFound))
		assert.Check(t, is.ErrorIs(f.RenameContainer(f.ctx, absent, absent+"x"), engine.ErrNotFound))
		files := []state.File{{Name: "config/a", Target: "/a", Mode: 0o444}}
		assert.Check(t, is.ErrorIs(f.WriteFiles(f.ctx, absent, files), engine.ErrNotFound))
	}},
	{"writes files with their content, owner and mode, before the start and after it", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		write := func(target string, mode uint32) {
			file := state.File{Name: "secret/x", Target: target, UID: 12, GID: 34, Mode: mode, Content: state.Content("a\nb\n")}
			assert.NilError(t, f.WriteFiles(f.ctx, id, []state.File{file}))
		}
		write("/run/secrets/early", 0o440)
		f.start(id)
		write("/late", 0o600)
		assert.Check(t, is.Equal(f.output(id, "cat", "/run/secrets/early"), "a\nb\n"))
		assert.Check(t, is.Equal(f.output(id, "stat", "-c", "%a %u %g", "/run/secrets/early"), "440 12 34\n"))
		assert.Check(t, is.Equal(f.output(id, "stat", "-c", "%a %u %g", "/late"), "600 12 34\n"))
		write("/late", 0o400)
		assert.Check(t, is.Equal(f.output(id, "stat", "-c", "%a %u %g", "/late"), "400 12 34\n"))
	}},
	{"gives a container another name, or the one it has", func(t *testing.T, f *fixture) {
		id := f.create(f.server("a"))
		f.create(f.server("b"))
		to := f.project + "-c-1"
		assert.NilError(t, f.RenameContainer(f.ctx, f.project+"-a-1", to))
		assert.NilError(t, f.RenameContainer(f.ctx, id, to))
		assert.Check(t, is.Equal(f.inspect(to).ID, id))
		_, err := f.InspectContainer(f.ctx, f.project+"-a-1")
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
		assert.Check(t, is.ErrorIs(f.RenameContainer(f.ctx, id, f.project+"-b-1"), engine.ErrConflict))
		assert.Check(t, is.ErrorIs(f.RenameContainer(f.ctx, f.project+"-b-1", to), engine.ErrConflict))
	}},
	{"lets one of several win who create the same name at once", func(t *testing.T, f *fixture) {
		const all = 4
		results := make(chan error, all)
		for range all {
			go func() {
				_, err := f.CreateContainer(f.ctx, f.server("a"), nil)
				results <- err
			}()
		}
		won := 0
		for range all {
			err := <-results
			if err == nil {
				won++
				continue
			}
			assert.Check(t, errors.Is(err, engine.ErrConflict), "%v", err)
		}
		assert.Check(t, is.Equal(won, 1))
	}},
}

func healthcheck(interval time.Duration, command ...string) *types.HealthCheckConfig {
	every := types.Duration(interval)
	within := types.Duration(3 * time.Second)
	return &types.HealthCheckConfig{
		Test: append(types.HealthCheckTest{"CMD"}, command...), Interval: &every, Timeout: &within,
	}
}
