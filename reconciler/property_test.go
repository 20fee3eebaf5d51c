package reconciler_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/enginetest"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// The rules that every plan and every run keep, on projects that are drawn.

// history is a project, what an edit makes of it, and how it is brought there.
type history struct {
	first, second state.Desired
	policy        planner.UpPolicy
	engine        memory.Options
}

func drawHistory(t *rapid.T) history {
	first := drawProject(t)
	return history{first: first, second: drawChange(t, first), policy: drawPolicy(t), engine: drawEngine(t)}
}

// again is the policy of a later run: one that was forced to recreate or to
// pull would be forced again.
func (h history) again() planner.UpPolicy {
	p := h.policy
	p.Recreate, p.Pull = planner.RecreateChanged, ""
	return p
}

// check runs a property on histories. Each case is a bubble of virtual time,
// and says what is wrong by an error: a test that ends inside of a bubble
// leaves it in disorder.
func check(t *testing.T, property func(ctx context.Context, h history, n int) error) {
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		n := rapid.IntRange(1, 40).Draw(rt, "n")
		var err error
		synctest.Test(t, func(t *testing.T) { err = property(t.Context(), h, n) })
		if err != nil {
			rt.Fatal(err)
		}
	})
}

func up(ctx context.Context, x engine.Engine, desired state.Desired, policy planner.UpPolicy) error {
	plan, err := reconciler.Executor{Engine: x}.Plan(ctx, desired, policy)
	if err != nil {
		return err
	}
	err = reconciler.Executor{Engine: x}.Converge(ctx, plan, func(only []string, imagesFresh bool) (planner.Plan, error) {
		policy.Only, policy.ImagesFresh = only, imagesFresh
		return reconciler.Executor{Engine: x}.Plan(ctx, desired, policy)
	})
	if err != nil {
		return fmt.Errorf("%w, of the plan %s", err, describePlan(plan))
	}
	return nil
}

func (h history) newEngine() engine.Engine { return memory.New(h.engine).Engine() }

// converged says what another run would still do, once the engine has seen for
// itself what the probes saw.
func converged(ctx context.Context, x engine.Engine, desired state.Desired, policy planner.UpPolicy) error {
	time.Sleep(time.Minute)
	plan, err := reconciler.Executor{Engine: x}.Plan(ctx, desired, policy)
	if err != nil {
		return err
	}
	if !plan.Empty() {
		return fmt.Errorf("the next plan is not empty: %s", describePlan(plan))
	}
	observed, err := x.Observe(ctx, planner.Scope(desired))
	if err != nil {
		return err
	}
	for _, c := range observed.Containers {
		if c.IsHook() {
			return fmt.Errorf("container %s of a hook is left", c.Name)
		}
		if strings.Contains(c.Name, ".next-") || strings.HasSuffix(c.Name, ".starting") {
			return fmt.Errorf("container %s has a temporary name", c.Name)
		}
	}
	return nil
}

func describePlan(plan planner.Plan) string {
	var b strings.Builder
	for _, n := range plan.Nodes {
		fmt.Fprintf(&b, "\n  %s after %q: %s", n.ID, n.After, n.Reason)
	}
	return b.String()
}

// Rule 1: after a plan was executed the next one is empty, and makes no write
// call. Rule 8: planning makes none either.
func TestFixpoint(t *testing.T) {
	check(t, func(ctx context.Context, h history, _ int) error {
		faults := &enginetest.Faults{}
		x := faults.Wrap(h.newEngine())
		for _, desired := range []state.Desired{h.first, h.second} {
			if err := up(ctx, x, desired, h.policy); err != nil {
				return err
			}
			before := len(faults.Writes())
			if err := converged(ctx, x, desired, h.again()); err != nil {
				return err
			}
			if err := up(ctx, x, desired, h.again()); err != nil {
				return err
			}
			if writes := faults.Writes()[before:]; len(writes) > 0 {
				return fmt.Errorf("a run with nothing to do wrote: %v", writes)
			}
		}
		return nil
	})
}

// Rule 2: no operation starts before all that it comes after has succeeded,
// and every node ends exactly once.
func TestOrder(t *testing.T) {
	check(t, func(ctx context.Context, h history, _ int) error {
		x := h.newEngine()
		for _, desired := range []state.Desired{h.first, h.second} {
			plan, err := reconciler.Executor{Engine: x}.Plan(ctx, desired, h.policy)
			if err != nil {
				return err
			}
			o := newObserver(plan)
			if err := (reconciler.Executor{Engine: x, Events: o.see, Parallel: 3}).Execute(ctx, plan); err != nil {
				return fmt.Errorf("%w: %s", err, describePlan(plan))
			}
			if err := o.verdict(); err != nil {
				return err
			}
		}
		return nil
	})
}

