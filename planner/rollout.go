package planner

import (
	"time"

	"github.com/stackctl/stack/state"
)

// Rollout is the update of a service a few containers at a time, in the words
// of Swarm's service updates. Its nodes are among the plan's; a Rollout says
// which of them belong together and what happens when some fail.
type Rollout struct {
	Service string `json:"service"`
	Order   Order  `json:"order"`
	// Parallelism is how many slots are worked on at once.
	Parallelism int `json:"parallelism"`
	// Delay is the pause between the end of a slot and the next one's turn.
	Delay time.Duration `json:"delay,omitempty"`
	// Monitor is how long a container must stay good after it was ready.
	Monitor time.Duration `json:"monitor"`
	// FailureAction is taken when more slots fail than MaxFailureRatio allows.
	FailureAction   FailureAction `json:"failureAction"`
	MaxFailureRatio float32       `json:"maxFailureRatio,omitempty"`
	// Slots are in the order of their turns.
	Slots []Slot `json:"slots"`
	// Final are the nodes with which the old containers go for good. They are
	// dropped when the failure action is taken, so that all can be brought
	// back. It is empty where each slot is final by itself.
	Final []ID `json:"final,omitempty"`
	// Rollback brings the old containers back in the slots that were updated,
	// when the failure action is FailRollback and is taken; nil otherwise. It
	// has no Rollback of its own.
	Rollback *Rollout `json:"rollback,omitempty"`
	// Nodes are those of a Rollback, which are not among the plan's: they are
	// carried out for the slots that were updated only, without the edges to
	// the others.
	Nodes []Node `json:"nodes,omitempty"`
}

// Slot is one replica's turn in a Rollout.
type Slot struct {
	Ref state.Ref `json:"ref"`
	// Delay is the node that waits before the slot's turn; empty is none.
	Delay ID `json:"delay,omitempty"`
	// Nodes are the slot's own: it is updated when all have succeeded, it failed
	// when one has, and it can be left out while none has begun.
	Nodes []ID `json:"nodes"`
}

// TooMany says whether the failure of so many slots calls for the failure
// action.
func (r Rollout) TooMany(failed, slots int) bool {
	return r.FailureAction != FailContinue && float32(failed)/float32(slots) > r.MaxFailureRatio
}

// Order says which container of a slot goes first.
type Order string

// The orders.
const (
	StopFirst  Order = "stop-first"  // the old one is stopped before the new one is started
	StartFirst Order = "start-first" // the old one is stopped when the new one is ready
)

// FailureAction says what becomes of an update in which too many slots fail.
type FailureAction string

// The failure actions.
const (
	FailPause    FailureAction = "pause"    // the other slots are left as they are
	FailContinue FailureAction = "continue" // it goes on
	FailRollback FailureAction = "rollback" // the old containers are brought back
)
