package swarm_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/e2e/driver"
)

// namespace is the label that docker stack and stack know a project's things by.
const namespace = "com.docker.stack.namespace"

// project is a compose file in a folder of its own, under a name that no other
// test has. What the Swarm holds of it is removed at the end of the test, and
// told first if the test failed.
type project struct {
	t      *testing.T
	engine *client.Client // a manager of the Swarm
	name   string
	dir    string
	env    []string
	ran    []string // a transcript
}

var count atomic.Int64

// newProject is one on the Swarm of all nodes. It puts the tests' image in the
// place of IMAGE in the file.
func newProject(t *testing.T, compose string) *project {
	t.Helper()
	p := newProjectOn(t, lab.nodes[manager], compose)
	p.env = append(p.env, "STACK_NODES="+addresses(t.Context()))
	return p
}

func newProjectOn(t *testing.T, engine *client.Client, compose string) *project {
	t.Helper()
	p := &project{t: t, engine: engine, name: fmt.Sprintf("swarm-%d-%d", os.Getpid(), count.Add(1)), dir: t.TempDir()}
	p.env = []string{
		"HOME=" + p.dir, "PATH=" + os.Getenv("PATH"), "STACK_ENGINE=swarm",
		"DOCKER_HOST=" + engine.DaemonHost(), "DOCKER_CONFIG=" + lab.config, "REGISTRY=" + lab.registry,
	}
	p.compose(compose)
	t.Cleanup(p.remove)
	return p
}

func (p *project) compose(text string) {
	p.t.Helper()
	p.write("compose.yaml", strings.ReplaceAll(text, "IMAGE", image("dummy")))
}

// write puts a file into the project's folder.
func (p *project) write(name, content string) {
	p.t.Helper()
	assert.NilError(p.t, os.WriteFile(filepath.Join(p.dir, name), []byte(content), 0o644))
}

func (p *project) command(args ...string) *exec.Cmd {
	c := exec.Command(lab.binary, append([]string{"-p", p.name}, args...)...)
	c.Dir, c.Env = p.dir, p.env
	return c
}

// run returns how stack ended, whichever way.
func (p *project) run(args ...string) driver.Result {
	p.t.Helper()
	return p.finish(p.command(args...))
}

func (p *project) finish(c *exec.Cmd) driver.Result {
	p.t.Helper()
	return p.end(driver.Start(p.t, c))
}

// end waits for a command to end, and puts it into the transcript.
func (p *project) end(running *driver.Running) driver.Result {
	p.t.Helper()
	r, transcript := running.Wait()
	p.ran = append(p.ran, transcript)
	return r
}

// ok runs stack and fails the test unless it exits with 0.
func (p *project) ok(args ...string) driver.Result {
	p.t.Helper()
	r := p.run(args...)
	assert.Equal(p.t, r.Code, 0, "stack %s: %s", strings.Join(args, " "), r.Stderr)
	return r
}

// fails runs stack, which has to fail, and to say all of the words.
func (p *project) fails(args []string, words ...string) driver.Result {
	p.t.Helper()
	r := p.run(args...)
	assert.Equal(p.t, r.Code, 1, "stack %s: %s", strings.Join(args, " "), r.Stderr)
	says(p.t, r.Stderr, words...)
	return r
}

func says(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		assert.Check(t, strings.Contains(text, word), "%q is not in:\n%s", word, text)
	}
}

// docker runs the docker command on the project's manager.
func (p *project) docker(args ...string) string {
	p.t.Helper()
	out, err := docker(p.t.Context(), p.engine, args...)
	assert.NilError(p.t, err)
	p.ran = append(p.ran, fmt.Sprintf("$ docker %s\n%s", strings.Join(args, " "), out))
	return out
}

func (p *project) labeled() filters.Args {
	return filters.NewArgs(filters.Arg("label", namespace+"="+p.name))
}

// service is one of the project's as the Swarm has it.
func (p *project) service(key string) swarm.Service {
	p.t.Helper()
	found, _, err := p.engine.ServiceInspectWithRaw(p.t.Context(), p.name+"_"+key, swarm.ServiceInspectOptions{})
	assert.NilError(p.t, err)
	return found
}

// tasks are a service's that are meant to run, by slot; all of its tasks by when
// they were made with every.
func (p *project) tasks(key string) []swarm.Task {
	p.t.Helper()
	return slices.DeleteFunc(p.allTasks(key), func(t swarm.Task) bool {
		return t.DesiredState != swarm.TaskStateRunning && t.DesiredState != swarm.TaskStateReady
	})
}

// allTasks are a service's tasks with those that have ended, by slot and age.
func (p *project) allTasks(key string) []swarm.Task {
	p.t.Helper()
	found, err := p.engine.TaskList(p.t.Context(), swarm.TaskListOptions{Filters: filters.NewArgs(filters.Arg("service", p.name+"_"+key))})
	assert.NilError(p.t, err)
	slices.SortFunc(found, func(a, b swarm.Task) int {
		return cmp.Or(cmp.Compare(a.Slot, b.Slot), a.CreatedAt.Compare(b.CreatedAt))
	})
	return found
}

