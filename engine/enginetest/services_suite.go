package enginetest

import (
	"context"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

var serving = []obligation{
	{"says how many nodes there are, and which one answers", func(t *testing.T, f *fixture) {
		info, err := f.Info(f.ctx)
		assert.NilError(t, err)
		assert.Check(t, info.Swarm())
		nodes := f.observe().Nodes
		assert.Check(t, is.Len(nodes, info.Nodes))
		selves := 0
		for _, n := range nodes {
			if n.Self {
				selves++
				assert.Check(t, n.Manager)
				assert.Check(t, n.Takes())
			}
		}
		assert.Check(t, is.Equal(selves, 1))
	}},
	{"creates a service, and shows it as it was asked for", func(t *testing.T, f *fixture) {
		name := f.overlay("back")
		spec := f.forever("web")
		spec.Spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: name, Aliases: []string{"web"}}}
		id := f.serve(spec)
		held := f.held("web")
		assert.Check(t, is.Equal(held.ID, id))
		assert.Check(t, is.DeepEqual(held.Spec.TaskTemplate.Networks, spec.Spec.TaskTemplate.Networks))
		assert.Check(t, is.DeepEqual(held.Spec.TaskTemplate.ContainerSpec.Args, []string{"sleep", "600"}))
		assert.Check(t, held.Previous == nil && held.Update == nil)
		all, err := f.AllServices(f.ctx)
		assert.NilError(t, err)
		found := false
		for _, s := range all {
			found = found || s.ID == id && s.Service == "web"
		}
		assert.Check(t, found)
	}},
	{"shows a network of each node that a service is in by its name", func(t *testing.T, f *fixture) {
		spec := f.forever("web")
		for _, name := range []string{"host", "bridge"} {
			spec.Spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: name}}
			if name == "host" {
				f.serve(spec)
			} else {
				f.change(spec)
			}
			seen := f.untilRunning(1).Services[0]
			assert.Check(t, is.DeepEqual(seen.Spec.TaskTemplate.Networks, spec.Spec.TaskTemplate.Networks))
			assert.Check(t, is.DeepEqual(f.held("web").Spec.TaskTemplate.Networks, spec.Spec.TaskTemplate.Networks))
		}
		assert.Check(t, is.Equal(f.held("web").Previous.TaskTemplate.Networks[0].Target, "host"))
	}},
	{"refuses a name that is taken", func(t *testing.T, f *fixture) {
		f.serve(f.forever("web"))
		_, err := f.CreateService(f.ctx, f.forever("web"), nil)
		assert.Check(t, is.ErrorIs(err, engine.ErrConflict))
	}},
	{"does not find networks, configs and secrets that are not there", func(t *testing.T, f *fixture) {
		spec := f.forever("web")
		spec.Spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: f.project + "_nosuch"}}
		_, err := f.CreateService(f.ctx, spec, nil)
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
		spec = f.forever("web")
		spec.Spec.TaskTemplate.ContainerSpec.Configs = []*swarm.ConfigReference{{ConfigName: f.project + "_nosuch", File: fileTarget("/c")}}
		_, err = f.CreateService(f.ctx, spec, nil)
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
		spec = f.forever("web")
		spec.Spec.TaskTemplate.ContainerSpec.Secrets = []*swarm.SecretReference{{SecretName: f.project + "_nosuch", File: secretTarget("s")}}
		_, err = f.CreateService(f.ctx, spec, nil)
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
		assert.Check(t, is.Len(f.observe().Services, 0))
	}},
	{"takes an update of the version that is there only", func(t *testing.T, f *fixture) {
		assert.Check(t, is.ErrorIs(f.UpdateService(f.ctx, f.project+"_web", 1, f.forever("web"), nil), engine.ErrNotFound))
		id := f.serve(f.forever("web"))
		version := f.held("web").Version
		assert.NilError(t, f.UpdateService(f.ctx, id, version, f.forever("web"), nil))
		assert.Check(t, is.ErrorIs(f.UpdateService(f.ctx, id, version, f.forever("web"), nil), engine.ErrConflict))
		assert.Check(t, f.held("web").Version > version)
	}},
	{"removes a service that is there or is not, and its tasks after that", func(t *testing.T, f *fixture) {
		name := f.overlay("back")
		spec := f.forever("web")
		spec.Spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: name}}
		f.serve(spec)
		f.untilRunning(1)
		assert.Check(t, is.ErrorIs(f.RemoveNetwork(f.ctx, name), engine.ErrConflict))
		for range 2 {
			assert.NilError(t, f.RemoveService(f.ctx, spec.Spec.Name))
		}
		assert.Check(t, is.Len(f.observe().Services, 0))
		f.untilCluster(func(c state.Cluster) bool { return len(c.Tasks) == 0 })
		assert.Check(t, f.RemoveNetwork(f.ctx, name))
	}},
	{"follows until the context ends, and tells at once what is there", func(t *testing.T, f *fixture) {
		ctx, cancel := context.WithCancel(f.ctx)
		defer cancel()
		told := 0
		assert.NilError(t, f.Follow(ctx, f.project, func(c state.Cluster) {
			told++
			assert.Check(t, is.Len(c.Services, 0))
			cancel()
		}))
		assert.Check(t, is.Equal(told, 1))
	}},
	{"reads what the tasks of a service printed, and what one task did", func(t *testing.T, f *fixture) {
		err := f.ServiceLogs(f.ctx, state.LogSource{Service: f.project + "_web"}, state.LogOptions{}, func(string, state.LogLine) {})
		assert.Check(t, is.ErrorIs(err, engine.ErrNotFound))
		id := f.serve(f.service("web", "sh", "-c", "echo one; echo two >&2; sleep 600"))
		task := f.untilRunning(1).Tasks[0]
		lines := f.printed(state.LogSource{Service: id}, state.LogOptions{}, 2)
		assert.Check(t, is.DeepEqual(lines, map[string]string{"one": task.ID + " out", "two": task.ID + " err"}))
		lines = f.printed(state.LogSource{Task: task.ID}, state.LogOptions{Tail: "2"}, 2)
		assert.Check(t, is.Len(lines, 2))
	}},
}

