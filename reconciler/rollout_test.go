package reconciler_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// fleet is a service web of some replicas that is about to be updated: what its
// new containers are like, by their number, is for the test to say.
type fleet struct {
	*memory.Memory
	desired state.Desired
	mu      sync.Mutex
	next    map[int]memory.Behavior // of the version that comes
}

func newFleet(t *testing.T, replicas int, update types.UpdateConfig, options ...func(*types.ServiceConfig)) *fleet {
	t.Helper()
	f := &fleet{}
	f.Memory = memory.New(memory.Options{Behavior: func(spec state.ContainerSpec) memory.Behavior {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.next[spec.Number]
	}})
	web := serviceOf("web")
	web.Replicas = replicas
	web.Config.Deploy = &types.DeployConfig{UpdateConfig: &update}
	for _, option := range options {
		option(&web.Config)
	}
	f.desired = projectOf(web)
	assert.NilError(t, runUp(t.Context(), f.Memory, f.desired, planner.UpPolicy{}, &recording{}, nil))
	f.version(nil)
	return f
}

// version changes what the service's containers are.
func (f *fleet) version(next map[int]memory.Behavior) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next = next
	f.desired.Services[0].Config.Image = "img:2"
	settle(&f.desired.Services[0])
}

// update runs up, and tells of it in short: what happened to whom, and when.
func (f *fleet) update(ctx context.Context) (string, error) {
	r := &recording{}
	err := runUp(ctx, f.Memory, f.desired, planner.UpPolicy{}, r, nil)
	return r.story(), err
}

// story are the nodes that succeeded or failed, in order, those of one moment
// on one line.
func (r *recording) story() string {
	var b strings.Builder
	last := time.Duration(-1)
	for _, e := range r.events {
		if !e.Phase.Terminal() || e.Op == "CreateContainer" || e.Op == "RenameContainer" || e.Op == "PullImage" {
			continue
		}
		if at := e.Time.Sub(r.events[0].Time); at != last {
			fmt.Fprintf(&b, "\n%s:", at)
			last = at
		}
		text := " " + e.Node
		if e.Phase != event.Succeeded {
			text += " " + string(e.Phase)
		}
		b.WriteString(text + ",")
	}
	return strings.TrimSpace(b.String())
}

func parallel(n uint64) *uint64 { return &n }

func slow(after time.Duration, numbers ...int) map[int]memory.Behavior {
	all := map[int]memory.Behavior{}
	for _, n := range numbers {
		all[n] = memory.Behavior{ReadyAfter: after}
	}
	return all
}

func TestARollingUpdateTakesOneSlotAfterAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, types.UpdateConfig{})
		f.version(slow(20*time.Millisecond, 1, 2, 3))
		story, err := f.update(t.Context())
		assert.NilError(t, err)
		assert.Equal(t, story, "")
	})
}

func TestAnUpdateIsPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, types.UpdateConfig{Order: "start-first"})
		f.version(map[int]memory.Behavior{2: {NeverHealthy: true}})
		story, err := f.update(t.Context())
		assert.Equal(t, fmt.Sprint(err), "")
		assert.Equal(t, story, "")
		assert.Equal(t, names(t.Context(), f.Memory, f.desired), "")
		var rollout *reconciler.RolloutError
		assert.Assert(t, errors.As(err, &rollout))
	})
}

func TestRolledBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, types.UpdateConfig{Order: "start-first", FailureAction: "rollback"})
		three := 3 * time.Second
		f.version(map[int]memory.Behavior{2: {ExitAfter: &three, ExitCode: 3}})
		story, err := f.update(t.Context())
		t.Log(story, err)
		t.Log(names(t.Context(), f.Memory, f.desired))
		t.Fail()
	})
}
