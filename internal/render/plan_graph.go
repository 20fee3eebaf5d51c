package render

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// PlanGraph prints the nodes of a plan, and what each comes after, by service.
// What follows from the rest is left out.
func PlanGraph(w io.Writer, plan planner.Plan, format GraphFormat, color bool) error {
	g := newStepGraph(plan)
	var text string
	switch format {
	case Tree:
		text = g.tree(style{color})
	case Dot:
		text = g.dot()
	case Mermaid:
		text = g.mermaid()
	case SVG:
		text = stepSVG(g)
	}
	_, err := io.WriteString(w, text)
	return err
}

// stepGraph is a plan as a graph of its nodes.
type stepGraph struct {
	project string
	summary string
	steps   []graphStep // in the plan's order, which is topological
	groups  []stepGroup
}

// stepGroup is a service, or a heading like images.
type stepGroup struct {
	title string
	steps []int
	thing bool // it is no service
}

// graphStep is a node.
type graphStep struct {
	text  string
	class string
	group int
	row   int   // in its group
	after []int // without what follows from others
}

func newStepGraph(plan planner.Plan) stepGraph {
	g := stepGraph{project: plan.Project, summary: Count(plan).String()}
	groups, index := map[string]int{}, map[planner.ID]int{}
	for i, node := range plan.Nodes {
		title := cmp.Or(node.Group, node.Ref.Name)
		at, known := groups[title]
		if !known {
			at = len(g.groups)
			groups[title] = at
			g.groups = append(g.groups, stepGroup{title: title})
		}
		g.steps = append(g.steps, graphStep{text: string(node.ID), class: stepClass(node.Op), group: at, row: len(g.groups[at].steps)})
		g.groups[at].steps = append(g.groups[at].steps, i)
		index[node.ID] = i
	}
	g.reduce(plan, index)
	g.sortGroups(plan)
	return g
}

// reduce finds what each step comes after, without what follows from the rest.
func (g *stepGraph) reduce(plan planner.Plan, index map[planner.ID]int) {
	before := make([]map[int]bool, len(g.steps)) // all that a step comes after
	for i, node := range plan.Nodes {
		before[i] = map[int]bool{}
		var direct []int
		for _, id := range slices.Concat(node.After, node.Settled) {
			if j, known := index[id]; known {
				direct = append(direct, j)
			}
		}
		for _, j := range direct {
			for k := range before[j] {
				before[i][k] = true
			}
		}
		slices.Sort(direct)
		g.steps[i].after = slices.DeleteFunc(slices.Compact(slices.Clone(direct)), func(j int) bool { return before[i][j] })
		for _, j := range direct {
			before[i][j] = true
		}
	}
}

// sortGroups puts what services need first, and services in the order in which
// they are started.
func (g *stepGraph) sortGroups(plan planner.Plan) {
	turn := make([]int, len(g.groups))
	for n, group := range g.groups {
		turn[n] = group.steps[0]
		for _, i := range group.steps {
			if starts(plan.Nodes[i].Op) {
				turn[n] = i
				break
			}
		}
		if kind := plan.Nodes[group.steps[0]].Ref.Kind; kind != state.KindContainer && kind != state.KindHook && kind != state.KindService {
			turn[n], g.groups[n].thing = slices.Index(kinds(plan), kind)-len(kinds(plan)), true
		}
	}
	order := make([]int, len(g.groups))
	for n := range order {
		order[n] = n
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(turn[a], turn[b]) })
	sorted := make([]stepGroup, len(order))
	for to, from := range order {
		sorted[to] = g.groups[from]
		for _, i := range sorted[to].steps {
			g.steps[i].group = to
		}
	}
	g.groups = sorted
}

// starts is true for the operation that is a service's turn.
func starts(op planner.Operation) bool {
	switch op.(type) {
	case planner.StartContainer, planner.CreateService, planner.UpdateService:
		return true
	}
	return false
}

// stepClass is what kind of step an operation is.
func stepClass(op planner.Operation) string {
	switch kind := op.Kind(); {
	case strings.HasPrefix(kind, "Await") || kind == "MonitorContainer" || kind == "Delay":
		return "wait"
	case kind == "PullImage" || kind == "BuildImage" || kind == "PushImage":
		return "transfer"
	case strings.HasPrefix(kind, "Remove") || strings.HasPrefix(kind, "Stop"):
		return "remove"
	}
	return "work"
}

// foreign are the steps of other groups that a step comes after.
func (g stepGraph) foreign(step int) []int {
	var all []int
	for _, j := range g.steps[step].after {
		if g.steps[j].group != g.steps[step].group {
			all = append(all, j)
		}
	}
	return all
}

// tree is the graph as text: the steps of each group in their order, each with
// what it comes after elsewhere.
func (g stepGraph) tree(s style) string {
	var b strings.Builder
	b.WriteString(s.bold(printable(g.project)) + s.dim("  "+g.summary) + "\n")
	for n, group := range g.groups {
		branch, further := "├── ", "│   "
		if n == len(g.groups)-1 {
			branch, further = "└── ", "    "
		}
		b.WriteString(s.dim(branch) + s.bold(oneLine(group.title)) + "\n")
		width := 0
		for _, i := range group.steps {
			width = max(width, cells(oneLine(g.steps[i].text)))
		}
		for row, i := range group.steps {
			twig := "├── "
			if row == len(group.steps)-1 {
				twig = "└── "
			}
			var after []string
			for _, j := range g.foreign(i) {
				after = append(after, oneLine(g.steps[j].text))
			}
			line := oneLine(g.steps[i].text)
			if len(after) > 0 {
				line = pad(line, min(width, 40)) + s.dim("  after "+strings.Join(after, ", "))
			}
			b.WriteString(s.dim(further+twig) + line + "\n")
		}
	}
	return b.String()
}

func (g stepGraph) dot() string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n\trankdir=LR\n\tnode [shape=box, style=rounded, fontname=\"sans-serif\"]\n", dotQuote(g.project))
	for n, group := range g.groups {
		fmt.Fprintf(&b, "\tsubgraph cluster_%d {\n\t\tlabel=%s\n", n, dotQuote(group.title))
		for _, i := range group.steps {
			fmt.Fprintf(&b, "\t\tn%d [label=%s]\n", i, dotQuote(g.steps[i].text))
		}
		b.WriteString("\t}\n")
	}
	for i, step := range g.steps {
		for _, j := range step.after {
			fmt.Fprintf(&b, "\tn%d -> n%d\n", j, i)
		}
	}
	b.WriteString("}\n")
	return b.String()
}

func (g stepGraph) mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for n, group := range g.groups {
		fmt.Fprintf(&b, "    subgraph g%d[\"%s\"]\n", n, mermaidEscape(oneLine(group.title)))
		for _, i := range group.steps {
			fmt.Fprintf(&b, "        n%d[\"%s\"]\n", i, mermaidEscape(oneLine(g.steps[i].text)))
		}
		b.WriteString("    end\n")
	}
	for i, step := range g.steps {
		for _, j := range step.after {
			fmt.Fprintf(&b, "    n%d --> n%d\n", j, i)
		}
	}
	return b.String()
}
