package layout_test

import (
	"fmt"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/internal/layout"
)

// graphs are any graphs, with cycles and without.
func graphs() *rapid.Generator[layout.Graph] {
	return rapid.Custom(func(t *rapid.T) layout.Graph {
		var g layout.Graph
		for range rapid.IntRange(1, 60).Draw(t, "nodes") {
			g.Nodes = append(g.Nodes, layout.Node{Width: rapid.IntRange(40, 220).Draw(t, "width"), Height: rapid.IntRange(20, 90).Draw(t, "height")})
		}
		labels := rapid.Bool().Draw(t, "labels")
		for range rapid.IntRange(0, 90).Draw(t, "edges") {
			from := rapid.IntRange(0, len(g.Nodes)-1).Draw(t, "from")
			to := rapid.IntRange(0, len(g.Nodes)-1).Draw(t, "to")
			if from == to {
				continue
			}
			e := layout.Edge{From: from, To: to}
			if labels && rapid.Bool().Draw(t, "label") {
				e.LabelWidth, e.LabelHeight = 60, 14
			}
			if rapid.Bool().Draw(t, "port") {
				e.FromPort, e.ToPort = 7, 13
			}
			g.Edges = append(g.Edges, e)
		}
		return g
	})
}

func TestBoxesDoNotOverlapAndEveryEdgeIsDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graphs().Draw(t, "graph")
		d := layout.Place(g)
		for i, a := range d.Boxes {
			assert.Equal(t, a.Width, g.Nodes[i].Width)
			assert.Equal(t, a.Height, g.Nodes[i].Height)
			assert.Assert(t, a.X >= 0 && a.Y >= 0 && a.X+a.Width <= d.Width && a.Y+a.Height <= d.Height, "box %d is outside", i)
			for j, b := range d.Boxes[:i] {
				assert.Assert(t, !overlap(a, b), "boxes %d and %d overlap: %v %v", j, i, b, a)
			}
		}
		for i, e := range g.Edges {
			points := d.Paths[i].Points
			assert.Assert(t, len(points) >= 4 && len(points)%2 == 0, "edge %d has no path", i)
			assert.Assert(t, touches(d.Boxes[e.From], points[0]), "edge %d does not begin at its box", i)
			assert.Assert(t, touches(d.Boxes[e.To], points[len(points)-1]), "edge %d does not end at its box", i)
			for k := 0; k < len(points); k += 2 {
				assert.Equal(t, points[k].Y, points[k+1].Y, "edge %d climbs within a column", i)
				for n, box := range d.Boxes {
					if n != e.From && n != e.To {
						assert.Assert(t, !meets(points[k], points[k+1], box), "edge %d goes through box %d", i, n)
					}
				}
			}
		}
		again := layout.Place(g)
		assert.DeepEqual(t, again, d)
	})
}

func overlap(a, b layout.Box) bool {
	return a.X < b.X+b.Width && b.X < a.X+a.Width && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height
}

func touches(b layout.Box, p layout.Point) bool {
	return (p.X == b.X || p.X == b.X+b.Width) && p.Y >= b.Y && p.Y <= b.Y+b.Height
}

func meets(p, q layout.Point, b layout.Box) bool {
	left, right := min(p.X, q.X), max(p.X, q.X)
	return left < b.X+b.Width && right > b.X && p.Y > b.Y && p.Y < b.Y+b.Height
}

func TestEdgesGoRightwardsWithoutCycles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graphs().Draw(t, "graph")
		for i, e := range g.Edges {
			g.Edges[i].From, g.Edges[i].To = min(e.From, e.To), max(e.From, e.To)
		}
		d := layout.Place(g)
		for i, e := range g.Edges {
			from, to := d.Boxes[e.From], d.Boxes[e.To]
			assert.Assert(t, from.X+from.Width < to.X, "edge %d", i)
		}
	})
}

func TestAChainIsALevelLine(t *testing.T) {
	var g layout.Graph
	for i := range 5 {
		g.Nodes = append(g.Nodes, layout.Node{Width: 100, Height: 30})
		if i > 0 {
			g.Edges = append(g.Edges, layout.Edge{From: i - 1, To: i})
		}
	}
	for i, b := range layout.Place(g).Boxes {
		assert.Equal(t, b, layout.Box{X: i * 140, Y: 0, Width: 100, Height: 30})
	}
}

// A line past a column keeps its distance from the boxes of the column.
func TestALongLineBendsRoundABox(t *testing.T) {
	g := layout.Graph{
		Nodes: []layout.Node{{100, 30}, {100, 30}, {100, 30}},
		Edges: []layout.Edge{{From: 0, To: 1}, {From: 1, To: 2}, {From: 0, To: 2}},
	}
	d := layout.Place(g)
	passing := d.Paths[2].Points[2]
	assert.Assert(t, passing.Y <= d.Boxes[1].Y-8 || passing.Y >= d.Boxes[1].Y+d.Boxes[1].Height+8, "%v", d)
}

func TestBoxesWithoutLinesAreInRows(t *testing.T) {
	g := layout.Graph{Nodes: make([]layout.Node, 12)}
	for i := range g.Nodes {
		g.Nodes[i] = layout.Node{Width: 144, Height: 30}
	}
	d := layout.Place(g)
	assert.Equal(t, d.Width, 4*144+3*16)
	assert.Equal(t, d.Boxes[4], layout.Box{X: 0, Y: 46, Width: 144, Height: 30}, fmt.Sprint(d))
}
