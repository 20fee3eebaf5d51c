package enginetest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// patience is how long an engine may take for what it promises to do.
const patience = time.Minute

// fixture is a project of one test.
type fixture struct {
	engine.Engine
	t        *testing.T
	ctx      context.Context
	image    string
	registry string
	absent   string
	project  string
	extra    state.Scope // what to remove besides what has the project's label
}

func newFixture(t *testing.T, target Target) *fixture {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	name := fnv.New32a()
	_, _ = name.Write([]byte(t.Name())) // a hash never fails to write
	f := &fixture{
		Engine: target.Engine, t: t, ctx: ctx, image: target.Image, registry: target.Registry, absent: target.Absent,
		project: fmt.Sprintf("%s-%08x", target.Prefix, name.Sum32()),
	}
	t.Cleanup(f.clean)
	return f
}

// clean removes everything of the project.
func (f *fixture) clean() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	scope := f.extra
	scope.Project = f.project
	found, err := f.Observe(ctx, scope)
	errs := []error{err}
	for _, c := range found.Containers {
		errs = append(errs, f.RemoveContainer(ctx, c.ID, state.RemoveOptions{Volumes: true, Force: true}))
	}
	for _, n := range found.Networks {
		errs = append(errs, f.RemoveNetwork(ctx, n.ID))
	}
	for _, v := range found.Volumes {
		errs = append(errs, f.RemoveVolume(ctx, v.Name))
	}
	for reference := range found.Images {
		errs = append(errs, f.RemoveImage(ctx, reference))
	}
	assert.Check(f.t, errors.Join(errs...))
}

// spec is a container of a service that runs a command.
func (f *fixture) spec(service string, command ...string) state.ContainerSpec {
	spec := state.ContainerSpec{
		Name: f.project + "-" + service + "-1", Project: f.project, Service: service, Number: 1,
		Labels: f.labels(map[string]string{
			state.LabelService: service, state.LabelNumber: strconv.Itoa(1), state.LabelOneOff: "False",
		}),
	}
	spec.Config.Name = service
	spec.Config.Image = f.image
	spec.Config.Command = command
	spec.Config.Init = new(bool)
	*spec.Config.Init = true // so that sleep ends at its stop signal
	return spec
}

// server is a container that runs until it is stopped.
func (f *fixture) server(service string) state.ContainerSpec { return f.spec(service, "sleep", "600") }

func (f *fixture) labels(more map[string]string) map[string]string {
	labels := map[string]string{state.LabelProject: f.project}
	for key, value := range more {
		labels[key] = value
	}
	return labels
}

func (f *fixture) create(spec state.ContainerSpec) (id string) {
	f.t.Helper()
	id, err := f.CreateContainer(f.ctx, spec, nil)
	assert.NilError(f.t, err)
	return id
}

func (f *fixture) start(id string) {
	f.t.Helper()
	assert.NilError(f.t, f.StartContainer(f.ctx, id))
}

func (f *fixture) run(spec state.ContainerSpec) (id string) {
	f.t.Helper()
	id = f.create(spec)
	f.start(id)
	return id
}

func (f *fixture) stop(id string) {
	f.t.Helper()
	assert.NilError(f.t, f.StopContainer(f.ctx, id, state.StopOptions{}))
}

func (f *fixture) inspect(id string) state.Container {
	f.t.Helper()
	c, err := f.InspectContainer(f.ctx, id)
	assert.NilError(f.t, err)
	return c
}

func (f *fixture) observe() state.Observed {
	f.t.Helper()
	scope := f.extra
	scope.Project = f.project
	o, err := f.Observe(f.ctx, scope)
	assert.NilError(f.t, err)
	return o
}

// network makes a network and returns its name.
func (f *fixture) network(key string, pools ...*types.IPAMPool) string {
	f.t.Helper()
	spec := state.NetworkSpec{Labels: f.labels(map[string]string{state.LabelNetwork: key})}
	spec.Config.Name = f.project + "_" + key
	spec.Config.Ipam.Config = pools
	assert.NilError(f.t, f.CreateNetwork(f.ctx, spec))
	return spec.Config.Name
}

// volume makes a volume and returns its name.
func (f *fixture) volume(key string) string {
	f.t.Helper()
	spec := state.VolumeSpec{Labels: f.labels(map[string]string{state.LabelVolume: key})}
	spec.Config.Name = f.project + "_" + key
	assert.NilError(f.t, f.CreateVolume(f.ctx, spec))
	return spec.Config.Name
}

// until waits for a container to be as it should be. It looks whenever the
// engine tells that something happened.
func (f *fixture) until(id string, met func(state.Container) bool) state.Container {
	f.t.Helper()
	w := f.watch()
	defer func() { _ = w.end() }() // what it did not tell is inspected
	for {
		c := f.inspect(id)
		if met(c) {
			return c
		}
		select {
		case <-w.events:
		case <-f.ctx.Done():
			f.t.Fatalf("container %s stays %s, health %q, exit code %d, %d restarts", c.Name, c.Status, c.Health, c.ExitCode, c.RestartCount)
		}
	}
}

func (f *fixture) untilExited(id string) state.Container {
	f.t.Helper()
	return f.until(id, func(c state.Container) bool { return c.Status == state.StatusExited })
}

// stream is a call of Watch in progress.
type stream struct {
	events chan state.Occurrence
	cancel context.CancelFunc
	ended  chan error
}

// watch follows the project's events until the end of the test; it returns
// when the engine is ready.
func (f *fixture) watch() *stream {
	f.t.Helper()
	ctx, cancel := context.WithCancel(f.ctx)
	w := &stream{events: make(chan state.Occurrence, 1024), cancel: cancel, ended: make(chan error, 1)}
	ready := make(chan struct{})
	go func() {
		w.ended <- f.Watch(ctx, f.project, func() { close(ready) }, func(o state.Occurrence) { w.events <- o })
	}()
	f.t.Cleanup(func() { _ = w.end() }) // a test that minds has ended it itself
	select {
	case <-ready:
	case err := <-w.ended:
		w.ended <- err
		f.t.Fatalf("watch ended before it was ready: %v", err)
	}
	return w
}

// end ends the call and waits for it. It may be called again.
func (w *stream) end() error {
	w.cancel()
	err := <-w.ended
	w.ended <- err
	return err
}

// next is the next event.
func (f *fixture) next(w *stream) state.Occurrence {
	f.t.Helper()
	select {
	case o := <-w.events:
		return o
	case err := <-w.ended:
		w.ended <- err
		f.t.Fatalf("the stream broke: %v", err)
	case <-f.ctx.Done():
		f.t.Fatal("no more events came")
	}
	return state.Occurrence{}
}
