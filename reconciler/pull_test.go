package reconciler_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

func TestAnImageThatCannotBePulledIsBuilt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memory.New(memory.Options{Images: map[string]memory.Image{"example.com/web": {PullError: "manifest unknown"}}})
		web := serviceOf("web")
		web.Config.Image = "example.com/web"
		web.Build = &state.BuildSpec{Image: web.Config.Image, Service: "web"}
		desired := projectOf(web)
		var said []string
		r := &recording{on: func(e event.Event) {
			if e.Phase == event.Warning {
				said = append(said, e.Detail)
			}
		}}
		assert.NilError(t, runUp(t.Context(), m, desired, planner.UpPolicy{}, r, nil))
		assert.Equal(t, strings.Join(said, "\n"), "is built, as it cannot be pulled: pull example.com/web: manifest unknown")
		assert.Equal(t, names(t.Context(), m, desired), "p-web-1*")
	})
}

func TestTheFirstInterruptEndsTransfers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memory.New(memory.Options{Images: map[string]memory.Image{"big": {PullTakes: time.Hour}}})
		web := serviceOf("web")
		web.Config.Image = "big"
		stop := make(chan struct{})
		r := &recording{on: func(e event.Event) {
			if e.Node == "pull big" && e.Phase == event.Started {
				close(stop)
			}
		}}
		began := time.Now()
		err := runUp(t.Context(), m, projectOf(web), planner.UpPolicy{}, r, stop)
		assert.ErrorIs(t, err, reconciler.ErrInterrupted)
		assert.Equal(t, r.phase("pull big"), event.Canceled)
		assert.Equal(t, time.Since(began), time.Duration(0))
	})
}