// ids are what tells the tasks of one moment from those of another.
func (p *project) ids(key string) []string {
	p.t.Helper()
	ids := []string{}
	for _, task := range p.tasks(key) {
		ids = append(ids, task.ID)
	}
	slices.Sort(ids)
	return ids
}

// nodesOf are the nodes that a service's tasks run on, by name, each as often as
// it has one.
func (p *project) nodesOf(key string) []string {
	p.t.Helper()
	names := []string{}
	for _, task := range p.tasks(key) {
		if task.Status.State != swarm.TaskStateRunning {
			continue
		}
		node, _, err := p.engine.NodeInspectWithRaw(p.t.Context(), task.NodeID)
		assert.NilError(p.t, err)
		names = append(names, node.Description.Hostname)
	}
	slices.Sort(names)
	return names
}

// configs are the names of the configs that the Swarm holds of the project.
func (p *project) configs() []string {
	p.t.Helper()
	found, err := p.engine.ConfigList(p.t.Context(), swarm.ConfigListOptions{Filters: p.labeled()})
	assert.NilError(p.t, err)
	names := []string{}
	for _, c := range found {
		names = append(names, strings.TrimPrefix(c.Spec.Name, p.name+"_"))
	}
	slices.Sort(names)
	return names
}

// runs is true for a task that has not ended. The Swarm forgets one that has, of
// a service that is gone, when it gets round to it.
func runs(t swarm.Task) bool {
	switch t.Status.State {
	case swarm.TaskStateComplete, swarm.TaskStateShutdown, swarm.TaskStateFailed, swarm.TaskStateRejected,
		swarm.TaskStateRemove, swarm.TaskStateOrphaned:
		return false
	}
	return true
}

// left is all that the Swarm holds of the project, by kind and name; tasks of
// services that are gone too.
func (p *project) left() []string {
	p.t.Helper()
	ctx := context.Background()
	engine := p.engine
	left := []string{}
	services, err := engine.ServiceList(ctx, swarm.ServiceListOptions{Filters: p.labeled()})
	assert.NilError(p.t, err)
	for _, s := range services {
		left = append(left, "service "+s.Spec.Name)
	}
	tasks, err := engine.TaskList(ctx, swarm.TaskListOptions{})
	assert.NilError(p.t, err)
	for _, t := range tasks {
		if t.Spec.ContainerSpec != nil && t.Spec.ContainerSpec.Labels[namespace] == p.name && runs(t) {
			left = append(left, "task "+t.ID)
		}
	}
	networks, err := engine.NetworkList(ctx, network.ListOptions{Filters: p.labeled()})
	assert.NilError(p.t, err)
	for _, n := range networks {
		left = append(left, "network "+n.Name)
	}
	configs, err := engine.ConfigList(ctx, swarm.ConfigListOptions{Filters: p.labeled()})
	assert.NilError(p.t, err)
	for _, c := range configs {
		left = append(left, "config "+c.Spec.Name)
	}
	secrets, err := engine.SecretList(ctx, swarm.SecretListOptions{Filters: p.labeled()})
	assert.NilError(p.t, err)
	for _, s := range secrets {
		left = append(left, "secret "+s.Spec.Name)
	}
	return left
}

// stops is true while a task of the project has not ended.
func (p *project) stops(ctx context.Context) bool {
	tasks, err := p.engine.TaskList(ctx, swarm.TaskListOptions{})
	return err != nil || slices.ContainsFunc(tasks, func(t swarm.Task) bool {
		return t.Spec.ContainerSpec != nil && t.Spec.ContainerSpec.Labels[namespace] == p.name && runs(t)
	})
}

// remove ends all that is left of the project, without stack.
func (p *project) remove() {
	ctx := context.Background()
	if p.t.Failed() {
		p.t.Log(strings.Join(p.ran, "\n"))
		for _, what := range []string{"services", "ps --no-trunc"} {
			out, err := docker(ctx, p.engine, append(append([]string{"stack"}, strings.Fields(what)...), p.name)...)
			p.t.Log(out, err)
		}
	}
	for _, kind := range []string{"service", "network", "config", "secret"} {
		ids, err := docker(ctx, p.engine, kind, "ls", "-q", "--filter", "label="+namespace+"="+p.name)
		if list := strings.Fields(ids); err == nil && len(list) > 0 {
			_, _ = docker(ctx, p.engine, append([]string{kind, "rm"}, list...)...) // the next test has another name
		}
		// A network whose tasks still stop keeps its addresses on their nodes, and
		// the next network would be given the same.
		for until := time.Now().Add(30 * time.Second); kind == "service" && p.stops(ctx) && time.Now().Before(until); {
			time.Sleep(200 * time.Millisecond)
		}
	}
}
