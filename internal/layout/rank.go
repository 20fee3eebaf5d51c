package layout

import "slices"

// cell is what takes room in a column: a box, or the place where a long line
// passes.
type cell struct {
	node, edge    int // an index into the graph, the other is -1
	width, height int
	column        int
	row           int // its place in the column
	y             int // its middle
	left, right   []link
}

// link is a piece of a line, to a cell of a neighbouring column. own and other
// are how far from the middle of the two cells it is attached.
type link struct {
	cell, own, other int
}

// placement is the layout of one component.
type placement struct {
	graph    Graph
	nodes    []int
	edges    []int // of these nodes
	reversed []bool
	cells    []cell
	columns  [][]int // cells, in order
	chains   map[int][]int
	cellOf   map[int]int // by node
}

func newPlacement(g Graph, nodes []int) *placement {
	p := &placement{graph: g, nodes: nodes, reversed: make([]bool, len(g.Edges)), chains: map[int][]int{}, cellOf: map[int]int{}}
	for i, e := range g.Edges {
		if e.From != e.To && slices.Contains(nodes, e.From) {
			p.edges = append(p.edges, i)
		}
	}
	p.breakCycles()
	p.addCells(p.ranks())
	return p
}

// ends are an edge's nodes, the left one first.
func (p *placement) ends(edge int) (left, right int) {
	e := p.graph.Edges[edge]
	if p.reversed[edge] {
		return e.To, e.From
	}
	return e.From, e.To
}

// breakCycles turns the edges round that lead back to a node on the way to them.
func (p *placement) breakCycles() {
	out := map[int][]int{}
	for _, i := range p.edges {
		from := p.graph.Edges[i].From
		out[from] = append(out[from], i)
	}
	const visiting, done = 1, 2
	mark := map[int]int{}
	var visit func(node int)
	visit = func(node int) {
		mark[node] = visiting
		for _, i := range out[node] {
			switch to := p.graph.Edges[i].To; mark[to] {
			case visiting:
				p.reversed[i] = true
			case 0:
				visit(to)
			}
		}
		mark[node] = done
	}
	for _, node := range p.nodes {
		if mark[node] == 0 {
			visit(node)
		}
	}
}

// ranks gives each node a column: the longest path from the left, and then as
// near to its neighbours as the edges allow.
func (p *placement) ranks() map[int]int {
	left, right := map[int][]int{}, map[int][]int{}
	for _, i := range p.edges {
		from, to := p.ends(i)
		right[from] = append(right[from], to)
		left[to] = append(left[to], from)
	}
	ranks := map[int]int{}
	order := topological(p.nodes, left, right)
	for _, node := range order {
		for _, before := range left[node] {
			ranks[node] = max(ranks[node], ranks[before]+1)
		}
	}
	for range 4 {
		for _, node := range slices.Backward(order) {
			if len(right[node]) > len(left[node]) {
				ranks[node] = nearest(right[node], ranks, func(a, b int) bool { return a < b }) - 1
			}
		}
		for _, node := range order {
			if len(left[node]) > len(right[node]) {
				ranks[node] = nearest(left[node], ranks, func(a, b int) bool { return a > b }) + 1
			}
		}
	}
	least := ranks[p.nodes[0]]
	for _, node := range p.nodes {
		least = min(least, ranks[node])
	}
	for _, node := range p.nodes {
		ranks[node] -= least
	}
	return ranks
}

// nearest is the rank of the neighbour that limits where a node can be.
func nearest(neighbours []int, ranks map[int]int, before func(a, b int) bool) int {
	limit := ranks[neighbours[0]]
	for _, n := range neighbours {
		if before(ranks[n], limit) {
			limit = ranks[n]
		}
	}
	return limit
}

func topological(nodes []int, left, right map[int][]int) []int {
	waits := map[int]int{}
	var order []int
	for _, node := range nodes {
		if waits[node] = len(left[node]); waits[node] == 0 {
			order = append(order, node)
		}
	}
	for i := 0; i < len(order); i++ {
		for _, next := range right[order[i]] {
			if waits[next]--; waits[next] == 0 {
				order = append(order, next)
			}
		}
	}
	return order
}

// addCells makes the columns. With labels, there is a column for them between
// each two.
func (p *placement) addCells(ranks map[int]int) {
	stride := 1
	for _, i := range p.edges {
		if p.graph.Edges[i].LabelWidth > 0 {
			stride = 2
		}
	}
	for _, node := range p.nodes {
		size := p.graph.Nodes[node]
		p.cellOf[node] = p.add(cell{node: node, edge: -1, width: size.Width, height: size.Height, column: stride * ranks[node]})
	}
	for _, i := range p.edges {
		p.addChain(i)
	}
}

func (p *placement) add(c cell) int {
	for len(p.columns) <= c.column {
		p.columns = append(p.columns, nil)
	}
	c.row = len(p.columns[c.column])
	p.cells = append(p.cells, c)
	p.columns[c.column] = append(p.columns[c.column], len(p.cells)-1)
	return len(p.cells) - 1
}

// addChain leads an edge through all columns between its ends.
func (p *placement) addChain(edge int) {
	e := p.graph.Edges[edge]
	left, right := p.ends(edge)
	from, to := p.cellOf[left], p.cellOf[right]
	own, last := port(e.FromPort, p.graph.Nodes[e.From].Height), port(e.ToPort, p.graph.Nodes[e.To].Height)
	if p.reversed[edge] {
		own, last = last, own
	}
	before := from
	for column := p.cells[from].column + 1; column < p.cells[to].column; column++ {
		c := cell{node: -1, edge: edge, column: column}
		if before == from {
			c.width, c.height = e.LabelWidth, e.LabelHeight
		}
		next := p.add(c)
		p.chains[edge] = append(p.chains[edge], next)
		p.link(before, next, own, 0)
		before, own = next, 0
	}
	p.link(before, to, own, last)
}

// port is how far from the middle of its box a line is attached.
func port(fromTop, height int) int {
	if fromTop == 0 {
		return 0
	}
	return fromTop - height/2
}

func (p *placement) link(left, right, own, other int) {
	p.cells[left].right = append(p.cells[left].right, link{right, own, other})
	p.cells[right].left = append(p.cells[right].left, link{left, other, own})
}
