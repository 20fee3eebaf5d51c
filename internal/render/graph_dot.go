package render

import (
	"fmt"
	"strings"

	"github.com/stackctl/stack/internal/graph"
	"github.com/stackctl/stack/state"
)

// graphDot is a graph in Graphviz's language.
func graphDot(g graph.Graph) string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n", dotQuote(g.Project))
	b.WriteString("\trankdir=LR\n\tnode [shape=box, style=\"rounded,filled\", fillcolor=\"#f6f8fa\", fontname=\"sans-serif\"]\n\tedge [fontname=\"sans-serif\", fontsize=10]\n")
	for _, n := range g.Nodes {
		attributes := []string{"label=" + dotQuote(strings.Join(nodeLines(n), "\n"))}
		switch n.Kind {
		case graph.Network:
			attributes = append(attributes, "shape=ellipse", "style=solid")
		case graph.Volume:
			attributes = append(attributes, "shape=cylinder", "style=solid")
		case graph.Model, graph.Service:
		}
		if color := fillColor(n.State); color != "" {
			attributes = append(attributes, `fillcolor="`+color+`"`)
		}
		if n.Inactive {
			attributes = append(attributes, "style=dashed")
		}
		fmt.Fprintf(&b, "\t%s [%s]\n", dotQuote(graphName(n.Key)), strings.Join(attributes, ", "))
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "\t%s -> %s%s\n", dotQuote(graphName(e.From)), dotQuote(graphName(e.To)), dotEdge(e))
	}
	b.WriteString("}\n")
	return b.String()
}

func dotEdge(e graph.Edge) string {
	var attributes []string
	if text := conditions(e); text != "" {
		attributes = append(attributes, "label="+dotQuote(text))
	} else {
		attributes = append(attributes, "arrowhead=none")
	}
	switch {
	case e.Optional:
		attributes = append(attributes, "style=dotted")
	case e.Condition == state.Completed:
		attributes = append(attributes, "style=dashed")
	}
	return " [" + strings.Join(attributes, ", ") + "]"
}

// dotQuote is text as a string of Graphviz's language: there only quotes and
// backslashes have a meaning.
func dotQuote(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(printable(line))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

// nodeLines are what stands in a node: its name, and what there is to know.
func nodeLines(n graph.Node) []string {
	lines := []string{oneLine(graphName(n.Key))}
	notes := nodeNotes(n)
	if hasState(n) {
		notes = append([]string{string(n.State)}, notes...)
	}
	if len(notes) > 0 {
		lines = append(lines, strings.Join(notes, ", "))
	}
	return lines
}

// hasState is true for a node whose state is worth a word: that a network or a
// volume is there goes without saying.
func hasState(n graph.Node) bool { return n.State != graph.Unknown && n.State != graph.Present }

// fillColor is a state's colour where that is not the style sheet's to say.
func fillColor(s graph.State) string {
	switch nodeColor(s) {
	case green:
		return "#dafbe1"
	case yellow:
		return "#fff8c5"
	case red:
		return "#ffebe9"
	case cyan:
		return "#ddf4ff"
	}
	return ""
}
