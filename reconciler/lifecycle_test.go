package reconciler_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// command plans something for the containers that there are.
type command func(state.Desired, state.Observed) (planner.Plan, error)

// do plans and carries out.
func (c command) do(ctx context.Context, x engine.Engine, desired state.Desired, events event.Sink) error {
	observed, err := x.Observe(ctx, planner.Scope(desired))
	if err != nil {
		return err
	}
	plan, err := c(desired, observed)
	if err != nil {
		return err
	}
	return reconciler.Executor{Engine: x, Events: events}.Execute(ctx, plan)
}

var (
	stopAll command = func(d state.Desired, o state.Observed) (planner.Plan, error) {
		return planner.Stop(d, o, planner.StopPolicy{})
	}
	startAll command = func(d state.Desired, o state.Observed) (planner.Plan, error) {
		return planner.Start(d, o, planner.StartPolicy{})
	}
	restartAll command = func(d state.Desired, o state.Observed) (planner.Plan, error) {
		return planner.Restart(d, o, planner.RestartPolicy{})
	}
	pauseAll command = func(d state.Desired, o state.Observed) (planner.Plan, error) { return planner.Pause(d, o, nil) }
)

// hooksAround is a project whose hooks count on a file in the container.
func hooksAround() state.Desired {
	web := serviceOf("web", on("db", state.Healthy))
	web.Config.PostStart = []types.ServiceHook{{Command: []string{"first"}}, {Command: []string{"second"}}}
	web.Config.PreStop = []types.ServiceHook{{Command: []string{"last"}}}
	return projectOf(serviceOf("db"), web)
}

// TestACommandThatIsCutIsMadeGoodByUp cuts each command at each write. The next
// up has the same containers run, under their names, with their hooks.
func TestACommandThatIsCutIsMadeGoodByUp(t *testing.T) {
	for name, run := range map[string][]command{
		"stop": {stopAll}, "start": {stopAll, startAll}, "restart": {restartAll}, "pause": {pauseAll},
		"stop what is paused": {pauseAll, stopAll}, "restart what is paused": {pauseAll, restartAll},
	} {
		t.Run(name, func(t *testing.T) {
			for n, cut := 1, true; cut; n++ {
				synctest.Test(t, func(t *testing.T) {
					cut = cutCommand(t, run, n)
				})
			}
		})
	}
}

// cutCommand cuts the last of some commands at its n-th write, and says whether
// it had so many.
func cutCommand(t *testing.T, run []command, n int) (cut bool) {
	ctx, m, desired := t.Context(), memory.New(memory.Options{}), hooksAround()
	assert.NilError(t, runUp(ctx, m, desired, planner.UpPolicy{}, &recording{}, nil))
	ids := func() (all []string) {
		observed, err := m.Engine().Observe(ctx, planner.Scope(desired))
		assert.NilError(t, err)
		for _, c := range observed.Containers {
			all = append(all, fmt.Sprint(c.Name, " ", c.ID, " ", c.Status == state.StatusRunning))
		}
		return all
	}
	before := ids()
	for _, c := range run[:len(run)-1] {
		assert.NilError(t, c.do(ctx, m.Engine(), desired, nil))
	}
	killed, kill := context.WithCancel(ctx)
	defer kill()
	faults := &enginetest.Faults{Before: func(_ context.Context, c enginetest.Call) error {
		if c.Write && c.N >= n {
			kill()
			return errDead
		}
		return nil
	}}
	err := run[len(run)-1].do(killed, faults.Wrap(m.Engine()), desired, nil)
	cut = killed.Err() != nil
	assert.Equal(t, err != nil, cut)
	assert.NilError(t, runUp(ctx, m, desired, planner.UpPolicy{}, &recording{}, nil))
	assert.DeepEqual(t, ids(), before)
	return cut
}

func TestRestartWaitsForWhatIsNeededAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := behaves(map[string]memory.Behavior{"db": {ReadyAfter: 3 * time.Second, StopTakes: time.Second}})
		desired, r := hooksAround(), &recording{}
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		assert.NilError(t, restartAll.do(t.Context(), m.Engine(), desired, r.see))
		var order []string
		for _, e := range r.events {
			if e.Phase == event.Succeeded {
				order = append(order, e.Node)
			}
		}
		assert.Equal(t, strings.Join(order, ", "), "pre_stop web/1 1, stop web/1, stop db/1, start db/1, await db/1 healthy, "+
			"mark web/1, start web/1, post_start web/1 1, post_start web/1 2, rename web/1")
		assert.Equal(t, r.at("stop db/1"), time.Second)
		waited := r.at("await db/1 healthy") - r.at("start db/1")
		assert.Assert(t, waited >= 3*time.Second && waited < 5*time.Second, waited)
	})
}

// A container that was paused counts as unhealthy until the engine's next look.
func TestWhatWasPausedIsWaitedForLikeWhatStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, desired := memory.New(memory.Options{}), hooksAround()
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		time.Sleep(time.Minute) // the bubble's: the engine has looked
		assert.NilError(t, pauseAll.do(t.Context(), m.Engine(), desired, nil))
		r := &recording{}
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{Wait: true}, r, nil))
		assert.Equal(t, r.at("await db/1 healthy"), time.Duration(0))

		assert.NilError(t, pauseAll.do(t.Context(), m.Engine(), desired, nil))
		r = &recording{}
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{Wait: true, EngineProbes: true}, r, nil))
		assert.Assert(t, r.at("await db/1 healthy") > time.Second)
	})
}
