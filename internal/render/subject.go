package render

import (
	"strings"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// subject is a resource as progress names it: Container shop-web-1.
type subject struct {
	kind state.Kind
	name string
}

// String returns "Container shop-web-1".
func (s subject) String() string {
	kind := string(s.kind)
	if kind != "" {
		kind = strings.ToUpper(kind[:1]) + kind[1:]
	}
	return kind + " " + s.name
}

// cast knows what a plan's nodes are about.
type cast struct {
	canonical map[state.Ref]string
	replacing map[state.Ref]bool
	restarts  map[state.Ref]bool
	nodes     map[planner.ID]planner.Node
}

func newCast(plan planner.Plan) cast {
	c := cast{
		canonical: map[state.Ref]string{},
		replacing: map[state.Ref]bool{},
		restarts:  map[state.Ref]bool{},
		nodes:     map[planner.ID]planner.Node{},
	}
	stops, starts, removes := map[state.Ref]bool{}, map[state.Ref]bool{}, map[state.Ref]bool{}
	for _, node := range plan.Nodes {
		c.nodes[node.ID] = node
		switch node.Op.(type) {
		case planner.StopContainer:
			stops[node.Ref] = true
		case planner.StartContainer:
			starts[node.Ref] = true
		case planner.RemoveContainer:
			removes[node.Ref] = true
		}
	}
	for _, change := range plan.Changes {
		ref := change.Ref
		if ref.Kind != state.KindContainer || change.Action == planner.Delete {
			continue
		}
		c.canonical[ref] = change.Name
		changes := change.Action == planner.Replace || change.Action == planner.Update
		c.replacing[ref] = changes && removes[ref]
		c.restarts[ref] = changes && !removes[ref] && stops[ref] && starts[ref]
	}
	return c
}

// subject says what an operation on a resource is shown as. A replica that is
// replaced is one thing, whatever its two containers are called meanwhile.
func (c cast) subject(ref state.Ref, name string) subject {
	if canonical, known := c.canonical[ref]; known && (c.replacing[ref] || strings.HasPrefix(name, canonical+".next-")) {
		name = canonical
	}
	if name == "" {
		name = ref.Name
	}
	return subject{ref.Kind, name}
}

func (c cast) of(e event.Event) subject { return c.subject(e.Ref, e.Name) }

// cause names the resource of the node that an event's Cause names.
func (c cast) cause(id string) string {
	if node, known := c.nodes[planner.ID(id)]; known {
		return c.subject(node.Ref, node.Name()).name
	}
	return id
}
