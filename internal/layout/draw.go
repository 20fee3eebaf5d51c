package layout

import (
	"cmp"
	"slices"
)

// draw adds the placement to a drawing, below what is there.
func (p *placement) draw(d *Drawing) {
	top, first := d.top(), 0
	for i, c := range p.cells {
		if y := c.y - (c.height+1)/2; i == 0 || y < first {
			first = y
		}
	}
	for i := range p.cells {
		p.cells[i].y += top - first
	}
	lefts, widths := p.columnsAt()
	for _, c := range p.cells {
		d.Height = max(d.Height, c.y+(c.height+1)/2)
		if c.node < 0 {
			continue
		}
		x := lefts[c.column] + (widths[c.column]-c.width)/2
		d.Boxes[c.node] = Box{X: x, Y: c.y - c.height/2, Width: c.width, Height: c.height}
	}
	d.Width = max(d.Width, lefts[len(lefts)-1]+widths[len(widths)-1])
	ports := p.ports()
	for _, edge := range p.edges {
		d.Paths[edge] = p.path(edge, d.Boxes, lefts, widths, ports)
	}
}

// columnsAt are the left sides and widths of the columns. The higher lines climb
// between two, the further apart they are.
func (p *placement) columnsAt() (lefts, widths []int) {
	x := 0
	for i, cells := range p.columns {
		width, climb := 0, 0
		for _, c := range cells {
			width = max(width, p.cells[c].width)
			for _, l := range p.cells[c].right {
				y := p.cells[c].y + l.own - p.cells[l.cell].y - l.other
				climb = max(climb, y, -y)
			}
		}
		lefts, widths = append(lefts, x), append(widths, width)
		gap := min(40+climb/6, 130)
		if p.labelled(i) || i+1 < len(p.columns) && p.labelled(i+1) {
			gap = min(22+climb/8, 90)
		}
		x += width + gap
	}
	return lefts, widths
}

// labelled is true for a column of labels.
func (p *placement) labelled(column int) bool {
	return !slices.ContainsFunc(p.columns[column], func(c int) bool { return p.cells[c].node >= 0 }) &&
		slices.ContainsFunc(p.columns[column], func(c int) bool { return p.cells[c].width > 0 })
}

// end is one end of an edge.
type end struct {
	edge int
	left bool // the left one of the two
}

// ports are the heights at which lines meet boxes. Where the edges do not say
// it, those of one side are spread around its middle in the order of where they
// lead.
func (p *placement) ports() map[end]int {
	type side struct {
		cell int
		left bool // ends of lines that come from the right
	}
	type attached struct{ edge, toward int }
	sides := map[side][]attached{}
	at := map[end]int{}
	for _, edge := range p.edges {
		left, right := p.ends(edge)
		from, to := p.cellOf[left], p.cellOf[right]
		first, last := to, from
		if chain := p.chains[edge]; len(chain) > 0 {
			first, last = chain[0], chain[len(chain)-1]
		}
		e := p.graph.Edges[edge]
		fromPort, toPort := e.FromPort, e.ToPort
		if p.reversed[edge] {
			fromPort, toPort = toPort, fromPort
		}
		for _, this := range []struct {
			port, cell, toward int
			left               bool
		}{{fromPort, from, first, true}, {toPort, to, last, false}} {
			if this.port > 0 {
				c := p.cells[this.cell]
				at[end{edge, this.left}] = c.y - c.height/2 + this.port
				continue
			}
			s := side{this.cell, this.left}
			sides[s] = append(sides[s], attached{edge, p.cells[this.toward].y})
		}
	}
	for s, all := range sides {
		slices.SortFunc(all, func(a, b attached) int { return cmp.Or(cmp.Compare(a.toward, b.toward), cmp.Compare(a.edge, b.edge)) })
		c := p.cells[s.cell]
		room := min(10*(len(all)-1), max(0, c.height-14))
		for i, one := range all {
			y := c.y
			if len(all) > 1 {
				y += i*room/(len(all)-1) - room/2
			}
			at[end{one.edge, s.left}] = y
		}
	}
	return at
}

// path is an edge's line.
func (p *placement) path(edge int, boxes []Box, lefts, widths []int, ports map[end]int) Path {
	left, right := p.ends(edge)
	from, to := boxes[left], boxes[right]
	first, last := p.cells[p.cellOf[left]].column, p.cells[p.cellOf[right]].column
	y := ports[end{edge, true}]
	path := Path{Points: []Point{{from.X + from.Width, y}, {lefts[first] + widths[first], y}}}
	for i, c := range p.chains[edge] {
		x, y := lefts[p.cells[c].column], p.cells[c].y
		width := widths[p.cells[c].column]
		if i == 0 {
			path.Label = Point{x + width/2, y}
		}
		path.Points = append(path.Points, Point{x, y}, Point{x + width, y})
	}
	y = ports[end{edge, false}]
	path.Points = append(path.Points, Point{lefts[last], y}, Point{to.X, y})
	if p.reversed[edge] {
		slices.Reverse(path.Points)
	}
	return path
}
