package render

import (
	"fmt"
	"strings"

	"github.com/stackctl/stack/internal/graph"
)

// graphMermaid is a graph in Mermaid's language, which GitHub and GitLab draw.
func graphMermaid(g graph.Graph) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	ids := map[graph.Key]string{}
	for i, n := range g.Nodes {
		ids[n.Key] = fmt.Sprintf("n%d", i)
		lines := nodeLines(n)
		for j := range lines {
			lines[j] = mermaidEscape(lines[j])
		}
		text := `"` + strings.Join(lines, "<br>") + `"`
		shape := "[" + text + "]"
		switch n.Kind {
		case graph.Network:
			shape = "([" + text + "])"
		case graph.Volume:
			shape = "[(" + text + ")]"
		case graph.Model, graph.Service:
		}
		fmt.Fprintf(&b, "    n%d%s\n", i, shape)
	}
	for _, e := range g.Edges {
		line, text := " -->", conditions(e)
		switch {
		case text == "":
			line = " ---"
		case e.Optional:
			line = " -.->"
		}
		if text != "" {
			line += "|" + text + "|"
		}
		fmt.Fprintf(&b, "    %s%s %s\n", ids[e.From], line, ids[e.To])
	}
	for i, n := range g.Nodes {
		if color := fillColor(n.State); color != "" {
			fmt.Fprintf(&b, "    style n%d fill:%s,color:#1f2328\n", i, color)
		}
	}
	return b.String()
}

// mermaidEscape writes what has a meaning in Mermaid's text as entities.
func mermaidEscape(text string) string {
	var b strings.Builder
	for _, r := range printable(text) {
		switch {
		case strings.ContainsRune("\"#&<>;`\\|[](){}*_~", r):
			fmt.Fprintf(&b, "#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
