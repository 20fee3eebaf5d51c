package reconciler_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// rolled is an update of a service web that is drawn: what is asked for, how
// its new containers turn out, and the write call after which the run is killed
// (0 is none).
type rolled struct {
	replicas int
	deploy   *types.DeployConfig
	next     []memory.Behavior
	kill     int
}

func drawRolled(t *rapid.T) rolled {
	r := rolled{replicas: rapid.IntRange(1, 5).Draw(t, "replicas"), deploy: drawDeploy(t, "web")}
	three := 3 * time.Second
	outcomes := []memory.Behavior{
		{}, {}, {ReadyAfter: 5 * time.Second}, {NeverHealthy: true}, {StartError: "no such file"}, {ExitAfter: &three, ExitCode: 1},
	}
	for range r.replicas {
		r.next = append(r.next, rapid.SampledFrom(outcomes).Draw(t, "outcome"))
	}
	r.kill = rapid.SampledFrom([]int{0, 1, 2, 4, 7, 11, 16}).Draw(t, "kill")
	return r
}

// least is how many replicas must be ready at any time.
func (r rolled) least() int {
	least := func(c *types.UpdateConfig) int {
		switch {
		case c.Order == "start-first":
			return r.replicas
		case *c.Parallelism == 0:
			return 0
		}
		return max(0, r.replicas-int(*c.Parallelism))
	}
	if r.deploy.UpdateConfig.FailureAction == "rollback" {
		return min(least(r.deploy.UpdateConfig), least(r.deploy.RollbackConfig))
	}
	return least(r.deploy.UpdateConfig)
}

// Rule 7: while a service is updated a few containers at a time, the slots
// without a ready container are never more than that; none where the new one is
// started first. So it is when new containers fail, and when the run is killed
// and another goes on. What breaks by itself once it was ready is not counted:
// a container that is about to be is as good as one that is not ready.
func TestAvailability(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := drawRolled(rt)
		var err error
		synctest.Test(t, func(t *testing.T) { err = r.run(t.Context()) })
		if err != nil {
			rt.Fatal(err)
		}
	})
}

func (r rolled) run(ctx context.Context) error {
	var mu sync.Mutex
	var next []memory.Behavior
	m := memory.New(memory.Options{Behavior: func(spec state.ContainerSpec) memory.Behavior {
		mu.Lock()
		defer mu.Unlock()
		if spec.Number > len(next) {
			return memory.Behavior{}
		}
		return next[spec.Number-1]
	}})
	web := serviceOf("web")
	web.Replicas, web.Config.Deploy = r.replicas, r.deploy
	desired := projectOf(web)
	if err := up(ctx, m.Engine(), desired, planner.UpPolicy{Wait: true}); err != nil {
		return err
	}
	time.Sleep(time.Minute) // the engine has seen for itself that they are healthy
	mu.Lock()
	next = r.next
	mu.Unlock()
	desired.Services[0].Config.Image = "img:2"
	settle(&desired.Services[0])

	w := &watchman{Engine: m.Engine(), desired: desired, least: r.least(), next: r.next}
	killed, kill := context.WithCancel(ctx)
	defer kill()
	x := (&enginetest.Faults{Before: func(ctx context.Context, c enginetest.Call) error {
		w.look(ctx)
		if c.Write && r.kill > 0 && c.N >= r.kill {
			kill()
			return errDead
		}
		return nil
	}}).Wrap(m.Engine())
	_ = up(killed, x, desired, planner.UpPolicy{})
	w.look(ctx)
	again := (&enginetest.Faults{Before: func(ctx context.Context, _ enginetest.Call) error {
		w.look(ctx)
		return nil
	}}).Wrap(m.Engine())
	if err := up(ctx, again, desired, planner.UpPolicy{}); err != nil && r.good() {
		return fmt.Errorf("the run after: %w", err)
	}
	w.look(ctx)
	if w.err != nil {
		return w.err
	}
	mu.Lock()
	next = nil
	mu.Unlock()
	desired.Services[0].Config.Image = "img:3"
	settle(&desired.Services[0])
	if err := up(ctx, m.Engine(), desired, planner.UpPolicy{}); err != nil {
		return fmt.Errorf("the version that is good again: %w", err)
	}
	return converged(ctx, m.Engine(), desired, planner.UpPolicy{})
}

// good is true when all new containers are.
func (r rolled) good() bool {
	for _, b := range r.next {
		if b.NeverHealthy || b.StartError != "" || b.ExitAfter != nil {
			return false
		}
	}
	return true
}

// watchman counts the slots in which a container is ready.
type watchman struct {
	engine.Engine
	desired state.Desired
	least   int
	next    []memory.Behavior

	mu  sync.Mutex
	err error
}

func (w *watchman) look(ctx context.Context) {
	observed, err := w.Observe(context.WithoutCancel(ctx), planner.Scope(w.desired))
	if err != nil {
		return
	}
	ready := map[int]bool{}
	for _, c := range observed.Containers {
		good := c.Running() && (c.Health == state.HealthHealthy || time.Since(c.StartedAt) >= w.readyAfter(c))
		if good || w.next[c.Number-1].ExitAfter != nil {
			ready[c.Number] = true
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(ready) < w.least && w.err == nil {
		w.err = fmt.Errorf("%d replicas are ready, and must be %d", len(ready), w.least)

	}
}

// readyAfter is how long a container takes until it is ready.
func (w *watchman) readyAfter(c state.Container) time.Duration {
	switch b := w.next[c.Number-1]; {
	case c.Image == "img:1":
		return 0
	case b.NeverHealthy:
		return time.Hour
	default:
		return b.ReadyAfter
	}
}
