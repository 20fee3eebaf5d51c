package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/stackctl/stack/internal/graph"
	"github.com/stackctl/stack/state"
)

// GraphFormat is a form of a graph.
type GraphFormat string

// The forms.
const (
	Tree    GraphFormat = "tree"
	Dot     GraphFormat = "dot"
	Mermaid GraphFormat = "mermaid"
	SVG     GraphFormat = "svg"
)

// GraphFormats are all of them, the default first.
func GraphFormats() []string {
	return []string{string(Tree), string(Dot), string(Mermaid), string(SVG)}
}

// ParseGraphFormat reads one.
func ParseGraphFormat(text string) (GraphFormat, error) {
	for _, known := range GraphFormats() {
		if text == known {
			return GraphFormat(text), nil
		}
	}
	return "", fmt.Errorf("unknown format %q of a graph: it is one of %s", text, strings.Join(GraphFormats(), ", "))
}

// Graph prints a project's graph.
func Graph(w io.Writer, g graph.Graph, format GraphFormat, color bool) error {
	var text string
	switch format {
	case Tree:
		text = graphTree(g, style{color})
	case Dot:
		text = graphDot(g)
	case Mermaid:
		text = graphMermaid(g)
	case SVG:
		text = graphSVG(g)
	}
	_, err := io.WriteString(w, text)
	return err
}

// conditions are an edge's in short: "healthy", "completed, optional".
func conditions(e graph.Edge) string {
	var parts []string
	switch e.Condition {
	case state.Healthy, state.Ready:
		parts = append(parts, "healthy")
	case state.Completed:
		parts = append(parts, "completed")
	case state.Started:
		parts = append(parts, "started")
	}
	if e.Optional {
		parts = append(parts, "optional")
	}
	if e.Restart {
		parts = append(parts, "restart")
	}
	return strings.Join(parts, ", ")
}

// edgeSentence says an edge in words.
func edgeSentence(e graph.Edge) string {
	to := graphName(e.To)
	text := e.From.Name + " uses " + to
	switch e.Condition {
	case state.Healthy, state.Ready:
		text = e.From.Name + " waits until " + to + " is healthy"
	case state.Completed:
		text = e.From.Name + " waits until " + to + " has completed"
	case state.Started:
		text = e.From.Name + " waits until " + to + " has started"
	}
	if e.Optional {
		text += ", if it is there"
	}
	if e.Restart {
		text += ", and is restarted with it"
	}
	return text
}

// graphName is what a node is called: "api", "network back".
func graphName(k graph.Key) string {
	switch k.Kind {
	case graph.Model:
		return "model " + k.Name
	case graph.Network:
		return "network " + k.Name
	case graph.Volume:
		return "volume " + k.Name
	case graph.Service:
	}
	return k.Name
}

// nodeNotes are what there is to know of a node besides its name and state.
func nodeNotes(n graph.Node) []string {
	var notes []string
	if n.Kind == graph.Service && !n.Inactive && n.Replicas != 1 {
		notes = append(notes, fmt.Sprintf("%d replicas", n.Replicas))
	}
	for _, fact := range []struct {
		holds bool
		text  string
	}{{n.Job, "job"}, {n.Provider, "provider"}, {n.External, "external"}, {n.Inactive, "not active"}} {
		if fact.holds {
			notes = append(notes, fact.text)
		}
	}
	return notes
}

// nodeColor is the terminal's colour of a state.
func nodeColor(s graph.State) string {
	switch s {
	case graph.Running, graph.Healthy:
		return green
	case graph.Starting, graph.Waiting, graph.Paused:
		return yellow
	case graph.Failed:
		return red
	case graph.Exited:
		return cyan
	case graph.Stopped, graph.Missing, graph.Present, graph.Unknown:
	}
	return dim
}

// nodeMark tells a state without colour.
func nodeMark(s graph.State) string {
	switch s {
	case graph.Running, graph.Healthy:
		return "●"
	case graph.Starting, graph.Waiting, graph.Paused:
		return "◐"
	case graph.Failed:
		return "✘"
	case graph.Exited:
		return "✔"
	case graph.Stopped, graph.Missing, graph.Present, graph.Unknown:
	}
	return "○"
}
