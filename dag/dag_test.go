package dag_test

import (
	"errors"
	"slices"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/dag"
)

func chain(names ...string) *dag.Graph[string] {
	g := dag.New[string]()
	for i := 1; i < len(names); i++ {
		g.Edge(names[i-1], names[i])
	}
	return g
}

func TestOrderPutsDependenciesFirst(t *testing.T) {
	g := chain("web", "api", "db")
	g.Edge("worker", "db")
	order, err := g.Order()
	assert.NilError(t, err)
	assert.DeepEqual(t, order, []string{"db", "api", "web", "worker"})
}

func TestOrderOfACycleSaysThePath(t *testing.T) {
	g := chain("a", "b", "c", "b")
	_, err := g.Order()
	var cycle *dag.CycleError[string]
	assert.Assert(t, errors.As(err, &cycle))
	assert.DeepEqual(t, cycle.Path, []string{"b", "c", "b"})
	assert.Error(t, err, "dependency cycle: b → c → b")
}

func TestANodeThatDependsOnItselfIsACycle(t *testing.T) {
	g := chain("a", "a")
	assert.DeepEqual(t, g.Cycle(), []string{"a", "a"})
}

func TestClosure(t *testing.T) {
	g := chain("web", "api", "db")
	g.Edge("other", "db")
	assert.DeepEqual(t, g.Closure("api", "absent"), []string{"api", "db"})
	assert.DeepEqual(t, g.Reverse().Closure("api"), []string{"api", "web"})
}

func TestDotNamesEveryNodeAndEdge(t *testing.T) {
	assert.Equal(t, chain("a", "b").Dot("g"), "digraph \"g\" {\n\t\"a\"\n\t\"b\"\n\t\"a\" -> \"b\"\n}\n")
}

// A graph whose edges all lead to smaller numbers has an order, and Order finds
// one in which every dependency comes first; one edge back makes a cycle that
// Cycle finds, of edges that are there.
func TestOrderAndCycleAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := dag.New[int]()
		size := rapid.IntRange(1, 30).Draw(t, "size")
		g.Add(0)
		for range rapid.IntRange(0, 60).Draw(t, "edges") {
			from := rapid.IntRange(0, size).Draw(t, "from")
			to := rapid.IntRange(0, size).Draw(t, "to")
			g.Edge(from, to)
		}
		order, err := g.Order()
		cycle := g.Cycle()
		assert.Equal(t, err == nil, cycle == nil)
		for _, node := range order {
			for _, dependency := range g.Dependencies(node) {
				assert.Assert(t, slices.Index(order, dependency) < slices.Index(order, node))
			}
		}
		for i := 1; i < len(cycle); i++ {
			assert.Assert(t, slices.Contains(g.Dependencies(cycle[i-1]), cycle[i]))
		}
	})
}
