package reconciler

import (
	"slices"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// schedule knows which nodes of a plan may start. It starts nothing itself,
// and is used from one goroutine.
type schedule struct {
	nodes      map[planner.ID]*scheduled
	order      []planner.ID
	ready      []planner.ID
	left       int                      // nodes that have not ended
	starts     map[state.Ref]planner.ID // the container starts, by what they start
	stoppedRef map[state.Ref]bool       // containers that a node has begun to stop
}

type scheduled struct {
	node       planner.Node
	waits      int
	dependents []planner.ID // through After
	observers  []planner.ID // through Settled
	begun      bool
	ended      bool
	succeeded  bool
}

func newSchedule(nodes []planner.Node) *schedule {
	s := &schedule{
		nodes:  map[planner.ID]*scheduled{},
		starts: map[state.Ref]planner.ID{}, stoppedRef: map[state.Ref]bool{},
	}
	s.add(nodes)
	return s
}

// add adds nodes that come after none that were added before.
func (s *schedule) add(nodes []planner.Node) {
	s.left += len(nodes)
	for _, node := range nodes {
		s.nodes[node.ID] = &scheduled{node: node, waits: len(node.After) + len(node.Settled)}
		s.order = append(s.order, node.ID)
		if _, is := node.Op.(planner.StartContainer); is {
			s.starts[node.Ref] = node.ID
		}
	}
	for _, node := range nodes {
		for _, before := range node.After {
			s.nodes[before].dependents = append(s.nodes[before].dependents, node.ID)
		}
		for _, before := range node.Settled {
			s.nodes[before].observers = append(s.nodes[before].observers, node.ID)
		}
		if len(node.After)+len(node.Settled) == 0 {
			s.ready = append(s.ready, node.ID)
		}
	}
}

func (s *schedule) node(id planner.ID) planner.Node { return s.nodes[id].node }
func (s *schedule) done() bool                      { return s.left == 0 }

// takeReady returns the nodes that may start now, once each.
func (s *schedule) takeReady() []planner.Node {
	var nodes []planner.Node
	for _, id := range s.ready {
		n := s.nodes[id]
		if n.ended || n.begun {
			continue
		}
		n.begun = true
		if _, is := n.node.Op.(planner.StopContainer); is && s.starts[n.node.Ref] != "" {
			s.stoppedRef[n.node.Ref] = true
		}
		nodes = append(nodes, n.node)
	}
	s.ready = nil
	return nodes
}

func (s *schedule) succeeded(id planner.ID) {
	s.nodes[id].succeeded = true
	s.end(id)
	for _, dependent := range s.nodes[id].dependents {
		s.release(dependent)
	}
}

// failed ends a node and all that cannot run without it, which it returns.
func (s *schedule) failed(id planner.ID) (skipped []planner.Node) {
	s.end(id)
	for _, dependent := range s.nodes[id].dependents {
		if d := s.nodes[dependent]; !d.ended && !d.begun {
			skipped = append(skipped, d.node)
			skipped = append(skipped, s.failed(dependent)...)
		}
	}
	return skipped
}

// skip ends those of some nodes that have not begun, and all that cannot run
// without them, which it returns. Empty ids stand for none.
func (s *schedule) skip(ids []planner.ID) (skipped []planner.Node) {
	for _, id := range ids {
		if n := s.nodes[id]; n != nil && !n.ended && !n.begun {
			skipped = append(skipped, n.node)
			skipped = append(skipped, s.failed(id)...)
		}
	}
	return skipped
}

func (s *schedule) anyBegun(ids []planner.ID) bool {
	return slices.ContainsFunc(ids, func(id planner.ID) bool { return s.nodes[id].begun })
}

func (s *schedule) allEnded(ids []planner.ID) bool {
	return !slices.ContainsFunc(ids, func(id planner.ID) bool { return !s.nodes[id].ended })
}

func (s *schedule) allSucceeded(ids []planner.ID) bool {
	return !slices.ContainsFunc(ids, func(id planner.ID) bool { return !s.nodes[id].succeeded })
}

func (s *schedule) end(id planner.ID) {
	n := s.nodes[id]
	n.ended = true
	s.left--
	for _, observer := range n.observers {
		s.release(observer)
	}
}

func (s *schedule) release(id planner.ID) {
	n := s.nodes[id]
	if n.waits--; n.waits > 0 || n.ended {
		return
	}
	s.ready = append(s.ready, id)
}

// mustFinish is true for a node that goes on with a replacement whose old
// container has been stopped.
func (s *schedule) mustFinish(node planner.Node) bool {
	return s.stoppedRef[node.Ref] && !blocks(node)
}

// interrupt ends the nodes that have not begun, but those that must be
// finished, and returns them.
func (s *schedule) interrupt() []planner.Node {
	return s.drop(func(n *scheduled) bool { return !n.begun && !s.finishes(n) })
}

// cancel ends all nodes that have not begun, and returns them.
func (s *schedule) cancel() []planner.Node {
	return s.drop(func(n *scheduled) bool { return !n.begun })
}

// reached is true for a node that would be next: all that it comes after has
// begun.
func (s *schedule) reached(node planner.Node) bool {
	return !slices.ContainsFunc(node.After, func(id planner.ID) bool { return !s.nodes[id].begun })
}

// finishes is true for a node that must be finished and can be: all that it
// comes after has begun or must be finished too.
func (s *schedule) finishes(n *scheduled) bool {
	if !s.mustFinish(n.node) {
		return false
	}
	for _, before := range slices.Concat(n.node.After, n.node.Settled) {
		b := s.nodes[before]
		if !b.begun && !b.ended && !s.finishes(b) {
			return false
		}
	}
	return true
}

func (s *schedule) drop(unwanted func(*scheduled) bool) []planner.Node {
	var dropped []planner.Node
	for _, id := range s.order {
		if n := s.nodes[id]; !n.ended && unwanted(n) {
			dropped = append(dropped, n.node)
		}
	}
	for _, node := range dropped {
		if n := s.nodes[node.ID]; !n.ended {
			n.ended = true
			s.left--
		}
	}
	return dropped
}
