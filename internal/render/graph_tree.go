package render

import (
	"fmt"
	"strings"

	"github.com/stackctl/stack/internal/graph"
)

// graphTree is a graph as text: under each service what it depends on. What was
// shown with all that is below it is not shown again.
func graphTree(g graph.Graph, s style) string {
	t := &graphText{
		graph: g, style: s, nodes: map[graph.Key]graph.Node{}, shown: map[graph.Key]bool{},
		below: map[graph.Key][]graph.Edge{}, things: map[graph.Key][]graph.Key{},
	}
	needed := map[graph.Key]bool{}
	for _, n := range g.Nodes {
		t.nodes[n.Key] = n
	}
	for _, e := range g.Edges {
		if isThing(e.To) {
			t.things[e.From] = append(t.things[e.From], e.To)
			continue
		}
		t.below[e.From] = append(t.below[e.From], e)
		needed[e.To] = true
	}
	t.out.WriteString(t.heading())
	var roots []graph.Key
	for _, n := range g.Nodes {
		if !needed[n.Key] && !isThing(n.Key) {
			roots = append(roots, n.Key)
		}
	}
	for i, root := range roots {
		t.node(root, graph.Edge{}, "", i == len(roots)-1)
	}
	if len(roots) == 0 {
		t.out.WriteString("no services\n")
	}
	return t.out.String()
}

// graphText is a tree while it is written.
type graphText struct {
	graph  graph.Graph
	style  style
	nodes  map[graph.Key]graph.Node
	below  map[graph.Key][]graph.Edge
	things map[graph.Key][]graph.Key // which stand in a node's line
	shown  map[graph.Key]bool
	out    strings.Builder
}

// isThing is true for what a service uses and does not wait for.
func isThing(k graph.Key) bool { return k.Kind == graph.Network || k.Kind == graph.Volume }

// heading is the project, and how many services are in which state.
func (t *graphText) heading() string {
	line := t.style.bold(printable(t.graph.Project))
	for _, c := range stateCounts(t.graph) {
		line += "  " + t.style.paint(nodeColor(c.state), nodeMark(c.state)+" "+c.text())
	}
	return line + "\n"
}

// stateCount is how many services are in a state.
type stateCount struct {
	state graph.State
	n     int
}

func (c stateCount) text() string { return fmt.Sprintf("%d %s", c.n, c.state) }

// stateCounts counts the services by their state, the worst first.
func stateCounts(g graph.Graph) []stateCount {
	var counts []stateCount
	for _, st := range []graph.State{
		graph.Failed, graph.Missing, graph.Stopped, graph.Waiting, graph.Starting, graph.Paused, graph.Exited, graph.Running, graph.Healthy,
	} {
		n := 0
		for _, node := range g.Nodes {
			if node.Kind == graph.Service && node.State == st {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, stateCount{st, n})
		}
	}
	return counts
}

// node writes a node, and what is below it, behind the lines of those above.
func (t *graphText) node(key graph.Key, by graph.Edge, indent string, last bool) {
	branch, further := "├── ", "│   "
	if last {
		branch, further = "└── ", "    "
	}
	again := t.shown[key] && len(t.below[key]) > 0
	t.out.WriteString(t.style.dim(indent+branch) + t.describe(t.nodes[key], by))
	if again {
		t.out.WriteString(t.style.dim("  see above\n"))
		return
	}
	t.out.WriteString(t.uses(key) + "\n")
	t.shown[key] = true
	edges := t.below[key]
	for i, e := range edges {
		t.node(e.To, e, indent+further, i == len(edges)-1)
	}
}

// describe is a node in a line: "● api  running  [healthy]  2 replicas".
func (t *graphText) describe(n graph.Node, by graph.Edge) string {
	line := oneLine(graphName(n.Key))
	if n.State != graph.Unknown {
		color := nodeColor(n.State)
		line = t.style.paint(color, nodeMark(n.State)) + " " + line + "  " + t.style.paint(color, string(n.State))
	}
	if text := conditions(by); text != "" {
		line += t.style.dim("  [" + text + "]")
	}
	if notes := nodeNotes(n); len(notes) > 0 {
		line += t.style.dim("  " + strings.Join(notes, ", "))
	}
	return line
}

// uses are a service's networks and volumes: "  network back  volume orders".
func (t *graphText) uses(key graph.Key) string {
	var text strings.Builder
	for _, thing := range t.things[key] {
		text.WriteString("  " + oneLine(graphName(thing)))
		switch n := t.nodes[thing]; {
		case n.State == graph.Missing:
			text.WriteString(" (missing)")
		case n.External:
			text.WriteString(" (external)")
		}
	}
	return t.style.dim(text.String())
}
