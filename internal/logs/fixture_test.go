package logs_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/internal/logs"
	"github.com/stackctl/stack/state"
)

const project = "shop"

// shop is a project on an engine in memory.
type shop struct {
	t      testing.TB
	memory *memory.Memory
	engine engine.Engine
}

func newShop(t testing.TB) *shop {
	m := memory.New(memory.Options{Images: map[string]memory.Image{"app": {Present: true}}})
	return &shop{t: t, memory: m, engine: m.Engine()}
}

// create creates a replica that runs a shell script, and changes its spec.
func (s *shop) create(service string, number int, script string, change ...func(*state.ContainerSpec)) string {
	s.t.Helper()
	spec := state.ContainerSpec{
		Name: fmt.Sprintf("%s-%s-%d", project, service, number), Project: project, Service: service, Number: number,
		Labels: map[string]string{
			state.LabelProject: project, state.LabelService: service, state.LabelNumber: strconv.Itoa(number),
			state.LabelOneOff: "False",
		},
		Config: types.ServiceConfig{Name: service, ContainerSpec: types.ContainerSpec{
			Image: "app", Command: types.ShellCommand{"sh", "-c", script},
		}},
	}
	for _, c := range change {
		c(&spec)
	}
	id, err := s.engine.CreateContainer(context.Background(), spec, nil)
	assert.NilError(s.t, err)
	return id
}

func (s *shop) start(id string) {
	s.t.Helper()
	assert.NilError(s.t, s.engine.StartContainer(context.Background(), id))
}

// stop stops, a while after what was before it and a while before what follows:
// on a real clock no two things happen at once.
func (s *shop) stop(id string) {
	s.t.Helper()
	time.Sleep(time.Second)
	defer time.Sleep(time.Second)
	assert.NilError(s.t, s.engine.StopContainer(context.Background(), id, state.StopOptions{}))
}

func (s *shop) remove(id string) {
	s.t.Helper()
	assert.NilError(s.t, s.engine.RemoveContainer(context.Background(), id, state.RemoveOptions{Force: true}))
}

// run creates and starts.
func (s *shop) run(service string, number int, script string, change ...func(*state.ContainerSpec)) string {
	s.t.Helper()
	id := s.create(service, number, script, change...)
	s.start(id)
	return id
}

// transcript is what a follower told.
type transcript struct {
	mu    sync.Mutex
	lines []string
}

func (t *transcript) add(r logs.Record) {
	t.mu.Lock()
	defer t.mu.Unlock()
	name := fmt.Sprintf("%s-%d", r.Container.Service, r.Container.Number)
	switch {
	case r.Line != nil:
		t.lines = append(t.lines, name+": "+r.Line.Text)
	case r.Exit != nil && r.Exit.Restarting:
		t.lines = append(t.lines, fmt.Sprintf("%s exited %d, restarts", name, r.Exit.Code))
	case r.Exit != nil:
		t.lines = append(t.lines, fmt.Sprintf("%s exited %d", name, r.Exit.Code))
	default:
		t.lines = append(t.lines, name+" error: "+r.Err.Error())
	}
}

// take returns what was told since the last take.
func (t *transcript) take() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := t.lines
	t.lines = nil
	return lines
}

// follow follows in the background. The returned function waits for the end.
func (s *shop) follow(ctx context.Context, options logs.FollowOptions) (*transcript, func() error) {
	options.Project = project
	told := &transcript{}
	result := make(chan error, 1)
	go func() { result <- logs.Follow(ctx, s.engine, options, told.add) }()
	return told, func() error { return <-result }
}
