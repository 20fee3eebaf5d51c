package swarm_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/docker"
	stackswarm "github.com/stackctl/stack/engine/swarm"
	"github.com/stackctl/stack/state"
)

// image is what the tests' tasks run (scripts/images.sh makes it).
const image = "busybox"

// live connects to a manager of a Swarm whose nodes have the image:
// STACK_TEST_SWARM, which scripts/test.sh sets to that of scripts/lab-swarm.sh, or
// to none on a machine that cannot have it. Without one the test fails, unless
// STACK_E2E=off.
func live(t *testing.T) engine.Engine {
	t.Helper()
	host := os.Getenv("STACK_TEST_SWARM")
	if (host == "none" || host == "" && os.Getenv("STACK_E2E") == "off") && os.Getenv("CI") != "true" {
		t.Skip("NOT RUN, no Swarm to test with")
	}
	assert.Assert(t, host != "" && host != "none", "no Swarm to test with: scripts/lab-swarm.sh up, and set STACK_TEST_SWARM (STACK_E2E=off leaves these tests out)")
	connection, err := docker.Connect(docker.Options{Host: host})
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, connection.Close()) })
	return stackswarm.New(connection)
}

var projects atomic.Int64

// project names a project that no other test has, and removes what is left of
// it at the end.
func project(t *testing.T, e engine.Engine) string {
	t.Helper()
	name := fmt.Sprintf("ts-%d-%d", os.Getpid(), projects.Add(1))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		left, err := e.Observe(ctx, state.Scope{Project: name})
		assert.Check(t, err)
		for _, s := range left.Services {
			assert.Check(t, e.RemoveService(ctx, s.ID))
		}
		until(t, e, name, func(c state.Cluster) bool { return len(c.Tasks) == 0 })
		for _, n := range left.Networks {
			assert.Check(t, e.RemoveNetwork(ctx, n.ID))
		}
		for _, i := range left.Inputs {
			assert.Check(t, e.RemoveInput(ctx, i.Kind, i.ID))
		}
	})
	return name
}

// spec is a service with one task that runs a command.
func spec(project, service string, command ...string) state.ServiceSpec {
	grace, replicas := time.Duration(0), uint64(1)
	labels := map[string]string{state.LabelNamespace: project}
	s := swarm.ServiceSpec{Annotations: swarm.Annotations{Name: project + "_" + service, Labels: labels}}
	s.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{
		Image: image, Args: command, Labels: labels, StopGracePeriod: &grace,
		Mounts: []mount.Mount{{Type: mount.TypeTmpfs, Target: "/scratch"}},
	}
	s.TaskTemplate.Placement = &swarm.Placement{Constraints: []string{"node.role==manager"}} // which has the image
	s.Mode.Replicated = &swarm.ReplicatedService{Replicas: &replicas}
	return state.ServiceSpec{Service: service, Spec: s}
}

// until follows a project until it is as it should be.
func until(t *testing.T, e engine.Engine, project string, met func(state.Cluster) bool) state.Cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var last state.Cluster
	found := false
	err := e.Follow(ctx, project, func(c state.Cluster) {
		if found {
			return
		}
		last = c
		if found = met(c); found {
			cancel()
		}
	})
	assert.NilError(t, err)
	assert.Assert(t, found, "it stays %+v", last)
	return last
}

// runs is true when as many tasks of the present specification run.
func runs(count int) func(state.Cluster) bool {
	return func(c state.Cluster) bool {
		running := 0
		for _, t := range c.Tasks {
			if t.Current && t.State == swarm.TaskStateRunning && t.Desired == swarm.TaskStateRunning {
				running++
			}
		}
		return running == count
	}
}

