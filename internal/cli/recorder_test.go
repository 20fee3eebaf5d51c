package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// recordedRun is what a run prints that starts a container for a while.
func recordedRun(t *testing.T, mode render.Mode, took time.Duration, failed error) (printed string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		web := state.ContainerRef("web", 1)
		plan := planner.Plan{Project: "shop", Nodes: []planner.Node{
			{ID: "start web/1", Ref: web, Op: planner.StartContainer{Container: state.Handle{Name: "shop-web-1"}}},
		}}
		p := (&recorder{}).record(render.NewProgress(mode, plan, render.Options{Out: &out}), plan, settings{mode: mode, status: &out})
		p.Event(event.Event{Phase: event.Started, Node: "start web/1", Op: "StartContainer", Ref: web, Name: "shop-web-1", Time: time.Now()})
		time.Sleep(took) // in the bubble's time
		p.Event(event.Event{Phase: event.Succeeded, Node: "start web/1", Op: "StartContainer", Ref: web, Name: "shop-web-1", Time: time.Now()})
		p.Done(failed)
		printed = out.String()
	})
	return printed
}

func TestALongRunSaysWhatItsTimeWentInto(t *testing.T) {
	assert.Assert(t, strings.HasSuffix(recordedRun(t, render.Plain, 6*time.Second, nil), "\n 6.0 s: web start 6.0 s\n"))
	assert.Assert(t, strings.HasSuffix(recordedRun(t, render.TTY, 6*time.Second, errors.New("broken")), "\x1b[?25h 6.0 s: web start 6.0 s\n"))
	assert.Equal(t, recordedRun(t, render.Quiet, 6*time.Second, nil), "")

	printed := strings.Split(strings.TrimSpace(recordedRun(t, render.JSON, 6*time.Second, nil)), "\n")
	assert.Assert(t, strings.Contains(printed[len(printed)-2], `"phase":"spent","seconds":6,"critical":[{"what":"web start","seconds":6}]`))
	assert.Assert(t, strings.Contains(printed[len(printed)-1], `"phase":"done"`))
}

func TestAShortRunDoesNot(t *testing.T) {
	assert.Assert(t, !strings.Contains(recordedRun(t, render.Plain, 4*time.Second, nil), "4.0 s"))
	assert.Assert(t, !strings.Contains(recordedRun(t, render.JSON, 4*time.Second, nil), "spent"))
}
