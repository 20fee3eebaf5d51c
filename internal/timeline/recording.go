// Package timeline says what ran when in a run, and which of it the run's length
// is made of. It is pure: all times are those of the events and plans that it is
// told.
package timeline

import (
	"slices"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// Recording is what is known of a run while it goes on. The zero value is ready
// to use, from one goroutine at a time.
type Recording struct {
	plans  []notedPlan
	spans  []Span
	latest map[planner.ID]int // the last span of a node
	label  map[state.Ref]string
}

// notedPlan is a plan, and when the run took it up.
type notedPlan struct {
	plan  planner.Plan
	at    time.Time
	nodes map[planner.ID]planner.Node
}

// Plan notes a plan: the first one, or one that the run goes on with.
func (r *Recording) Plan(plan planner.Plan, at time.Time) {
	noted := notedPlan{plan: plan, at: at, nodes: map[planner.ID]planner.Node{}}
	for _, rollout := range plan.Rollouts {
		if rollout.Rollback != nil {
			noted.add(rollout.Rollback.Nodes)
		}
	}
	noted.add(plan.Nodes)
	r.plans = append(r.plans, noted)
	r.addLabels(plan)
}

func (p notedPlan) add(nodes []planner.Node) {
	for _, node := range nodes {
		p.nodes[node.ID] = node
	}
}

// addLabels finds short names: db for a service's only replica, web/2 for
// others.
func (r *Recording) addLabels(plan planner.Plan) {
	if r.label == nil {
		r.label = map[state.Ref]string{}
	}
	replicas := map[string]int{}
	for _, change := range plan.Changes {
		if change.Ref.Kind == state.KindContainer {
			replicas[change.Ref.Name]++
		}
	}
	for _, node := range plan.Nodes {
		ref := node.Ref
		switch {
		case ref.Kind == state.KindContainer && replicas[ref.Name] > 1:
			r.label[ref] = ref.String()
		case ref.Kind == state.KindContainer || ref.Kind == state.KindImage || ref.Kind == state.KindHook:
			r.label[ref] = ref.Name
		default:
			r.label[ref] = string(ref.Kind) + " " + ref.Name
		}
	}
}

// Event notes an event.
func (r *Recording) Event(e event.Event) {
	id := planner.ID(e.Node)
	at, node := r.find(id)
	if at < 0 {
		return // it is about no node
	}
	switch e.Phase {
	case event.Started:
		r.begin(at, node, e)
	case event.Succeeded, event.Failed, event.Skipped, event.Canceled:
		i, begun := r.latest[id]
		if !begun || r.spans[i].Phase.Terminal() {
			i = r.begin(at, node, e)
		}
		s := &r.spans[i]
		s.To, s.Phase, s.Error, s.Cause = e.Time, e.Phase, e.Error, planner.ID(e.Cause)
	case event.Undone:
		r.undone(at, node, e)
	case event.Progress, event.Warning:
	}
}

// find is the latest plan that has a node, by its index, -1 for none.
func (r *Recording) find(id planner.ID) (int, planner.Node) {
	for i := range slices.Backward(r.plans) {
		if node, has := r.plans[i].nodes[id]; has {
			return i, node
		}
	}
	return -1, planner.Node{}
}

// begin adds a span, and returns its index.
func (r *Recording) begin(plan int, node planner.Node, e event.Event) int {
	if r.latest == nil {
		r.latest = map[planner.ID]int{}
	}
	s := Span{
		Node: node.ID, Ref: node.Ref, Name: node.Name(), Label: r.label[node.Ref], Group: node.Group,
		Op: node.Op.Kind(), Wait: waits(node.Op), Optional: node.Optional,
		From: e.Time, To: e.Time, Phase: event.Started, Condition: node.Condition(), plan: plan,
	}
	if e.Phase == event.Started {
		s.after = r.before(node)
	}
	if s.Label == "" {
		s.Label = node.Ref.Name // of a rollback
	}
	r.spans = append(r.spans, s)
	r.latest[node.ID] = len(r.spans) - 1
	return len(r.spans) - 1
}

// before are the spans that a node came after.
func (r *Recording) before(node planner.Node) []int {
	var all []int
	for _, id := range slices.Concat(node.After, node.Settled) {
		if i, known := r.latest[id]; known {
			all = append(all, i)
		}
	}
	return all
}

// undone adds a step of what undid the damage of a node: it went on since the
// step before, or the failure itself.
func (r *Recording) undone(plan int, node planner.Node, e event.Event) {
	i, known := r.latest[node.ID]
	if !known {
		return
	}
	for j := i + 1; j < len(r.spans); j++ {
		if r.spans[j].Undo && r.spans[j].Node == node.ID {
			i = j
		}
	}
	r.spans = append(r.spans, Span{
		Node: node.ID, Ref: node.Ref, Name: e.Name, Label: r.spans[i].Label, Group: node.Group, Op: e.Op,
		From: r.spans[i].To, To: e.Time, Phase: event.Succeeded, Undo: true, plan: plan, after: []int{i},
	})
}

// waits is true for operations that wait for something to happen, where others
// do something.
func waits(op planner.Operation) bool {
	switch op.(type) {
	case planner.AwaitContainer, planner.MonitorContainer, planner.Delay, planner.AwaitService, planner.AwaitServiceGone:
		return true
	}
	return false
}
