package render

import (
	"fmt"
	"strings"

	"github.com/stackctl/stack/internal/layout"
)

// Sizes of a group's box.
const (
	groupHead = 30
	stepRow   = 19
	stepLeft  = 30 // where the text begins
	// maxFan is how many lines an image, network or volume may have: that more
	// services need it is said in its box.
	maxFan = 8
)

// stepSVG is a plan's graph as a picture: a box for each group with its steps,
// and lines between the steps of different ones. Within a box, a rail joins the
// steps that come after each other.
func stepSVG(g stepGraph) string {
	p := &stepPicture{graph: g, fans: map[int]int{}}
	for i := range g.steps {
		for _, j := range g.foreign(i) {
			p.fans[j]++
		}
	}
	d := translated(layout.Place(p.layout()), pagePadding, pagePadding+40)
	title := printable(g.project) + ": " + g.summary
	width := max(d.Width, textWidth(title, 16)) + 2*pagePadding
	p.begin(width, d.Height+2*pagePadding+40, title, graphCSS)
	p.text("heading", pagePadding, pagePadding+12, title)
	for i, e := range p.edges {
		p.group("edge", fmt.Sprintf("%s, and then %s", oneLine(g.steps[e.from].text), oneLine(g.steps[e.to].text)))
		p.arrow("started", d.Paths[i].Points)
		p.endGroup()
	}
	for n := range g.groups {
		p.box(n, d.Boxes[n])
	}
	p.end()
	return p.out.String()
}

// stepPicture is a plan's graph while it is drawn.
type stepPicture struct {
	svg
	graph stepGraph
	edges []stepEdge
	fans  map[int]int // steps of other groups that come after a step
}

// stepEdge is a line between steps of different groups.
type stepEdge struct{ from, to int }

func (p *stepPicture) layout() layout.Graph {
	var l layout.Graph
	for _, group := range p.graph.groups {
		width := textWidth(oneLine(group.title), nameSize) + 28
		for _, i := range group.steps {
			width = max(width, textWidth(p.row(i), 12)+stepLeft+14)
		}
		l.Nodes = append(l.Nodes, layout.Node{Width: min(width, maxBoxWidth), Height: groupHead + stepRow*len(group.steps) + 6})
	}
	for i, step := range p.graph.steps {
		for _, j := range p.graph.foreign(i) {
			if p.isFan(j) {
				continue
			}
			p.edges = append(p.edges, stepEdge{j, i})
			l.Edges = append(l.Edges, layout.Edge{
				From: p.graph.steps[j].group, To: step.group, FromPort: rowMiddle(p.graph.steps[j].row), ToPort: rowMiddle(step.row),
			})
		}
	}
	return l
}

// isFan is true for a step whose lines would hide all others.
func (p *stepPicture) isFan(step int) bool {
	return p.graph.groups[p.graph.steps[step].group].thing && p.fans[step] > maxFan
}

// row is what stands in a step's row.
func (p *stepPicture) row(step int) string {
	text := oneLine(p.graph.steps[step].text)
	if p.isFan(step) {
		text += fmt.Sprintf(", before %d steps", p.fans[step])
	}
	return text
}

// rowMiddle is how far below the top of its box a step is.
func rowMiddle(row int) int { return groupHead + stepRow*row + stepRow/2 }

func (p *stepPicture) box(n int, b layout.Box) {
	group := p.graph.groups[n]
	p.group("node", oneLine(group.title))
	p.rect("box", b, 6)
	p.text("name", b.X+14, b.Y+20, cut(oneLine(group.title), nameSize, b.Width-20))
	x := b.X + 18
	for _, i := range group.steps {
		y := b.Y + rowMiddle(p.graph.steps[i].row)
		for _, j := range p.graph.steps[i].after {
			if p.graph.steps[j].group == n {
				p.rail(x, b.Y+rowMiddle(p.graph.steps[j].row), y)
			}
		}
	}
	for _, i := range group.steps {
		step := p.graph.steps[i]
		y := b.Y + rowMiddle(step.row)
		p.circle("step "+step.class, x, y, 4)
		text := p.row(i)
		shown := cut(text, 12, b.Width-stepLeft-6)
		if shown != text {
			p.line(`<text class="row" x="%d" y="%d"><title>%s</title>%s</text>`, b.X+stepLeft, y+4, escape(text), escape(shown))
			continue
		}
		p.text("row", b.X+stepLeft, y+4, strings.TrimSpace(shown))
	}
	p.endGroup()
}

// rail joins two steps of a box, past those between them.
func (p *stepPicture) rail(x, from, to int) {
	if to-from == stepRow {
		p.line(`<path class="line" d="M%d %d V%d"/>`, x, from, to)
		return
	}
	p.line(`<path class="line" d="M%d %d C%d %d %d %d %d %d"/>`, x, from, x-14, from+8, x-14, to-8, x, to)
}
