package render

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// order answers what a plan's nodes say of a resource: when its turn is, what
// it waits for, and what is undone when it fails.
type order struct {
	byID  map[planner.ID]planner.Node
	byRef map[state.Ref][]planner.Node
	ranks map[state.Ref]int
}

func newOrder(plan planner.Plan) order {
	o := order{
		byID:  map[planner.ID]planner.Node{},
		byRef: map[state.Ref][]planner.Node{},
		ranks: map[state.Ref]int{},
	}
	started := map[state.Ref]bool{}
	for i, node := range plan.Nodes {
		o.byID[node.ID] = node
		o.byRef[node.Ref] = append(o.byRef[node.Ref], node)
		if !started[node.Ref] {
			o.ranks[node.Ref] = i
		}
		if _, is := node.Op.(planner.StartContainer); is {
			started[node.Ref] = true
		}
	}
	return o
}

// kinds returns the kinds of resource in the order in which they are changed:
// what services need comes before them, and goes after them.
func kinds(plan planner.Plan) []state.Kind {
	all := []state.Kind{
		state.KindNetwork, state.KindVolume, state.KindConfig, state.KindSecret, state.KindImage,
		state.KindModel, state.KindProvider, state.KindHook, state.KindContainer, state.KindService,
	}
	if c := Count(plan); c.Delete > 0 && c.Create+c.Update+c.Replace == 0 {
		slices.Reverse(all)
	}
	return all
}

// rank is when a resource's turn is: when it is started, or else when its last
// node is done. One without nodes is last.
func (o order) rank(ref state.Ref) int {
	if rank, known := o.ranks[ref]; known {
		return rank
	}
	return math.MaxInt
}

// waits says which others a container or service waits for: "after db is
// healthy, migrate completed".
func (o order) waits(ref state.Ref) string {
	facts := map[string]map[state.Ref]bool{}
	for _, node := range o.byRef[ref] {
		for _, id := range node.After {
			if before, ok := o.byID[id]; ok && before.Ref != ref && before.Ref.Kind == ref.Kind {
				remember(facts, fact(before.Op), before.Ref)
			}
		}
		for _, id := range node.Settled {
			// Replicas of one service that come after each other have turns.
			if before, ok := o.byID[id]; ok && before.Ref.Name != ref.Name {
				remember(facts, fact(before.Op)+" (optional)", before.Ref)
			}
		}
	}
	type wait struct {
		who  []string
		fact string
	}
	var waits []wait
	for fact, refs := range facts {
		waits = append(waits, wait{subjects(refs, ref), fact})
	}
	slices.SortFunc(waits, func(a, b wait) int { return cmp.Or(slices.Compare(a.who, b.who), cmp.Compare(a.fact, b.fact)) })
	var all []string
	for _, w := range waits {
		if rest, is := strings.CutPrefix(w.fact, "is "); is && len(w.who) > 1 {
			w.fact = "are " + rest
		}
		all = append(all, enumerate(w.who)+" "+w.fact)
	}
	if len(all) == 0 {
		return ""
	}
	return "after " + strings.Join(all, ", ")
}

func remember(facts map[string]map[state.Ref]bool, fact string, ref state.Ref) {
	if facts[fact] == nil {
		facts[fact] = map[state.Ref]bool{}
	}
	facts[fact][ref] = true
}

// subjects names other services as such, and replicas of one's own by number.
func subjects(refs map[state.Ref]bool, of state.Ref) []string {
	var all []string
	for ref := range refs {
		if ref.Name == of.Name {
			all = append(all, ref.String())
		} else {
			all = append(all, ref.Name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// fact is what is true of a container or service when an operation has
// succeeded.
func fact(op planner.Operation) string {
	switch op := op.(type) {
	case planner.AwaitContainer:
		return conditionFact(op.Condition)
	case planner.AwaitService:
		return conditionFact(op.Condition)
	case planner.UpdateService:
		return "is updated"
	case planner.AwaitServiceGone:
		return "is gone"
	case planner.StartContainer, planner.RunHook:
		return "started"
	case planner.StopContainer:
		return "stopped"
	case planner.KillContainer:
		return "is killed"
	case planner.PauseContainer:
		return "is paused"
	case planner.UnpauseContainer:
		return "goes on"
	case planner.RemoveContainer, planner.RemoveService:
		return "is removed"
	case planner.RenameContainer:
		return "has its name"
	case planner.DisconnectNetwork:
		return "is disconnected"
	case planner.ConnectNetwork:
		return "is connected"
	}
	return "is created"
}

func conditionFact(condition state.Condition) string {
	switch condition {
	case state.Healthy:
		return "is healthy"
	case state.Completed:
		return "completed"
	case state.Ready:
		return "is ready"
	case state.Started:
	}
	return "started"
}

// undo says what is done when a container's last node that can be undone
// fails.
func (o order) undo(ref state.Ref) string {
	nodes := o.byRef[ref]
	for _, node := range slices.Backward(nodes) {
		if len(node.OnFailure) == 0 {
			continue
		}
		var steps []string
		for _, op := range node.OnFailure {
			steps = append(steps, undoStep(op, whichOf(node.OnFailure)))
		}
		return "if it fails: " + strings.Join(steps, ", ")
	}
	return ""
}

func undoStep(op planner.Operation, which func(state.Handle) string) string {
	switch op := op.(type) {
	case planner.RemoveContainer:
		return "remove " + which(op.Container)
	case planner.StopContainer:
		return "stop " + which(op.Container)
	case planner.StartContainer:
		return "start " + which(op.Container) + " again"
	case planner.RenameContainer:
		return fmt.Sprintf("rename %s to %s", which(op.Container), op.Name)
	case planner.ConnectNetwork:
		return fmt.Sprintf("connect %s to %s again", which(op.Container), op.Attachment.Network)
	}
	return op.Kind()
}

// whichOf tells the two containers of a replacement apart: the engine has given
// an id to the old one only. One that is only stopped and renamed replaces none.
func whichOf(undo []planner.Operation) func(state.Handle) string {
	alone := !slices.ContainsFunc(undo, func(op planner.Operation) bool {
		switch op.(type) {
		case planner.StopContainer, planner.RenameContainer:
			return false
		}
		return true
	})
	return func(container state.Handle) string {
		switch {
		case alone:
			return "it"
		case container.ID == "":
			return "the new one"
		}
		return "the old one"
	}
}

// imageSource says where an image comes from.
func (o order) imageSource(ref state.Ref) string {
	var all []string
	for _, node := range o.byRef[ref] {
		switch op := node.Op.(type) {
		case planner.PullImage:
			all = append(all, "pull")
		case planner.BuildImage:
			verb := "build "
			if op.Build.Check {
				verb = "check "
			}
			all = append(all, strings.TrimRight(verb+op.Build.Config.Context, " "))
		case planner.PushImage:
			all = append(all, "push")
		}
	}
	return strings.Join(all, ", ")
}
