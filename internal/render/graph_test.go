package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/internal/graph"
	"github.com/stackctl/stack/state"
)

func serviceKey(name string) graph.Key { return graph.Key{Kind: graph.Service, Name: name} }

// shopGraph has every kind of node and edge.
func shopGraph() graph.Graph {
	network, volume := graph.Key{Kind: graph.Network, Name: "back"}, graph.Key{Kind: graph.Volume, Name: "data"}
	api, db, migrate, web := serviceKey("api"), serviceKey("db"), serviceKey("migrate"), serviceKey("web")
	return graph.Graph{
		Project: "shop",
		Nodes: []graph.Node{
			{Key: api, Replicas: 3}, {Key: serviceKey("cron"), Replicas: 0}, {Key: db, Replicas: 1}, {Key: serviceKey("debug"), Inactive: true},
			{Key: migrate, Replicas: 1, Job: true}, {Key: web, Replicas: 1},
			{Key: graph.Key{Kind: graph.Model, Name: "llm"}}, {Key: network}, {Key: volume, External: true},
		},
		Edges: []graph.Edge{
			{From: api, To: db, Condition: state.Healthy, Restart: true},
			{From: api, To: migrate, Condition: state.Completed},
			{From: api, To: graph.Key{Kind: graph.Model, Name: "llm"}},
			{From: api, To: network},
			{From: db, To: network},
			{From: db, To: volume},
			{From: migrate, To: db, Condition: state.Healthy},
			{From: web, To: api, Condition: state.Started},
			{From: web, To: serviceKey("debug"), Condition: state.Started, Optional: true},
		},
	}
}

// liveGraph is the same while it runs.
func liveGraph() graph.Graph {
	g := shopGraph()
	g.Live = true
	states := map[string]graph.State{
		"api": graph.Starting, "cron": graph.Stopped, "db": graph.Healthy, "debug": graph.Missing, "migrate": graph.Exited, "web": graph.Failed,
		"back": graph.Present, "data": graph.Missing,
	}
	for i, n := range g.Nodes {
		g.Nodes[i].State = states[n.Name]
	}
	return g
}

// hostileGraph has names that mean something in each of the languages.
func hostileGraph() graph.Graph {
	a, b := serviceKey(`a"]; x -->|</text><script>alert(1)</script>|`), serviceKey("b\\\"\n\x1b[31m&quot;\x00é漢")
	return graph.Graph{
		Project: `"><script>`,
		Nodes:   []graph.Node{{Key: a, Replicas: 1}, {Key: b, Replicas: 1}},
		Edges:   []graph.Edge{{From: a, To: b, Condition: state.Healthy}},
	}
}

func TestGraphsAreDrawnInEachForm(t *testing.T) {
	for name, g := range map[string]graph.Graph{"shop": shopGraph(), "live": liveGraph(), "hostile": hostileGraph(), "none": {Project: "shop"}} {
		for format, extension := range map[GraphFormat]string{Tree: "txt", Dot: "dot", Mermaid: "mmd", SVG: "svg"} {
			var out bytes.Buffer
			assert.NilError(t, Graph(&out, g, format, false))
			golden.Assert(t, out.String(), "graph-"+name+"."+extension)
		}
	}
	var out bytes.Buffer
	assert.NilError(t, Graph(&out, liveGraph(), Tree, true))
	golden.Assert(t, out.String(), "graph-live-color.txt")
}

func TestAPictureIsXMLWhateverTheNamesAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graph.Graph{Project: rapid.String().Draw(t, "project")}
		names := rapid.SliceOfNDistinct(rapid.String(), 1, 70, rapid.ID[string]).Draw(t, "names")
		for i, name := range names {
			g.Nodes = append(g.Nodes, graph.Node{Key: serviceKey(name), Replicas: 1})
			if i > 0 {
				to := names[rapid.IntRange(0, i-1).Draw(t, "to")]
				g.Edges = append(g.Edges, graph.Edge{From: serviceKey(name), To: serviceKey(to), Condition: state.Healthy})
			}
		}
		picture := graphSVG(g)
		assert.NilError(t, wellFormed(picture))
		assert.Equal(t, strings.Count(picture, `<g class="node"`), len(g.Nodes))
		assert.Equal(t, strings.Count(picture, `<g class="edge"`), len(g.Edges))
	})
}

// What everything uses is said in its box, in place of lines that hide all
// others.
func TestLinesToWhatAllUseAreLeftOut(t *testing.T) {
	network := graph.Key{Kind: graph.Network, Name: "default"}
	g := graph.Graph{Project: "shop", Nodes: []graph.Node{{Key: network}}}
	for i := range 9 {
		key := serviceKey(strconv.Itoa(i))
		g.Nodes = append(g.Nodes, graph.Node{Key: key, Replicas: 1})
		g.Edges = append(g.Edges, graph.Edge{From: key, To: network})
	}
	picture := graphSVG(g)
	assert.Assert(t, strings.Contains(picture, ">of 9 services<"))
	assert.Assert(t, !strings.Contains(picture, `<g class="edge"`))
	g.Edges = g.Edges[1:]
	assert.Equal(t, strings.Count(graphSVG(g), `<g class="edge"`), 8)
}

// wellFormed reads all of an XML document.
func wellFormed(text string) error {
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := decoder.Token(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}
