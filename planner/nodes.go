package planner

import (
	"fmt"
	"slices"

	"github.com/stackctl/stack/dag"
)

// nodeSet collects nodes by their id.
type nodeSet struct {
	byID map[ID]*Node
	log  []ID // in the order in which they were added
}

// add adds a node and returns its id. Its edges may hold empty ids, which
// stand for what is there already, and duplicates.
func (s *nodeSet) add(node Node) ID {
	if s.byID == nil {
		s.byID = map[ID]*Node{}
	}
	if _, taken := s.byID[node.ID]; taken {
		panic(fmt.Sprintf("planner: two nodes are called %q", node.ID))
	}
	node.After = cleanIDs(node.After)
	node.Settled = cleanIDs(node.Settled)
	s.byID[node.ID] = &node
	s.log = append(s.log, node.ID)
	return node.ID
}

func (s *nodeSet) get(id ID) *Node { return s.byID[id] }

// after adds edges to a node that exists.
func (s *nodeSet) after(id ID, after ...ID) {
	node := s.byID[id]
	node.After = cleanIDs(append(node.After, after...))
}

// settled is after for edges that ask for an end only.
func (s *nodeSet) settled(id ID, settled ...ID) {
	node := s.byID[id]
	node.Settled = cleanIDs(append(node.Settled, settled...))
}

// heads are those of some nodes that come after none of the others.
func (s *nodeSet) heads(ids []ID) []ID {
	return slices.DeleteFunc(slices.Clone(ids), func(id ID) bool {
		return slices.ContainsFunc(s.byID[id].After, func(before ID) bool { return slices.Contains(ids, before) })
	})
}

// ends are the nodes that no other one comes after.
func (s *nodeSet) ends() []ID {
	followed := map[ID]bool{}
	for _, node := range s.byID {
		for _, before := range slices.Concat(node.After, node.Settled) {
			followed[before] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(s.log), func(id ID) bool { return followed[id] })
}

// sorted returns the nodes in an order in which each comes after what it waits
// for.
func (s *nodeSet) sorted() ([]Node, error) {
	g := dag.New[ID]()
	for id, node := range s.byID {
		g.Add(id)
		for _, before := range slices.Concat(node.After, node.Settled) {
			g.Edge(id, before)
		}
	}
	order, err := g.Order()
	if err != nil {
		return nil, err
	}
	nodes := make([]Node, 0, len(order))
	for _, id := range order {
		nodes = append(nodes, *s.byID[id])
	}
	return nodes, nil
}

func cleanIDs(ids []ID) []ID {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id ID) bool { return id == "" })
	slices.Sort(ids)
	return slices.Compact(ids)
}