func TestALifeOnASwarm(t *testing.T) {
	e := live(t)
	name := project(t, e)
	ctx := t.Context()
	info, err := e.Info(ctx)
	assert.NilError(t, err)
	assert.Equal(t, info.Name, "swarm")
	assert.Assert(t, info.Nodes >= 1)

	labels := map[string]string{state.LabelNamespace: name}
	network := state.NetworkSpec{Labels: labels}
	network.Config.Name, network.Config.Attachable = name+"_back", true
	assert.NilError(t, e.CreateNetwork(ctx, network))
	assert.ErrorIs(t, e.CreateNetwork(ctx, network), engine.ErrConflict)
	config := state.InputSpec{Kind: state.KindConfig, Name: name + "_conf", Labels: labels, Content: state.Content("hello\n")}
	secret := state.InputSpec{Kind: state.KindSecret, Name: name + "_token", Labels: labels, Content: state.Content("hush\n")}
	for _, input := range []state.InputSpec{config, secret} {
		assert.NilError(t, e.CreateInput(ctx, input))
		assert.ErrorIs(t, e.CreateInput(ctx, input), engine.ErrConflict)
	}

	web := spec(name, "web", "sh", "-c", "cat /conf /run/secrets/token; exec sleep 600")
	web.Spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: name + "_back", Aliases: []string{"web"}}}
	container := web.Spec.TaskTemplate.ContainerSpec
	container.Configs = []*swarm.ConfigReference{{ConfigName: config.Name, File: &swarm.ConfigReferenceFileTarget{Name: "/conf", UID: "0", GID: "0", Mode: 0o444}}}
	container.Secrets = []*swarm.SecretReference{{SecretName: secret.Name, File: &swarm.SecretReferenceFileTarget{Name: "token", UID: "0", GID: "0", Mode: 0o400}}}
	id, err := e.CreateService(ctx, web, nil)
	assert.NilError(t, err)
	_, err = e.CreateService(ctx, web, nil)
	assert.ErrorIs(t, err, engine.ErrConflict)

	seen := until(t, e, name, runs(1))
	assert.Equal(t, len(seen.Services), 1)
	assert.Equal(t, seen.Services[0].ID, id)
	assert.Equal(t, seen.Services[0].Service, "web")
	task := seen.Tasks[0]
	assert.Equal(t, task.Name, name+"_web.1")
	assert.Equal(t, task.Service, "web")
	assert.Assert(t, task.Node != "" && task.ContainerID != "")

	observed, err := e.Observe(ctx, state.Scope{Project: name})
	assert.NilError(t, err)
	got := observed.Services[0].Spec.TaskTemplate
	assert.DeepEqual(t, got.Networks, web.Spec.TaskTemplate.Networks)
	assert.DeepEqual(t, got.ContainerSpec.Configs, container.Configs)
	assert.DeepEqual(t, got.ContainerSpec.Secrets, container.Secrets)
	assert.Equal(t, len(observed.Networks), 1)
	assert.Equal(t, observed.Networks[0].Scope, state.ScopeSwarm)
	assert.Equal(t, observed.Networks[0].Driver, "overlay")
	assert.Equal(t, len(observed.Inputs), 2)
	assert.Equal(t, observed.Inputs[0].Digest, "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03")
	assert.Equal(t, observed.Inputs[1].Digest, "")
	assert.Equal(t, len(observed.Nodes), info.Nodes)

	assert.ErrorIs(t, e.RemoveInput(ctx, state.KindConfig, observed.Inputs[0].ID), engine.ErrConflict)
	assert.ErrorIs(t, e.RemoveNetwork(ctx, observed.Networks[0].ID), engine.ErrConflict)

	var lines []string
	err = e.ServiceLogs(ctx, state.LogSource{Service: id}, state.LogOptions{}, func(task string, line state.LogLine) {
		assert.Equal(t, task, seen.Tasks[0].ID)
		lines = append(lines, line.Text)
	})
	assert.NilError(t, err)
	assert.DeepEqual(t, lines, []string{"hello", "hush"})
	lines = nil
	err = e.ServiceLogs(ctx, state.LogSource{Task: task.ID}, state.LogOptions{Tail: "1"}, func(_ string, line state.LogLine) { lines = append(lines, line.Text) })
	assert.NilError(t, err)
	assert.DeepEqual(t, lines, []string{"hush"})

	version := observed.Services[0].Version
	web.Spec.TaskTemplate.ContainerSpec.Env = []string{"A=1"}
	assert.NilError(t, e.UpdateService(ctx, id, version, web, nil))
	assert.ErrorIs(t, e.UpdateService(ctx, id, version, web, nil), engine.ErrConflict)
	until(t, e, name, func(c state.Cluster) bool {
		return runs(1)(c) && c.Services[0].Update != nil && c.Services[0].Update.State == swarm.UpdateStateCompleted
	})

	all, err := e.AllServices(ctx)
	assert.NilError(t, err)
	assert.Assert(t, slices.ContainsFunc(all, func(s state.ObservedService) bool { return s.ID == id }))
	for range 2 {
		assert.NilError(t, e.RemoveService(ctx, id))
	}
}

