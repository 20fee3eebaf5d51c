package render

import (
	"cmp"
	"slices"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// view is what is known of a run: a row for each resource that it changes.
type view struct {
	project   string
	unchanged int
	began     time.Time
	ended     time.Time // zero while it runs

	cast  cast
	rows  []*row // in the order of the plan's text
	bySub map[subject]*row
	tasks map[planner.ID]*task
	back  map[planner.ID]planner.Node // of rollbacks: they are tasks once they begin
}

// row is a resource.
type row struct {
	subject
	label string // how others that wait for it call it
	tasks []*task
	back  []*task // of a rollback: they alone count once there are some
}

// task is a node of the plan and how far it is.
type task struct {
	node      planner.Node
	row       *row
	phase     event.Phase // empty before it starts
	from, to  time.Time
	condition state.Condition
	detail    string
	bytes     int64
	total     int64
	error     string
	cause     string
	undone    bool
}

func newView(now time.Time) *view {
	return &view{began: now, bySub: map[subject]*row{}, tasks: map[planner.ID]*task{}, back: map[planner.ID]planner.Node{}}
}

// next adds a plan's nodes to those of the plans before.
func (v *view) next(plan planner.Plan) {
	v.project = plan.Project
	v.unchanged = Count(plan).Unchanged
	v.cast = v.cast.next(plan)
	for _, change := range plan.Changes {
		if r := v.bySub[subject{change.Ref.Kind, change.Name}]; r != nil && change.Action == planner.NoOp {
			v.unchanged-- // it has a row already
		}
	}
	labels := labelsOf(plan)
	first := len(v.rows)
	for _, node := range plan.Nodes {
		s := v.cast.subject(node.Ref, node.Name())
		r := v.bySub[s]
		if r == nil {
			r = &row{subject: s, label: labels[node.Ref]}
			v.bySub[s] = r
			v.rows = append(v.rows, r)
		}
		t := &task{node: node, row: r, condition: node.Condition()}
		r.tasks = append(r.tasks, t)
		v.tasks[node.ID] = t
	}
	sortRows(v.rows[first:], plan)
	for _, node := range backNodes(plan) {
		v.back[node.ID] = node
	}
}

// takeBack makes a rollback's node a task of its replica; nil is none.
func (v *view) takeBack(id planner.ID) *task {
	node, known := v.back[id]
	if !known {
		return nil
	}
	for _, r := range v.rows {
		if r.tasks[0].node.Ref == node.Ref {
			t := &task{node: node, row: r, condition: node.Condition()}
			r.back, v.tasks[id] = append(r.back, t), t
			return t
		}
	}
	return nil
}

// sortRows puts rows in the order in which the plan's text has them.
func sortRows(rows []*row, plan planner.Plan) {
	order, kinds := newOrder(plan), kinds(plan)
	slices.SortStableFunc(rows, func(a, b *row) int {
		return cmp.Or(
			cmp.Compare(slices.Index(kinds, a.kind), slices.Index(kinds, b.kind)),
			cmp.Compare(order.rank(a.tasks[0].node.Ref), order.rank(b.tasks[0].node.Ref)),
		)
	})
}

// labelsOf returns short names: db for a service's only replica, web/2 for
// others.
func labelsOf(plan planner.Plan) map[state.Ref]string {
	replicas := map[string]int{}
	for _, change := range plan.Changes {
		if change.Ref.Kind == state.KindContainer {
			replicas[change.Ref.Name]++
		}
	}
	labels := map[state.Ref]string{}
	for _, node := range plan.Nodes {
		switch ref := node.Ref; {
		case ref.Kind == state.KindContainer && replicas[ref.Name] > 1:
			labels[ref] = ref.String()
		case ref.Kind == state.KindContainer || ref.Kind == state.KindImage || ref.Kind == state.KindService:
			labels[ref] = ref.Name
		default:
			labels[ref] = string(ref.Kind) + " " + ref.Name
		}
	}
	return labels
}

// take updates the view with an event.
func (v *view) take(e event.Event) {
	t := v.tasks[planner.ID(e.Node)]
	if t == nil {
		t = v.takeBack(planner.ID(e.Node))
	}
	if t == nil {
		return
	}
	switch e.Phase {
	case event.Started:
		t.phase, t.from = e.Phase, e.Time
	case event.Progress:
		if e.Layer != "" {
			return // the whole of them is shown
		}
		t.detail, t.bytes, t.total = oneLine(e.Detail), e.Bytes, e.Total
	case event.Undone:
		t.undone = true
	case event.Succeeded, event.Failed, event.Skipped, event.Canceled:
		t.phase, t.to = e.Phase, e.Time
		t.error, t.cause = oneLine(e.Error), v.cast.cause(e.Cause)
	case event.Warning:
	}
}

// status is what is shown of a row.
type status int

// The statuses, those first that are left out last when there is no room.
const (
	failed    status = iota
	tolerated        // failed, but not required
	running
	waiting
	skipped
	canceled
	done
)

// status returns how a row is, and the task that says so.
func (r *row) status() (status, *task) {
	var last [done + 1]*task
	tasks := r.tasks
	if len(r.back) > 0 {
		tasks = r.back
	}
	for _, t := range tasks {
		st := t.status()
		// The first failure is the telling one, and of others the last.
		if p := last[st]; p == nil || st != failed && !t.from.Before(p.from) {
			last[st] = t
		}
	}
	for _, st := range [...]status{failed, running, canceled, skipped, waiting, tolerated, done} {
		if last[st] != nil {
			return st, last[st]
		}
	}
	return done, nil
}

func (t *task) status() status {
	switch t.phase {
	case event.Started:
		return running
	case event.Succeeded:
		return done
	case event.Failed:
		if t.node.Optional {
			return tolerated
		}
		return failed
	case event.Skipped:
		return skipped
	case event.Canceled:
		return canceled
	case event.Progress, event.Undone, event.Warning: // these are not kept
	}
	return waiting
}

// blockers are the unfinished tasks of other rows that a row waits for next.
func (v *view) blockers(r *row) []*task {
	var all []*task
	for _, t := range r.tasks {
		if t.phase != "" {
			continue
		}
		var foreign []*task
		next := true
		for _, id := range slices.Concat(t.node.After, t.node.Settled) {
			before := v.tasks[id]
			switch {
			case before == nil || before.phase.Terminal():
			case before.row == r:
				next = false
			default:
				foreign = append(foreign, before)
			}
		}
		if next {
			all = append(all, foreign...)
		}
	}
	return all
}

// since is when a row began to wait: when the last of its tasks ended.
func (v *view) since(r *row) time.Time {
	since := v.began
	for _, t := range slices.Concat(r.tasks, r.back) {
		if t.to.After(since) {
			since = t.to
		}
	}
	return since
}

// took is how long a row's tasks took from the first to the last.
func (r *row) took() time.Duration {
	var from, to time.Time
	for _, t := range slices.Concat(r.tasks, r.back) {
		if !t.from.IsZero() && (from.IsZero() || t.from.Before(from)) {
			from = t.from
		}
		if t.to.After(to) {
			to = t.to
		}
	}
	if from.IsZero() {
		return 0
	}
	return to.Sub(from)
}
