package ends_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/internal/ends"
	"github.com/stackctl/stack/state"
)

// fixture is an engine with containers that behave as they are named.
func fixture(t *testing.T, behaviors map[string]memory.Behavior) (*memory.Memory, []state.Container) {
	t.Helper()
	m := memory.New(memory.Options{
		Images:   map[string]memory.Image{"app": {Present: true}},
		Behavior: func(spec state.ContainerSpec) memory.Behavior { return behaviors[spec.Name] },
	})
	x := m.Engine()
	for name := range behaviors {
		spec := state.ContainerSpec{Name: name, Project: "p", Labels: map[string]string{state.LabelProject: "p"}}
		spec.Config.Image = "app"
		if name == "loop" {
			spec.Config.Restart = "on-failure:2"
		}
		id, err := x.CreateContainer(t.Context(), spec, nil)
		assert.NilError(t, err)
		assert.NilError(t, x.StartContainer(t.Context(), id))
	}
	observed, err := x.Observe(t.Context(), state.Scope{Project: "p"})
	assert.NilError(t, err)
	return m, observed.Containers
}

func after(d time.Duration, code int) memory.Behavior {
	return memory.Behavior{ExitAfter: &d, ExitCode: code}
}

func TestAllEndsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, containers := fixture(t, map[string]memory.Behavior{
			"early": after(0, 0), "late": after(time.Hour, 4), "loop": after(time.Second, 3), "gone": {},
		})
		began := time.Now()
		var told []string
		go func() {
			time.Sleep(time.Minute)
			m.BreakStreams(errors.New("the engine is restarted"))
			time.Sleep(time.Minute)
			assert.Check(t, m.Engine().RemoveContainer(context.Background(), "gone", state.RemoveOptions{Force: true}))
		}()
		err := ends.Await(t.Context(), m.Engine(), "p", containers, func(e ends.End) error {
			told = append(told, fmt.Sprint(e.Container.Name, " ", e.Code, " ", time.Since(began).Truncate(time.Second)))
			return nil
		})
		assert.NilError(t, err)
		assert.DeepEqual(t, told, []string{"early 0 0s", "loop 3 3s", "gone 137 2m0s", "late 4 1h0m0s"})
	})
}

func TestWhoHasEnoughWaitsNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		enough := errors.New("enough")
		m, containers := fixture(t, map[string]memory.Behavior{"a": after(time.Second, 5), "b": {}})
		err := ends.Await(t.Context(), m.Engine(), "p", containers, func(e ends.End) error {
			assert.Equal(t, e.Code, 5)
			return enough
		})
		assert.ErrorIs(t, err, enough)

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err = ends.Await(ctx, m.Engine(), "p", containers[1:], func(ends.End) error { return nil })
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
}
