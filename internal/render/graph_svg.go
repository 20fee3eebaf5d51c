package render

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stackctl/stack/internal/graph"
	"github.com/stackctl/stack/internal/layout"
	"github.com/stackctl/stack/state"
)

//go:embed graph.css
var graphCSS string

// Sizes of a picture.
const (
	pagePadding = 24
	nameSize    = 13
	noteSize    = 11
	maxBoxWidth = 260
	maxLabels   = 60 // edges: the lines of more say it by their colour alone
)

// graphSVG is a graph as a picture.
func graphSVG(g graph.Graph) string {
	p := &graphPicture{graph: g, index: map[graph.Key]int{}, users: map[graph.Key]int{}}
	p.leaveOutFans()
	p.labels = len(p.graph.Edges) <= maxLabels
	for i, n := range g.Nodes {
		p.index[n.Key] = i
	}
	d := translated(layout.Place(p.layout()), pagePadding, pagePadding+40)
	keys := p.keys()
	width := 2*pagePadding + max(d.Width, keysWidth(keys), headingWidth(p.title())+p.statesWidth())
	height := d.Height + 2*pagePadding + 40
	if len(keys) > 0 {
		height += 36
	}
	p.begin(width, height, p.title(), graphCSS)
	p.text("heading", pagePadding, pagePadding+12, cut(p.title(), 16, width-2*pagePadding))
	p.states(pagePadding + headingWidth(p.title()) + 16)
	for i, e := range p.graph.Edges {
		p.edge(e, d.Paths[i])
	}
	for i, n := range g.Nodes {
		p.node(n, d.Boxes[i])
	}
	p.legend(keys, height-pagePadding)
	p.end()
	return p.out.String()
}

// graphPicture is a graph's picture while it is drawn.
type graphPicture struct {
	svg
	graph  graph.Graph
	index  map[graph.Key]int
	labels bool
	users  map[graph.Key]int // of what has too many for lines
}

// leaveOutFans leaves out the lines to networks and volumes that have so many
// that they would hide all others: their number is said in the box.
func (p *graphPicture) leaveOutFans() {
	for _, e := range p.graph.Edges {
		if isThing(e.To) {
			p.users[e.To]++
		}
	}
	maps.DeleteFunc(p.users, func(_ graph.Key, n int) bool { return n <= maxFan })
	p.graph.Edges = slices.DeleteFunc(slices.Clone(p.graph.Edges), func(e graph.Edge) bool { return p.users[e.To] > 0 })
}

// lines are what stands in a node's box.
func (p *graphPicture) lines(n graph.Node) []string {
	lines := nodeLines(n)
	if users := p.users[n.Key]; users > 0 {
		lines = append(lines, fmt.Sprintf("of %d services", users))
	}
	return lines
}

func (p *graphPicture) title() string {
	services := 0
	for _, n := range p.graph.Nodes {
		if n.Kind == graph.Service {
			services++
		}
	}
	return fmt.Sprintf("%s: %s", printable(p.graph.Project), count(services, "service"))
}

// headingWidth is about how wide a heading is, which is bold.
func headingWidth(text string) int { return textWidth(text, 16) * 11 / 10 }

// count is "1 service", "3 services".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// states are how many services are in which state: it explains the colours too.
func (p *graphPicture) states(x int) {
	for _, c := range stateCounts(p.graph) {
		p.line(`<g class="%s">`, c.state)
		p.circle("dot", x+4, pagePadding+7, 4)
		p.text("key", x+14, pagePadding+11, c.text())
		p.endGroup()
		x += 14 + textWidth(c.text(), noteSize) + 16
	}
}

func (p *graphPicture) statesWidth() int {
	width := 16
	for _, c := range stateCounts(p.graph) {
		width += 14 + textWidth(c.text(), noteSize) + 16
	}
	return width
}

// layout is the graph with the sizes of what is drawn. All boxes are of one
// width: columns are easier to read.
func (p *graphPicture) layout() layout.Graph {
	var g layout.Graph
	width := 90
	for _, n := range p.graph.Nodes {
		lines := p.lines(n)
		for i, line := range lines {
			size := nameSize
			if i > 0 {
				size = noteSize
			}
			width = max(width, textWidth(line, size)+p.indent(n)+16)
		}
	}
	width = min(width, maxBoxWidth)
	for _, n := range p.graph.Nodes {
		g.Nodes = append(g.Nodes, layout.Node{Width: width, Height: 18 + 16*len(p.lines(n))})
	}
	for _, e := range p.graph.Edges {
		edge := layout.Edge{From: p.index[e.From], To: p.index[e.To]}
		if text := p.label(e); text != "" {
			edge.LabelWidth, edge.LabelHeight = textWidth(text, noteSize)+10, 14
		}
		g.Edges = append(g.Edges, edge)
	}
	return g
}