// Rule 3: the same input in another order gives the same plan.
func TestDeterminism(t *testing.T) {
	check(t, func(ctx context.Context, h history, n int) error {
		x := h.newEngine()
		if err := up(ctx, x, h.first, h.policy); err != nil {
			return err
		}
		observed, err := x.Observe(ctx, planner.Scope(h.second))
		if err != nil {
			return err
		}
		want, err := planJSON(h.second, observed, h.policy)
		if err != nil {
			return err
		}
		random := rand.New(rand.NewPCG(uint64(n), 1))
		shuffle(random, observed.Containers)
		shuffle(random, observed.Networks)
		shuffle(random, observed.Volumes)
		got, err := planJSON(h.second, observed, h.policy)
		if diff := cmp.Diff(want, got); diff != "" {
			return errors.New(diff)
		}
		return err
	})
}

func planJSON(desired state.Desired, observed state.Observed, policy planner.UpPolicy) (string, error) {
	plan, err := planner.Up(desired, observed, policy)
	if err != nil {
		return "", err
	}
	b, err := json.MarshalIndent(plan, "", " ")
	return string(b), err
}

func shuffle[T any](random *rand.Rand, all []T) {
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
}

// Rule 4: a run that ends dead after any number of calls is made good by the
// next one, and no volume is lost.
func TestCrash(t *testing.T) {
	check(t, func(ctx context.Context, h history, n int) error {
		m := h.newEngine()
		if err := up(ctx, m, h.first, h.policy); err != nil {
			return err
		}
		before, err := volumes(ctx, m, h.first)
		if err != nil {
			return err
		}
		killed, kill := context.WithCancel(ctx)
		defer kill()
		x := (&enginetest.Faults{Before: func(_ context.Context, c enginetest.Call) error {
			if c.Write && c.N >= n {
				kill()
				return errDead
			}
			return nil
		}}).Wrap(m)
		_ = up(killed, x, h.second, h.policy)
		if err := up(ctx, m, h.second, h.again()); err != nil {
			return fmt.Errorf("the run after the crash: %w", err)
		}
		if err := converged(ctx, m, h.second, h.again()); err != nil {
			return err
		}
		return keeps(ctx, m, h.second, before)
	})
}

var errDead = errors.New("killed")

// Rule 5: whatever call fails, before or after it took effect, the run ends
// with every node in a terminal phase, and the next run converges.
func TestFaults(t *testing.T) {
	for _, fault := range []struct {
		name   string
		faults func(n int) *enginetest.Faults
	}{
		{"refused", func(n int) *enginetest.Faults {
			return &enginetest.Faults{Before: enginetest.FailWrite(n, errDead)}
		}},
		{"answer lost", func(n int) *enginetest.Faults {
			return &enginetest.Faults{After: enginetest.FailWrite(n, errDead)}
		}},
	} {
		t.Run(fault.name, func(t *testing.T) {
			check(t, func(ctx context.Context, h history, n int) error {
				m := h.newEngine()
				if err := up(ctx, m, h.first, h.policy); err != nil {
					return err
				}
				before, err := volumes(ctx, m, h.first)
				if err != nil {
					return err
				}
				x := fault.faults(n).Wrap(m)
				plan, err := reconciler.Executor{Engine: x}.Plan(ctx, h.second, h.policy)
				if err != nil {
					return err
				}
				o := newObserver(plan)
				_ = reconciler.Executor{Engine: x, Events: o.see}.Execute(ctx, plan)
				if err := o.verdict(); err != nil {
					return err
				}
				if err := up(ctx, m, h.second, h.again()); err != nil {
					return fmt.Errorf("the run after the fault: %w", err)
				}
				if err := converged(ctx, m, h.second, h.again()); err != nil {
					return err
				}
				return keeps(ctx, m, h.second, before)
			})
		})
	}
}

// Rule 6: nothing without the project's label is touched, and no volume is
// removed without consent.
func TestSafety(t *testing.T) {
	check(t, func(ctx context.Context, h history, _ int) error {
		faults := &enginetest.Faults{}
		x := faults.Wrap(h.newEngine())
		foreign := renamed(h.first, "q")
		if err := up(ctx, x, foreign, planner.UpPolicy{}); err != nil {
			return err
		}
		before, err := snapshot(ctx, x, foreign)
		if err != nil {
			return err
		}
		if err := up(ctx, x, h.first, h.policy); err != nil {
			return err
		}
		if err := up(ctx, x, h.second, h.policy); err != nil {
			return err
		}
		observed, err := x.Observe(ctx, planner.Scope(h.second))
		if err != nil {
			return err
		}
		plan, err := planner.Down(h.second, observed, planner.DownPolicy{RemoveOrphans: true})
		if err != nil {
			return err
		}
		if err := (reconciler.Executor{Engine: x}).Execute(ctx, plan); err != nil {
			return err
		}
		after, err := snapshot(ctx, x, foreign)
		if err != nil {
			return err
		}
		for _, call := range faults.Writes() {
			ours := strings.HasPrefix(call.Target, h.first.Project.Name+"_") && strings.Contains(call.Target, filesVolume)
			consented := slices.Contains(h.policy.Consents, call.Target)
			if call.Method == "RemoveVolume" && !ours && !consented {
				return fmt.Errorf("volume %s was removed without consent", call.Target)
			}
		}
		if diff := cmp.Diff(before, after); diff != "" {
			return errors.New("another project was touched: " + diff)
		}
		return nil
	})
}

