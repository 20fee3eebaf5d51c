package reconciler_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// fleet is a service web of some replicas that is about to be updated: what its
// new containers are like, by their number, is for the test to say.
type fleet struct {
	*memory.Memory
	desired state.Desired
	stop    chan struct{} // interrupts the update when it is closed
	on      func(event.Event)

	mu   sync.Mutex
	next map[int]memory.Behavior
}

func newFleet(t *testing.T, replicas int, deploy types.DeployConfig, options ...func(*state.Service)) *fleet {
	t.Helper()
	f := &fleet{stop: make(chan struct{})}
	f.Memory = memory.New(memory.Options{Behavior: func(spec state.ContainerSpec) memory.Behavior {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.next[spec.Number]
	}})
	web := serviceOf("web")
	web.Replicas, web.Config.Deploy = replicas, &deploy
	for _, option := range options {
		option(&web)
	}
	f.desired = projectOf(web)
	assert.NilError(t, runUp(t.Context(), f.Memory, f.desired, planner.UpPolicy{Wait: true}, &recording{}, nil))
	return f
}

// comes makes another version of the service wanted, whose containers behave as
// it says by their number.
func (f *fleet) comes(next map[int]memory.Behavior) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next = next
	f.desired.Services[0].Config.Image += "'"
	settle(&f.desired.Services[0])
}

// up brings the service up, and tells what was done when.
func (f *fleet) up(ctx context.Context) (string, error) {
	r := &recording{on: f.on}
	err := runUp(ctx, f.Memory, f.desired, planner.UpPolicy{}, r, f.stop)
	return r.story(), err
}

// story is what was done to the containers of web: a line for each moment, in
// the order of the replicas.
func (r *recording) story() string {
	var b strings.Builder
	moments := map[time.Duration][]string{}
	for _, e := range r.events {
		switch e.Op {
		case "CreateContainer", "RenameContainer", "PullImage", "Delay":
			continue
		}
		if !e.Phase.Terminal() || e.Phase == event.Skipped {
			continue
		}
		verb, rest, _ := strings.Cut(e.Node, " web/")
		text := rest[:1] + " " + verb + strings.TrimPrefix(rest[1:], " ready")
		if e.Phase != event.Succeeded {
			text += " " + string(e.Phase)
		}
		at := e.Time.Sub(r.events[0].Time)
		moments[at] = append(moments[at], text)
	}
	for _, at := range slices.Sorted(maps.Keys(moments)) {
		fmt.Fprintf(&b, "\n%s:", at)
		last := ""
		slices.SortStableFunc(moments[at], func(a, b string) int { return strings.Compare(a[:1], b[:1]) })
		for _, text := range moments[at] {
			if text[:1] == last {
				text = "," + text[1:]
			} else {
				last, text = text[:1], " web/"+text
			}
			b.WriteString(text)
		}
	}
	return strings.TrimSpace(b.String())
}

func (f *fleet) names(t *testing.T) string {
	t.Helper()
	return strings.ReplaceAll(names(t.Context(), f.Memory, f.desired), "p-web-", "")
}

func updates(update types.UpdateConfig) types.DeployConfig {
	return types.DeployConfig{UpdateConfig: &update}
}

// each is a behaviour that every one of three containers has.
func each(b memory.Behavior) map[int]memory.Behavior {
	return map[int]memory.Behavior{1: b, 2: b, 3: b}
}

func exitsAfter(d time.Duration) memory.Behavior { return memory.Behavior{ExitAfter: &d, ExitCode: 3} }

// scenario is an update that is told of in a golden file.
type scenario struct {
	name   string
	deploy types.DeployConfig
	next   map[int]memory.Behavior
}

