// Package layout places boxes and the lines between them in columns, so that
// lines run from left to right, cross seldom, and meet no box that they do not
// belong to. It is pure: the same graph gives the same drawing.
//
// It is Sugiyama's method: break cycles, put nodes in columns by the longest
// path, let long edges pass a place of their own in each column between, order
// the columns by barycenters, and move everything as near to what it is
// connected with as the order allows.
package layout

import "slices"

// Graph is what is to be drawn. Sizes are in pixels.
type Graph struct {
	Nodes []Node
	Edges []Edge
}

// Node is a box.
type Node struct{ Width, Height int }

// Edge is a line between two different nodes, named by their index. From is
// drawn left of To where cycles allow it.
type Edge struct {
	From, To int
	// LabelWidth and LabelHeight are the room for a text on the line; 0 is none.
	LabelWidth, LabelHeight int
	// FromPort and ToPort are how far below the top of its box the line begins
	// and ends; 0 leaves it to the layout.
	FromPort, ToPort int
}

// Drawing is where things are. Boxes and Paths have the indexes of the graph's
// nodes and edges.
type Drawing struct {
	Width, Height int
	Boxes         []Box
	Paths         []Path
}

// Box is where a node is, by its upper left corner.
type Box struct{ X, Y, Width, Height int }

// Point is a place.
type Point struct{ X, Y int }

// Path is the line of an edge, from From to To. It goes straight from the first
// of its points to the second, in a bend to the third, straight to the fourth,
// and so on: within columns it is level, and it climbs between them.
type Path struct {
	Points []Point
	Label  Point // the middle of the edge's label
}

// Place lays a graph out. An edge from a node to itself gets no path.
func Place(g Graph) Drawing {
	d := Drawing{Boxes: make([]Box, len(g.Nodes)), Paths: make([]Path, len(g.Edges))}
	var single []int
	for _, nodes := range components(g) {
		if len(nodes) == 1 {
			single = append(single, nodes[0])
			continue
		}
		p := newPlacement(g, nodes)
		p.order()
		p.spread()
		p.straighten()
		p.draw(&d)
	}
	d.addSingle(g, single)
	return d
}

// Distances between things.
const (
	rowGap       = 14 // boxes of a column
	laneGap      = 8  // lines of a column, and lines and boxes
	componentGap = 36
	singleGap    = 16
	singleWidth  = 640 // of rows of boxes without a line, at least
)

// components are the nodes that are connected with each other, the largest
// first.
func components(g Graph) [][]int {
	root := make([]int, len(g.Nodes))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			i = root[i]
		}
		return i
	}
	for _, e := range g.Edges {
		a, b := find(e.From), find(e.To)
		root[max(a, b)] = min(a, b)
	}
	members := make([][]int, len(g.Nodes))
	for i := range g.Nodes {
		members[find(i)] = append(members[find(i)], i)
	}
	members = slices.DeleteFunc(members, func(m []int) bool { return len(m) == 0 })
	slices.SortStableFunc(members, func(a, b []int) int { return len(b) - len(a) })
	return members
}

// addSingle puts the boxes that no line goes to in rows below the rest.
func (d *Drawing) addSingle(g Graph, nodes []int) {
	if len(nodes) == 0 {
		return
	}
	cell := 0
	for _, n := range nodes {
		cell = max(cell, g.Nodes[n].Width)
	}
	columns := max(1, (max(d.Width, singleWidth)+singleGap)/(cell+singleGap))
	top := d.top()
	for row := range slices.Chunk(nodes, columns) {
		height := 0
		for i, n := range row {
			size := g.Nodes[n]
			d.Boxes[n] = Box{X: i * (cell + singleGap), Y: top, Width: size.Width, Height: size.Height}
			d.Width = max(d.Width, d.Boxes[n].X+size.Width)
			height = max(height, size.Height)
		}
		d.Height = top + height
		top += height + singleGap
	}
}

// top is where the next component begins.
func (d *Drawing) top() int {
	if d.Height == 0 {
		return 0
	}
	return d.Height + componentGap
}