// indent is where a node's text begins: behind the dot of its state.
func (p *graphPicture) indent(n graph.Node) int {
	if hasState(n) {
		return 28
	}
	return 14
}

// label is the text on an edge. That something has to be started goes without
// saying.
func (p *graphPicture) label(e graph.Edge) string {
	if !p.labels || e.Condition == state.Started && !e.Optional && !e.Restart {
		return ""
	}
	return conditions(e)
}

func edgeClass(e graph.Edge) string {
	class := "started"
	switch e.Condition {
	case state.Healthy, state.Ready:
		class = "healthy"
	case state.Completed:
		class = "completed"
	case state.Started:
	case "":
		class = "uses"
	}
	if e.Optional {
		class += " optional"
	}
	return class
}

func (p *graphPicture) edge(e graph.Edge, path layout.Path) {
	if len(path.Points) == 0 {
		return
	}
	p.group("edge", edgeSentence(e))
	if e.Condition == "" {
		p.curve(edgeClass(e), path.Points)
	} else {
		p.arrow(edgeClass(e), path.Points)
	}
	if text := p.label(e); text != "" {
		width := textWidth(text, noteSize) + 10
		p.rect("page", layout.Box{X: path.Label.X - width/2, Y: path.Label.Y - 7, Width: width, Height: 14}, 0)
		p.text("label", path.Label.X, path.Label.Y+4, text)
	}
	p.endGroup()
}

func (p *graphPicture) node(n graph.Node, b layout.Box) {
	classes := []string{"node"}
	if hasState(n) {
		classes = append(classes, string(n.State))
	}
	if n.Inactive {
		classes = append(classes, "inactive")
	}
	radius := 6
	if n.Kind == graph.Network || n.Kind == graph.Volume {
		classes, radius = append(classes, "thing"), min(17, b.Height/2)
	}
	p.group(strings.Join(classes, " "), p.sentence(n))
	p.rect("box", b, radius)
	x := b.X + p.indent(n)
	if hasState(n) {
		p.circle("dot", b.X+15, b.Y+17, 4)
	}
	for i, line := range p.lines(n) {
		class, size := "name", nameSize
		if i > 0 {
			class, size = "note", noteSize
		}
		p.text(class, x, b.Y+22+16*i, cut(line, size, b.Width-p.indent(n)-8))
	}
	p.endGroup()
}

// sentence says a node and what it depends on in words.
func (p *graphPicture) sentence(n graph.Node) string {
	all := []string{strings.Join(nodeLines(n), ": ")}
	for _, e := range p.graph.Edges {
		if e.From == n.Key {
			all = append(all, edgeSentence(e))
		}
	}
	return strings.Join(all, "\n")
}

// key explains a class of lines.
type key struct{ class, text string }

// keys are those that the picture has, where the lines do not say it.
func (p *graphPicture) keys() []key {
	if p.labels {
		return nil
	}
	var used []key
	for _, k := range []key{
		{"started", "waits until it has started"}, {"healthy", "waits until it is healthy"},
		{"completed", "waits until it has completed"}, {"started optional", "goes on without it"}, {"uses", "uses"},
	} {
		last := k.class[strings.LastIndex(k.class, " ")+1:]
		if slices.ContainsFunc(p.graph.Edges, func(e graph.Edge) bool { return strings.Contains(edgeClass(e), last) }) {
			used = append(used, k)
		}
	}
	return used
}

func keysWidth(keys []key) int {
	width := 0
	for _, k := range keys {
		width += 36 + textWidth(k.text, noteSize) + 20
	}
	return width
}

func (p *graphPicture) legend(keys []key, y int) {
	x := pagePadding
	for _, k := range keys {
		line := []layout.Point{{X: x, Y: y}, {X: x + 28, Y: y}}
		if k.class == "uses" {
			p.curve(k.class, line)
		} else {
			p.arrow(k.class, line)
		}
		p.text("key", x+36, y+4, k.text)
		x += 36 + textWidth(k.text, noteSize) + 20
	}
}