func TestWhatIsNotThere(t *testing.T) {
	e := live(t)
	name := project(t, e)
	web := spec(name, "web", "sleep", "600")
	web.Spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: name + "_nosuch"}}
	_, err := e.CreateService(t.Context(), web, nil)
	assert.ErrorIs(t, err, engine.ErrNotFound)
	assert.ErrorContains(t, err, name+"_nosuch")
	web = spec(name, "web", "sleep", "600")
	web.Spec.TaskTemplate.ContainerSpec.Configs = []*swarm.ConfigReference{{ConfigName: name + "_nosuch"}}
	_, err = e.CreateService(t.Context(), web, nil)
	assert.ErrorIs(t, err, engine.ErrNotFound)
	assert.ErrorContains(t, err, name+"_nosuch")
	web.Spec.TaskTemplate.ContainerSpec.Configs = nil
	assert.ErrorIs(t, e.UpdateService(t.Context(), name+"_web", 1, web, nil), engine.ErrNotFound)
	err = e.ServiceLogs(t.Context(), state.LogSource{Service: name + "_web"}, state.LogOptions{}, func(string, state.LogLine) {})
	assert.ErrorIs(t, err, engine.ErrNotFound)
	assert.NilError(t, e.RemoveService(t.Context(), name+"_web"))
	assert.NilError(t, e.RemoveInput(t.Context(), state.KindSecret, name+"_nosuch"))
}

func TestANetworkOfANameThatWasRemovedIsThereAtOnce(t *testing.T) {
	e := live(t)
	name := project(t, e)
	for range 3 {
		network := state.NetworkSpec{Labels: map[string]string{state.LabelNamespace: name}}
		network.Config.Name = name + "_back"
		assert.NilError(t, e.CreateNetwork(t.Context(), network))
		everywhere := spec(name, "agent", "sleep", "600")
		everywhere.Spec.Mode = swarm.ServiceMode{Global: &swarm.GlobalService{}}
		everywhere.Spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: network.Config.Name}}
		id, err := e.CreateService(t.Context(), everywhere, nil)
		assert.NilError(t, err)
		until(t, e, name, runs(1))
		assert.NilError(t, e.RemoveService(t.Context(), id))
		until(t, e, name, func(c state.Cluster) bool { return len(c.Tasks) == 0 })
		observed, err := e.Observe(t.Context(), state.Scope{Project: name})
		assert.NilError(t, err)
		assert.Equal(t, len(observed.Services), 0)
		assert.Equal(t, len(observed.Networks), 1)
		assert.NilError(t, e.RemoveNetwork(t.Context(), observed.Networks[0].ID))
		observed, err = e.Observe(t.Context(), state.Scope{Project: name})
		assert.NilError(t, err)
		assert.Equal(t, len(observed.Networks), 0)
	}
}