// tell runs the scenarios, each in a bubble of its own, and compares what was
// done, how it ended and what is there in the end.
func tell(t *testing.T, file string, scenarios []scenario) {
	t.Helper()
	var b strings.Builder
	for _, s := range scenarios {
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t, 3, s.deploy)
			f.comes(s.next)
			story, err := f.up(t.Context())
			fmt.Fprintf(&b, "# %s\n%s\n", s.name, story)
			if err != nil {
				fmt.Fprintf(&b, "%s\n", err)
			}
			fmt.Fprintf(&b, "there are %s\n\n", f.names(t))
		})
	}
	golden.Assert(t, regexp.MustCompile(`[0-9a-f]{64}`).ReplaceAllString(b.String(), "ID"), file)
}

func TestUpdatesAreMadeSlotBySlot(t *testing.T) {
	two, all := uint64(2), uint64(0)
	second, tenth := types.Duration(time.Second), types.Duration(100*time.Millisecond)
	soon := each(memory.Behavior{ReadyAfter: 20 * time.Millisecond})
	tell(t, "rollouts-good.txt", []scenario{
		{"one by one", updates(types.UpdateConfig{}), soon},
		{"two by two", updates(types.UpdateConfig{Parallelism: &two}), soon},
		{"all at once", updates(types.UpdateConfig{Parallelism: &all}), soon},
		{"the old one goes when the new one is ready", updates(types.UpdateConfig{Order: "start-first"}), soon},
		{"with a pause between them", updates(types.UpdateConfig{Delay: second, Monitor: tenth}), soon},
		{"final together where it may be rolled back", updates(types.UpdateConfig{FailureAction: "rollback", Monitor: second}), soon},
	})
}

func TestWhatFailsIsUndoneAndTheFailureActionTaken(t *testing.T) {
	all, two := uint64(0), types.Duration(2*time.Second)
	second := map[int]memory.Behavior{2: {NeverHealthy: true}}
	dies := map[int]memory.Behavior{3: exitsAfter(3 * time.Second)}
	tell(t, "rollouts-failed.txt", []scenario{
		{"it pauses", updates(types.UpdateConfig{}), second},
		{"it goes on", updates(types.UpdateConfig{FailureAction: "continue"}), second},
		{"it is rolled back", updates(types.UpdateConfig{FailureAction: "rollback"}), second},
		{"it is rolled back, start-first", updates(types.UpdateConfig{Order: "start-first", FailureAction: "rollback"}), second},
		{"a container that dies is caught by its monitor", updates(types.UpdateConfig{FailureAction: "rollback"}), dies},
		{"one that dies when nobody looks any more is not", updates(types.UpdateConfig{Monitor: two}), dies},
		{"one that does not start", updates(types.UpdateConfig{}), each(memory.Behavior{StartError: "port is already allocated"})},
		{
			"slots in progress go on to their end", updates(types.UpdateConfig{Parallelism: &all}),
			map[int]memory.Behavior{1: {StartError: "no such file"}, 2: {NeverHealthy: true}},
		},
	})
}

func TestTooManyFailuresAreWhatTheRatioSays(t *testing.T) {
	third := updates(types.UpdateConfig{MaxFailureRatio: 0.34, FailureAction: "rollback"})
	broken := memory.Behavior{StartError: "no such file"}
	tell(t, "rollouts-ratio.txt", []scenario{
		{"one of three is not too many", third, map[int]memory.Behavior{1: broken}},
		{"two of three are", third, map[int]memory.Behavior{1: broken, 3: broken}},
	})
}

func TestARollbackKeepsToItsOwnConfig(t *testing.T) {
	all, second := uint64(0), types.Duration(time.Second)
	late := map[int]memory.Behavior{3: exitsAfter(3 * time.Second)}
	back := func(rollback types.UpdateConfig) types.DeployConfig {
		return types.DeployConfig{UpdateConfig: &types.UpdateConfig{FailureAction: "rollback"}, RollbackConfig: &rollback}
	}
	tell(t, "rollouts-rollback.txt", []scenario{
		{"one by one, with a pause", back(types.UpdateConfig{Delay: second}), late},
		{"all at once, start-first", back(types.UpdateConfig{Parallelism: &all, Order: "start-first", Monitor: second}), late},
	})
}
