package reconciler_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// hooked is a service with a pre_start hook that runs a command.
func hooked(name, command string) state.Service {
	s := serviceOf(name)
	hook := types.ServiceConfig{Name: name, ContainerSpec: types.ContainerSpec{
		Image: "img:1", Command: types.ShellCommand{"sh", "-c", command}, Networks: s.Config.Networks,
	}}
	s.PreStart = []state.PreStart{{Config: hook, PullPolicy: "missing"}}
	return s
}

func TestAHookThatFailsStopsTheBringUpAndStaysForItsLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, r := memory.New(memory.Options{}), &recording{}
		desired := projectOf(hooked("web", "echo no table users; exit 3"), serviceOf("worker", on("web", state.Started)))
		err := runUp(t.Context(), m, desired, planner.UpPolicy{}, r, nil)
		assert.ErrorContains(t, err, "web pre_start[0]: container p-web-pre_start-0 exited (3)")
		assert.ErrorContains(t, err, "no table users")
		assert.Equal(t, r.phase("start web/1"), event.Skipped)
		assert.Equal(t, names(t.Context(), m, desired), "p-web-pre_start-0 p-web-1 p-worker-1")

		// The next run begins with a new container.
		desired.Services[0].PreStart = hooked("web", "echo fine").PreStart
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		assert.Equal(t, names(t.Context(), m, desired), "p-web-1* p-worker-1*")
	})
}

func TestAReplacementThatAHookRefusesLeavesTheOldContainerRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memory.New(memory.Options{})
		desired := projectOf(hooked("web", "true"))
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil))
		before, err := m.Engine().InspectContainer(t.Context(), "p-web-1")
		assert.NilError(t, err)

		desired = projectOf(hooked("web", "exit 1"))
		desired.Services[0].Hash = "other"
		err = runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, nil)
		assert.ErrorContains(t, err, "pre_start[0]")
		after, err := m.Engine().InspectContainer(t.Context(), "p-web-1")
		assert.NilError(t, err)
		assert.Equal(t, after.ID, before.ID)
		assert.Equal(t, after.StartedAt, before.StartedAt)
		assert.Equal(t, names(t.Context(), m, desired), "p-web-pre_start-0 p-web-1*")
	})
}

// The interrupt comes while a call for the hook is at work, after which its turn
// would come.
func TestAHookIsRemovedWhicheverCallIsInterrupted(t *testing.T) {
	for _, node := range []string{"create web pre_start[0]", "start web pre_start[0]"} {
		synctest.Test(t, func(t *testing.T) {
			m, stop := memory.New(memory.Options{}), make(chan struct{})
			desired := projectOf(hooked("web", "sleep 3600"))
			r := &recording{on: func(e event.Event) {
				if e.Node == node && e.Phase == event.Started {
					close(stop)
				}
			}}
			err := runUp(t.Context(), m, desired, planner.UpPolicy{}, r, stop)
			assert.Assert(t, strings.Contains(err.Error(), "interrupted"), err)
			assert.Equal(t, names(t.Context(), m, desired), "p-web-1", node)
		})
	}
}

func TestAnInterruptedHookIsRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, stop := memory.New(memory.Options{}), make(chan struct{})
		desired := projectOf(hooked("web", "sleep 3600"))
		time.AfterFunc(time.Minute, func() { close(stop) })
		err := runUp(t.Context(), m, desired, planner.UpPolicy{}, &recording{}, stop)
		assert.Assert(t, strings.Contains(err.Error(), "interrupted"), err)
		assert.Equal(t, names(t.Context(), m, desired), "p-web-1")
	})
}