// printed reads logs until there are so many lines: a task's words arrive after
// it is said to run.
func (f *fixture) printed(of state.LogSource, options state.LogOptions, count int) map[string]string {
	f.t.Helper()
	ctx, cancel := context.WithCancel(f.ctx)
	defer cancel()
	options.Follow = true
	lines := map[string]string{}
	err := f.ServiceLogs(ctx, of, options, func(task string, line state.LogLine) {
		stream := " out"
		if line.Stderr {
			stream = " err"
		}
		lines[strings.TrimSpace(line.Text)] = task + stream
		if len(lines) == count {
			cancel()
		}
	})
	assert.NilError(f.t, err)
	return lines
}

// overlay makes a network of the Swarm and returns its name.
func (f *fixture) overlay(key string) string {
	f.t.Helper()
	spec := state.NetworkSpec{Labels: f.namespace()}
	spec.Config.Name, spec.Config.Driver = f.project+"_"+key, "overlay"
	assert.NilError(f.t, f.CreateNetwork(f.ctx, spec))
	assert.Check(f.t, is.ErrorIs(f.CreateNetwork(f.ctx, spec), engine.ErrConflict))
	observed := f.observe().Networks
	assert.Assert(f.t, is.Len(observed, 1))
	assert.Check(f.t, is.Equal(observed[0].Driver, "overlay"))
	assert.Check(f.t, is.Equal(observed[0].Scope, state.ScopeSwarm))
	return spec.Config.Name
}

func fileTarget(name string) *swarm.ConfigReferenceFileTarget {
	return &swarm.ConfigReferenceFileTarget{Name: name, UID: "0", GID: "0", Mode: 0o444}
}

func secretTarget(name string) *swarm.SecretReferenceFileTarget {
	return &swarm.SecretReferenceFileTarget{Name: name, UID: "0", GID: "0", Mode: 0o400}
}

