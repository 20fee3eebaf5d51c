package planner

import "github.com/stackctl/stack/state"

// Condition is what a node waits for; it is empty for one that does not wait
// for a condition.
func (n Node) Condition() state.Condition {
	switch op := n.Op.(type) {
	case AwaitContainer:
		return op.Condition
	case AwaitService:
		return op.Condition
	}
	return ""
}
