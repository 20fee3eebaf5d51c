// Package dag is a directed graph with what plans need of one: a topological
// order, a cycle with its path, closures, and a drawing for Graphviz.
//
// An edge goes from a node to what it depends on. Every answer is in a fixed
// order, whatever the order in which nodes and edges were added.
package dag

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Graph is a directed graph. The zero value is empty and ready to use.
type Graph[K cmp.Ordered] struct {
	edges map[K]map[K]struct{}
}

// New returns an empty graph.
func New[K cmp.Ordered]() *Graph[K] { return &Graph[K]{} }

// Add adds a node. It may be there already.
func (g *Graph[K]) Add(node K) {
	if g.edges == nil {
		g.edges = map[K]map[K]struct{}{}
	}
	if g.edges[node] == nil {
		g.edges[node] = map[K]struct{}{}
	}
}

// Edge says that from depends on to. Both are added if they are not there.
func (g *Graph[K]) Edge(from, to K) {
	g.Add(from)
	g.Add(to)
	g.edges[from][to] = struct{}{}
}

// Has is true for a node of the graph.
func (g *Graph[K]) Has(node K) bool { return g.edges[node] != nil }

// Nodes returns all nodes, sorted.
func (g *Graph[K]) Nodes() []K { return slices.Sorted(maps.Keys(g.edges)) }

// Dependencies returns what node depends on directly, sorted.
func (g *Graph[K]) Dependencies(node K) []K { return slices.Sorted(maps.Keys(g.edges[node])) }

// Reverse returns the graph with every edge turned round.
func (g *Graph[K]) Reverse() *Graph[K] {
	r := New[K]()
	for from, tos := range g.edges {
		r.Add(from)
		for to := range tos {
			r.Edge(to, from)
		}
	}
	return r
}

// Closure returns the given nodes and all that they depend on, directly or
// not, sorted. Nodes that the graph does not have are left out.
func (g *Graph[K]) Closure(nodes ...K) []K {
	seen := map[K]bool{}
	stack := slices.Clone(nodes)
	for len(stack) > 0 {
		node := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[node] || !g.Has(node) {
			continue
		}
		seen[node] = true
		for to := range g.edges[node] {
			stack = append(stack, to)
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// CycleError is a graph that has no order.
type CycleError[K cmp.Ordered] struct {
	Path []K // the first node again at the end
}

// Error shows the path.
func (e *CycleError[K]) Error() string {
	words := make([]string, len(e.Path))
	for i, node := range e.Path {
		words[i] = fmt.Sprint(node)
	}
	return "dependency cycle: " + strings.Join(words, " → ")
}

// Order returns the nodes so that each comes after all that it depends on;
// among those that could come next, the smallest comes first. A graph with a
// cycle gives a [CycleError].
func (g *Graph[K]) Order() ([]K, error) {
	waits := make(map[K]int, len(g.edges))
	dependents := map[K][]K{}
	var ready minHeap[K]
	for node, tos := range g.edges {
		waits[node] = len(tos)
		if len(tos) == 0 {
			ready.push(node)
		}
		for to := range tos {
			dependents[to] = append(dependents[to], node)
		}
	}
	order := make([]K, 0, len(g.edges))
	for len(ready) > 0 {
		node := ready.pop()
		order = append(order, node)
		for _, dependent := range dependents[node] {
			if waits[dependent]--; waits[dependent] == 0 {
				ready.push(dependent)
			}
		}
	}
	if len(order) < len(g.edges) {
		return nil, &CycleError[K]{Path: g.Cycle()}
	}
	return order, nil
}

// Cycle returns the path of a cycle, its first node again at the end, or nil.
func (g *Graph[K]) Cycle() []K {
	const visiting, done = 1, 2
	mark := map[K]int{}
	for _, root := range g.Nodes() {
		if mark[root] != 0 {
			continue
		}
		path := []K{root}
		pending := [][]K{g.Dependencies(root)}
		mark[root] = visiting
		for len(path) > 0 {
			last := len(path) - 1
			if len(pending[last]) == 0 {
				mark[path[last]] = done
				path, pending = path[:last], pending[:last]
				continue
			}
			next := pending[last][0]
			pending[last] = pending[last][1:]
			switch mark[next] {
			case visiting:
				return append(slices.Clone(path[slices.Index(path, next):]), next)
			case 0:
				mark[next] = visiting
				path, pending = append(path, next), append(pending, g.Dependencies(next))
			}
		}
	}
	return nil
}

// Dot returns the graph in Graphviz's language.
func (g *Graph[K]) Dot(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %q {\n", name)
	for _, node := range g.Nodes() {
		fmt.Fprintf(&b, "\t%q\n", fmt.Sprint(node))
	}
	for _, from := range g.Nodes() {
		for _, to := range g.Dependencies(from) {
			fmt.Fprintf(&b, "\t%q -> %q\n", fmt.Sprint(from), fmt.Sprint(to))
		}
	}
	b.WriteString("}\n")
	return b.String()
}
