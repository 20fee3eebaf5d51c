package reconciler_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"go.uber.org/goleak"

	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// projectOf is a project of services that have a healthcheck each, every ten
// seconds, and their hashes.
func projectOf(services ...state.Service) state.Desired {
	desired := state.Desired{Project: state.Project{Name: "p"}, Services: services}
	desired.Networks = []state.Network{{Key: "default", Config: types.NetworkConfig{Name: "p_default"}}}
	for i := range desired.Services {
		settle(&desired.Services[i])
		desired.Known = append(desired.Known, desired.Services[i].Name)
	}
	return desired
}

func serviceOf(name string, dependencies ...state.Dependency) state.Service {
	interval := types.Duration(10 * time.Second)
	s := state.Service{Name: name, Replicas: 1, PullPolicy: "missing", DependsOn: dependencies}
	s.Config = types.ServiceConfig{Name: name}
	s.Config.Image = "img:1"
	s.Config.Networks = map[string]*types.ServiceNetworkConfig{"default": nil}
	s.Config.HealthCheck = &types.HealthCheckConfig{Test: []string{"CMD", "check"}, Interval: &interval}
	return s
}

func on(service string, condition state.Condition) state.Dependency {
	return state.Dependency{Service: service, Condition: condition, Required: true}
}

// behaves is an engine whose containers behave as their services are told to.
func behaves(behaviors map[string]memory.Behavior) *memory.Memory {
	return memory.New(memory.Options{Behavior: func(spec state.ContainerSpec) memory.Behavior {
		return behaviors[spec.Service]
	}})
}

// recording collects the events of a run.
type recording struct {
	mu     sync.Mutex
	events []event.Event
	on     func(event.Event)
}

func (r *recording) see(e event.Event) {
	r.mu.Lock()
	r.events = append(r.events, e)
	r.mu.Unlock()
	if r.on != nil {
		r.on(e)
	}
}

// phase is the terminal phase of a node, or "" if it has none.
func (r *recording) phase(node string) event.Phase {
	i := slices.IndexFunc(r.events, func(e event.Event) bool { return e.Node == node && e.Phase.Terminal() })
	if i < 0 {
		return ""
	}
	return r.events[i].Phase
}

// at is when a node ended, after the run began.
func (r *recording) at(node string) time.Duration {
	i := slices.IndexFunc(r.events, func(e event.Event) bool { return e.Node == node && e.Phase.Terminal() })
	return r.events[i].Time.Sub(r.events[0].Time)
}

// runUp brings a project up once and records it.
func runUp(ctx context.Context, m *memory.Memory, desired state.Desired, policy planner.UpPolicy, r *recording, stop <-chan struct{}) error {
	x := reconciler.Executor{Engine: m.Engine(), Events: r.see, Stop: stop}
	return x.Reconcile(ctx, desired, policy)
}

// names are the names of the containers that the engine holds, with a star for
// those that run.
func names(ctx context.Context, m *memory.Memory, desired state.Desired) string {
	observed, err := m.Engine().Observe(ctx, planner.Scope(desired))
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, c := range observed.Containers {
		name := c.Name
		if c.Running() {
			name += "*"
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}