var keeping = []obligation{
	{"creates configs and secrets, and tells the digest of a config only", func(t *testing.T, f *fixture) {
		for _, kind := range []state.Kind{state.KindConfig, state.KindSecret} {
			spec := state.InputSpec{Kind: kind, Name: f.project + "_x", Labels: f.namespace(), Content: state.Content("hello\n")}
			assert.NilError(t, f.CreateInput(f.ctx, spec))
			assert.Check(t, is.ErrorIs(f.CreateInput(f.ctx, spec), engine.ErrConflict))
		}
		inputs := f.observe().Inputs
		assert.Assert(t, is.Len(inputs, 2))
		assert.Check(t, is.Equal(inputs[0].Kind, state.KindConfig))
		assert.Check(t, is.Equal(inputs[0].Digest, "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"))
		assert.Check(t, is.Equal(inputs[1].Digest, ""))
		assert.Check(t, is.DeepEqual(inputs[1].Labels, f.namespace()))
		named, err := f.Observe(f.ctx, state.Scope{Project: f.project + "-other", Configs: []string{f.project + "_x"}})
		assert.NilError(t, err)
		assert.Check(t, is.Len(named.Inputs, 1))
	}},
	{"refuses configs and secrets that are empty or too large, and names that are too long", func(t *testing.T, f *fixture) {
		sized := func(size int) state.Content { return state.Content(strings.Repeat("x", size)) }
		name := f.project + strings.Repeat("x", 64-len(f.project))
		for kind, tooLarge := range map[state.Kind]int{state.KindConfig: 1000 << 10, state.KindSecret: 500 << 10} {
			for _, content := range []state.Content{nil, sized(tooLarge)} {
				assert.Check(t, f.CreateInput(f.ctx, state.InputSpec{Kind: kind, Name: name, Labels: f.namespace(), Content: content}) != nil)
			}
			assert.Check(t, f.CreateInput(f.ctx, state.InputSpec{Kind: kind, Name: name + "x", Labels: f.namespace(), Content: sized(1)}) != nil)
			assert.Check(t, f.CreateInput(f.ctx, state.InputSpec{Kind: kind, Name: name, Labels: f.namespace(), Content: sized(500<<10 - 1)})) // what an old engine takes of either
		}
		assert.Check(t, is.Len(f.observe().Inputs, 2))
	}},
	{"tells of a config or secret which template driver it has", func(t *testing.T, f *fixture) {
		for _, spec := range []state.InputSpec{
			{Kind: state.KindConfig, Name: f.project + "_x", Content: state.Content("hello\n"), TemplateDriver: "golang"},
			{Kind: state.KindSecret, Name: f.project + "_x", Content: state.Content("hello\n"), TemplateDriver: "golang"},
		} {
			spec.Labels = f.namespace()
			assert.NilError(t, f.CreateInput(f.ctx, spec))
		}
		inputs := f.observe().Inputs
		assert.Assert(t, is.Len(inputs, 2))
		for _, o := range inputs {
			assert.Check(t, is.Equal(o.TemplateDriver, "golang"))
		}
	}},
	{"gives them to tasks as files, and keeps those that a service uses", func(t *testing.T, f *fixture) {
		for _, kind := range []state.Kind{state.KindConfig, state.KindSecret} {
			assert.NilError(t, f.CreateInput(f.ctx, state.InputSpec{Kind: kind, Name: f.project + "_x", Labels: f.namespace(), Content: state.Content("my " + kind + "\n")}))
		}
		spec := f.service("web", "sh", "-c", "cat /etc/x /run/secrets/y; sleep 600")
		spec.Spec.TaskTemplate.ContainerSpec.Configs = []*swarm.ConfigReference{{ConfigName: f.project + "_x", File: fileTarget("/etc/x")}}
		spec.Spec.TaskTemplate.ContainerSpec.Secrets = []*swarm.SecretReference{{SecretName: f.project + "_x", File: secretTarget("y")}}
		id := f.serve(spec)
		held := f.held("web").Spec.TaskTemplate.ContainerSpec
		assert.Check(t, is.DeepEqual(held.Configs, spec.Spec.TaskTemplate.ContainerSpec.Configs))
		assert.Check(t, is.DeepEqual(held.Secrets, spec.Spec.TaskTemplate.ContainerSpec.Secrets))
		lines := f.printed(state.LogSource{Service: id}, state.LogOptions{}, 2)
		assert.Check(t, lines["my config"] != "" && lines["my secret"] != "", "%v", lines)
		for _, i := range f.observe().Inputs {
			assert.Check(t, is.ErrorIs(f.RemoveInput(f.ctx, i.Kind, i.ID), engine.ErrConflict))
		}
		assert.NilError(t, f.RemoveService(f.ctx, id))
		for range 2 {
			assert.Check(t, f.RemoveInput(f.ctx, state.KindConfig, f.project+"_x"))
			assert.Check(t, f.RemoveInput(f.ctx, state.KindSecret, f.project+"_x"))
		}
		assert.Check(t, is.Len(f.observe().Inputs, 0))
	}},
}
