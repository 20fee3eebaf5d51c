package usage_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/internal/usage"
	"github.com/stackctl/stack/state"
)

func start(t *testing.T, e engine.Engine, name string) (id string) {
	t.Helper()
	spec := state.ContainerSpec{Name: name, Project: "p", Service: name, Number: 1, Labels: map[string]string{
		state.LabelProject: "p", state.LabelService: name, state.LabelNumber: "1", state.LabelOneOff: "False",
	}}
	spec.Config.Image = "busybox"
	id, err := e.CreateContainer(t.Context(), spec, nil)
	assert.NilError(t, err)
	assert.NilError(t, e.StartContainer(t.Context(), id))
	return id
}

func newEngine() engine.Engine {
	return memory.New(memory.Options{Images: map[string]memory.Image{"busybox": {Present: true}}}).Engine()
}

func running(c state.Container) bool { return c.Running() }

func text(rows []usage.Row) string {
	var all []string
	for _, r := range rows {
		all = append(all, fmt.Sprint(r.Name, " ", r.PIDs))
	}
	return strings.Join(all, ", ")
}

func TestContainersComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		start(t, e, "a")
		ctx, cancel := context.WithCancel(t.Context())
		var shown []string
		ended := make(chan error)
		go func() {
			ended <- usage.Meter{Engine: e, Project: "p", Wants: running}.Follow(ctx, func(rows []usage.Row) error {
				// Whether a round shows one that is not known yet, nobody says.
				if now := text(rows); !strings.Contains(now, "b 0") && (len(shown) == 0 || shown[len(shown)-1] != now) {
					shown = append(shown, now)
				}
				return nil
			})
		}()
		time.Sleep(3 * time.Second)
		b := start(t, e, "b")
		time.Sleep(3 * time.Second)
		assert.NilError(t, e.StopContainer(ctx, b, state.StopOptions{}))
		time.Sleep(30 * time.Second)
		cancel()
		assert.Check(t, is.ErrorIs(<-ended, context.Canceled))
		assert.Check(t, is.DeepEqual(shown, []string{"a 1", "a 1, b 1", "a 1"}))
	})
}

func TestWhatDoesNotRunUsesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		start(t, e, "a")
		id := start(t, e, "b")
		assert.NilError(t, e.StopContainer(t.Context(), id, state.StopOptions{}))
		all := usage.Meter{Engine: e, Project: "p", Wants: func(state.Container) bool { return true }}
		rows, err := all.Once(t.Context())
		assert.NilError(t, err)
		assert.Check(t, is.Equal(text(rows), "a 1, b 0"))
		rows, err = usage.Meter{Engine: e, Project: "p", Wants: running}.Once(t.Context())
		assert.NilError(t, err)
		assert.Check(t, is.Equal(text(rows), "a 1"))
	})
}

func TestFollowingEndsWhenNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		start(t, e, "a")
		closed := errors.New("the pipe is closed")
		err := usage.Meter{Engine: e, Project: "p", Wants: running}.Follow(t.Context(), func([]usage.Row) error { return closed })
		assert.Check(t, is.ErrorIs(err, closed))
	})
}
