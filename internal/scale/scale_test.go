//go:build unix

package scale_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

var (
	most = flag.Int("most", 100, "how many services there may be")
	svg  = flag.String("svg", "", "the file to draw the curve into")
)

// size is a project and the Swarm that it is brought to.
type size struct{ services, replicas, nodes int }

// growth is ten times as much of everything, again and again.
var growth = []size{{10, 10, 3}, {100, 10, 10}, {1000, 10, 100}, {10000, 10, 1000}}

// apart is one of the three at a time.
var apart = []size{{1000, 1, 100}, {1000, 100, 100}, {1000, 10, 10}, {1000, 10, 1000}}

// row is what was measured of one size: time of the processor, and the most
// memory that the process has had so far, as these are made in the order of
// their size.
type row struct {
	size
	load, plan, up, observe, again, changed time.Duration

	mib                  int64
	calls, next, changes int // that write: of up, of up again, and of up with another config
}

const head = `| services | tasks | nodes | load | plan | carry out | observe | plan again | plan a change | memory | calls | calls again | calls of the change |
|---|---|---|---|---|---|---|---|---|---|---|---|---|`

func (r row) String() string {
	text := fmt.Sprintf("| %d | %d | %d |", r.services, r.services*r.replicas, r.nodes)
	for _, took := range []time.Duration{r.load, r.plan, r.up, r.observe, r.again, r.changed} {
		text += fmt.Sprintf(" %.2f s |", took.Seconds())
	}
	return text + fmt.Sprintf(" %d MiB | %d | %d | %d |", r.mib, r.calls, r.next, r.changes)
}

// The way of a project through all of stack, from its file to a Swarm in memory
// whose tasks run, and again when one config has changed.
func TestGrowth(t *testing.T) {
	fmt.Println(head)
	var drawn []row
	for _, s := range growth {
		if s.services <= *most {
			drawn = append(drawn, measure(t, s))
			fmt.Println(drawn[len(drawn)-1])
		}
	}
	for _, s := range apart {
		if s.services <= *most {
			fmt.Println(measure(t, s))
		}
	}
	if *svg != "" {
		assert.NilError(t, os.WriteFile(*svg, []byte(draw(drawn)), 0o600))
	}
}

func measure(t *testing.T, s size) row {
	t.Helper()
	r := row{size: s}
	var first, second state.Desired
	r.load = used(t, func() { first = desired(t, s, "one") })
	second = desired(t, s, "two")
	synctest.Test(t, func(t *testing.T) {
		swarm := memory.New(memory.Options{Nodes: make([]memory.Node, s.nodes)})
		x, calls := counted(swarm.Engine())
		observe := func() (o state.Observed) {
			o, err := x.Observe(t.Context(), state.Scope{Project: first.Project.Name})
			assert.NilError(t, err)
			return o
		}
		plan := func(d state.Desired, o state.Observed) planner.Plan {
			p, err := planner.Up(d, o, planner.UpPolicy{})
			assert.NilError(t, err)
			return p
		}
		execute := func(p planner.Plan) int {
			before := calls.Load()
			assert.NilError(t, reconciler.Executor{Engine: x}.Execute(t.Context(), p))
			return int(calls.Load() - before)
		}
		var p planner.Plan
		empty := observe()
		r.plan = used(t, func() { p = plan(first, empty) })
		r.up = used(t, func() { r.calls = execute(p) })
		var held state.Observed
		r.observe = used(t, func() { held = observe() })
		r.again = used(t, func() { p = plan(first, held) })
		r.next = execute(p)
		r.changed = used(t, func() { p = plan(second, held) })
		r.changes = execute(p)
	})
	var usage syscall.Rusage
	assert.NilError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	r.mib = usage.Maxrss / 1024
	return r
}

// desired loads the project from its file.
func desired(t *testing.T, s size, content string) state.Desired {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "compose.yaml")
	assert.NilError(t, os.WriteFile(file, []byte(compose(s, content)), 0o600))
	p, err := project.Load(t.Context(), project.Options{Dir: dir, Files: []string{file}, Name: "scale"})
	assert.NilError(t, err)
	d, err := p.Desired(project.DesiredOptions{Swarm: true})
	assert.NilError(t, err)
	return d
}

// used is the time of the processor, which does not depend on what else the
// machine does.
func used(t *testing.T, do func()) time.Duration {
	t.Helper()
	processor := func() time.Duration {
		var u syscall.Rusage
		assert.NilError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := processor()
	do()
	return processor() - before
}

// counted counts the calls that write.
func counted(x engine.Engine) (engine.Engine, *atomic.Int64) {
	calls := new(atomic.Int64)
	x.Services = services{x.Services, calls}
	x.Networks = networks{x.Networks, calls}
	return x, calls
}

type services struct {
	engine.Services
	calls *atomic.Int64
}

func (s services) CreateService(ctx context.Context, spec state.ServiceSpec, progress func(state.Progress)) (string, error) {
	s.calls.Add(1)
	return s.Services.CreateService(ctx, spec, progress)
}

func (s services) UpdateService(ctx context.Context, service string, version uint64, spec state.ServiceSpec, progress func(state.Progress)) error {
	s.calls.Add(1)
	return s.Services.UpdateService(ctx, service, version, spec, progress)
}

func (s services) CreateInput(ctx context.Context, spec state.InputSpec) error {
	s.calls.Add(1)
	return s.Services.CreateInput(ctx, spec)
}

func (s services) RemoveInput(ctx context.Context, kind state.Kind, input string) error {
	s.calls.Add(1)
	return s.Services.RemoveInput(ctx, kind, input)
}

type networks struct {
	engine.Networks
	calls *atomic.Int64
}

func (n networks) CreateNetwork(ctx context.Context, spec state.NetworkSpec) error {
	n.calls.Add(1)
	return n.Networks.CreateNetwork(ctx, spec)
}
