package render

import (
	"bytes"
	"fmt"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	"pgregory.net/rapid"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

func TestPlanGraphsAreDrawnInEachForm(t *testing.T) {
	for name, plan := range map[string]planner.Plan{"cold": coldPlan(), "mixed": mixedPlan(), "unchanged": unchangedPlan()} {
		for format, extension := range map[GraphFormat]string{Tree: "txt", Dot: "dot", Mermaid: "mmd", SVG: "svg"} {
			var out bytes.Buffer
			assert.NilError(t, PlanGraph(&out, plan, format, false))
			golden.Assert(t, out.String(), "plan-graph-"+name+"."+extension)
			if format == SVG {
				assert.NilError(t, wellFormed(out.String()))
			}
		}
	}
}

// What is left out of a plan's graph follows from what is drawn.
func TestPlanGraphsLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var plan planner.Plan
		n := rapid.IntRange(1, 25).Draw(t, "nodes")
		for i := range n {
			node := step(fmt.Sprint(i), state.ContainerRef(fmt.Sprint(i%5), 1), start("x"))
			for j := range i {
				if rapid.IntRange(0, 3).Draw(t, "edge") == 0 {
					node.After = append(node.After, planner.ID(fmt.Sprint(j)))
				}
			}
			plan.Nodes = append(plan.Nodes, node)
		}
		g := newStepGraph(plan)
		drawn := make([]map[int]bool, n)
		for i, s := range g.steps {
			drawn[i] = map[int]bool{}
			for _, j := range s.after {
				assert.Assert(t, !drawn[i][j], "%d after %d is drawn, and follows from the rest", i, j)
				drawn[i][j] = true
				for k := range drawn[j] {
					drawn[i][k] = true
				}
			}
			for _, id := range plan.Nodes[i].After {
				var j int
				fmt.Sscan(string(id), &j)
				assert.Assert(t, drawn[i][j], "%d after %d is lost", i, j)
			}
		}
	})
}
