// Package graph says what depends on what in a project, as data to be drawn. It
// is pure: the graph is a function of what is wanted and of what was found.
package graph

import (
	"cmp"
	"slices"

	"github.com/stackctl/stack/dag"
	"github.com/stackctl/stack/internal/explain"
	"github.com/stackctl/stack/state"
)

// Graph is a project's dependency graph. Nodes are sorted, services first, and
// so are Edges.
type Graph struct {
	Project string
	// Live is true where the nodes have a state.
	Live  bool
	Nodes []Node
	Edges []Edge
}

// Key names a node.
type Key struct {
	Kind Kind
	Name string // of the service, or the key of a network, volume or model
}

// Compare orders services before what they use.
func (k Key) Compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Kind, o.Kind), cmp.Compare(k.Name, o.Name))
}

// Kind is what a node is.
type Kind int

// The kinds of node.
const (
	Service Kind = iota
	Model
	Network
	Volume
)

// Node is a service, or something that services use.
type Node struct {
	Key
	// Replicas is how many are wanted, or, where no file says it, how many there
	// are.
	Replicas int
	Job      bool // it is meant to end
	Provider bool // a program provides it
	External bool // a network or volume that is not the project's
	// Inactive is true for a service that is depended on, and is not a part of
	// this project as it is now: its profile is not active, or no container of
	// it is left.
	Inactive bool

	State State
}

// Edge says that From depends on To, or uses it. Condition is empty for what is
// no service.
type Edge struct {
	From, To  Key
	Condition state.Condition
	Optional  bool // From goes on without it
	Restart   bool // From is restarted when To is
}

// State is how a node is.
type State string

// The states. Unknown is that of all nodes of a graph that is not live.
const (
	Unknown  State = ""
	Running  State = "running"
	Healthy  State = "healthy"
	Starting State = "starting"
	Exited   State = "completed" // a job that has ended well
	Failed   State = "failed"
	Waiting  State = "waiting" // for what it depends on
	Stopped  State = "stopped"
	Paused   State = "paused"
	Missing  State = "missing"
	Present  State = "there" // a network or a volume
)

// Found is what a graph is made from.
type Found struct {
	Project string
	// Desired is nil where no file is read: the labels of containers tell then
	// what their services depend on.
	Desired *state.Desired
	// Observed is nil for a graph that is not live.
	Observed *state.Observed
}

// With says what is in a graph besides services and models.
type With struct{ Networks, Volumes bool }

// New returns the graph of a project.
func New(found Found, with With) Graph {
	b := &builder{nodes: map[Key]*Node{}}
	if found.Desired != nil {
		b.addDesired(*found.Desired, with)
	} else if found.Observed != nil {
		b.addObserved(*found.Observed, with)
	}
	g := Graph{Project: found.Project, Live: found.Observed != nil}
	b.complete()
	if found.Observed != nil {
		b.addStates(found)
	}
	for _, n := range b.nodes {
		g.Nodes = append(g.Nodes, *n)
	}
	slices.SortFunc(g.Nodes, func(a, c Node) int { return a.Compare(c.Key) })
	g.Edges = b.edges
	slices.SortFunc(g.Edges, func(a, c Edge) int { return cmp.Or(a.From.Compare(c.From), a.To.Compare(c.To)) })
	return g
}

// Of is the part of a graph that services and all that they depend on are.
func (g Graph) Of(services []string) Graph {
	if len(services) == 0 {
		return g
	}
	d := dag.New[int]()
	index := map[Key]int{}
	for i, n := range g.Nodes {
		index[n.Key] = i
		d.Add(i)
	}
	for _, e := range g.Edges {
		d.Edge(index[e.From], index[e.To])
	}
	var roots []int
	for _, name := range services {
		if i, known := index[Key{Service, name}]; known {
			roots = append(roots, i)
		}
	}
	part := Graph{Project: g.Project, Live: g.Live}
	in := map[Key]bool{}
	for _, i := range d.Closure(roots...) {
		part.Nodes = append(part.Nodes, g.Nodes[i])
		in[g.Nodes[i].Key] = true
	}
	for _, e := range g.Edges {
		if in[e.From] {
			part.Edges = append(part.Edges, e)
		}
	}
	return part
}

// Still is the graph without the states of its nodes.
func (g Graph) Still() Graph {
	g.Live, g.Nodes = false, slices.Clone(g.Nodes)
	for i := range g.Nodes {
		g.Nodes[i].State = Unknown
	}
	return g
}

// stateOf is a service's state in a word.
func stateOf(s explain.Service) State {
	switch s.State {
	case explain.Running:
		for _, r := range s.Replicas {
			if r.Health == state.HealthHealthy {
				return Healthy
			}
		}
		return Running
	case explain.Provided:
		return Unknown // its program alone could tell
	case explain.Failed, explain.Restarting:
		return Failed
	case explain.Waiting:
		return Waiting
	case explain.Stopped:
		return Stopped
	case explain.Absent:
		return Missing
	case explain.Starting:
		return Starting
	case explain.Paused:
		return Paused
	case explain.Completed:
		return Exited
	}
	return Unknown
}