// observer sees that a run keeps to its plan.
type observer struct {
	plan  planner.Plan
	begun map[string]bool
	ended map[string]event.Phase
	wrong []string
}

func newObserver(plan planner.Plan) *observer {
	return &observer{plan: plan, begun: map[string]bool{}, ended: map[string]event.Phase{}}
}

func (o *observer) see(e event.Event) {
	if e.Phase.Terminal() {
		if o.ended[e.Node] != "" {
			o.wrong = append(o.wrong, e.Node+" ended twice")
		}
		o.ended[e.Node] = e.Phase
	}
	if e.Phase != event.Started {
		return
	}
	o.begun[e.Node] = true
	i := slices.IndexFunc(o.plan.Nodes, func(n planner.Node) bool { return string(n.ID) == e.Node })
	var after []planner.ID
	if i >= 0 {
		after = o.plan.Nodes[i].After
	} else if !o.rollsBack(e.Node) {
		o.wrong = append(o.wrong, e.Node+" is not in the plan")
	}
	for _, before := range after {
		if o.ended[string(before)] != event.Succeeded {
			o.wrong = append(o.wrong, fmt.Sprintf("%s started before %s had succeeded", e.Node, before))
		}
	}
}

// rollsBack is true for a node of a rollback.
func (o *observer) rollsBack(id string) bool {
	return slices.ContainsFunc(o.plan.Rollouts, func(r planner.Rollout) bool {
		return r.Rollback != nil && slices.ContainsFunc(r.Rollback.Nodes, func(n planner.Node) bool { return string(n.ID) == id })
	})
}

func (o *observer) verdict() error {
	for id := range o.begun {
		if o.ended[id] == "" {
			o.wrong = append(o.wrong, id+" never ended")
		}
	}
	for _, n := range o.plan.Nodes {
		if o.ended[string(n.ID)] == "" {
			o.wrong = append(o.wrong, string(n.ID)+" never ended")
		}
	}
	if len(o.wrong) > 0 {
		return errors.New(strings.Join(o.wrong, "; "))
	}
	return nil
}

// volumes are the volumes of the project, the anonymous ones of its containers
// among them, by the replica and path where they are mounted.
func volumes(ctx context.Context, x engine.Engine, desired state.Desired) (map[string]string, error) {
	observed, err := x.Observe(ctx, planner.Scope(desired))
	if err != nil {
		return nil, err
	}
	mounted := map[string]string{}
	for _, c := range observed.Containers {
		for _, m := range c.Mounts {
			if m.Type == "volume" && !strings.Contains(m.Name, filesVolume) {
				mounted[fmt.Sprintf("%s/%d%s", c.Service, c.Number, m.Destination)] = m.Name
			}
		}
	}
	return mounted, nil
}

// keeps says which replica that is still there has lost its volume.
func keeps(ctx context.Context, x engine.Engine, desired state.Desired, before map[string]string) error {
	after, err := volumes(ctx, x, desired)
	if err != nil {
		return err
	}
	for place, name := range after {
		if before[place] != "" && before[place] != name {
			return fmt.Errorf("%s had volume %s and has %s now", place, before[place], name)
		}
	}
	return nil
}

// renamed is the same project under another name.
func renamed(desired state.Desired, name string) state.Desired {
	desired.Project.Name = name
	desired.Networks, desired.Volumes = slices.Clone(desired.Networks), slices.Clone(desired.Volumes)
	for i := range desired.Networks {
		desired.Networks[i].Config.Name = name + "_" + desired.Networks[i].Key
	}
	for i := range desired.Volumes {
		desired.Volumes[i].Config.Name = name + "_" + desired.Volumes[i].Key
	}
	return desired
}

// snapshot is what an engine holds of a project.
func snapshot(ctx context.Context, x engine.Engine, desired state.Desired) (state.Observed, error) {
	observed, err := x.Observe(ctx, planner.Scope(desired))
	for i := range observed.Containers {
		observed.Containers[i].Health, observed.Containers[i].HealthLog = "", nil // goes on by itself
	}
	observed.Images = nil // shared by all
	return observed, err
}
