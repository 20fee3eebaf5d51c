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

// String returns "Container shop-web-1", or the name alone of what has no kind.
func (s subject) String() string {
	kind := string(s.kind)
	if kind == "" {
		return s.name
	}
	return strings.ToUpper(kind[:1]) + kind[1:] + " " + s.name
}

// cast knows what a plan's nodes are about.
type cast struct {
	canonical map[state.Ref]string
	replacing map[state.Ref]bool
	restarts  map[state.Ref]bool // because that was asked for
	nodes     map[planner.ID]planner.Node
	back      map[planner.ID]bool // nodes of rollbacks
	// twins are the other images that a build makes because their services are
	// built alike.
	twins map[planner.ID][]string
}

func newCast(plan planner.Plan) cast {
	c := cast{
		canonical: map[state.Ref]string{},
		replacing: map[state.Ref]bool{},
		restarts:  map[state.Ref]bool{},
		nodes:     map[planner.ID]planner.Node{},
		back:      map[planner.ID]bool{},
		twins:     map[planner.ID][]string{},
	}
	for _, node := range backNodes(plan) {
		c.nodes[node.ID], c.back[node.ID] = node, true
	}
	stops, starts, removes := map[state.Ref]bool{}, map[state.Ref]bool{}, map[state.Ref]bool{}
	for _, node := range plan.Nodes {
		c.nodes[node.ID] = node
		switch node.Op.(type) {
		case planner.StopContainer:
			// It has a reason where something else makes it necessary.
			stops[node.Ref] = node.Reason == ""
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
	c.addTwins(plan)
	return c
}

// next is the cast of another plan of the same run. The nodes of the plans
// before stay: images may still be on their way.
func (c cast) next(plan planner.Plan) cast {
	n := newCast(plan)
	for id, node := range c.nodes {
		if _, again := n.nodes[id]; !again {
			n.nodes[id], n.back[id], n.twins[id] = node, c.back[id], c.twins[id]
		}
	}
	return n
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

// addTwins finds the builds that are wanted by the name of several images: one
// of these has a change, but no node of its own.
func (c cast) addTwins(plan planner.Plan) {
	shared := map[string]bool{}
	for _, change := range plan.Changes {
		shared[change.Name] = change.Ref.Kind == state.KindImage && change.Action != planner.NoOp
	}
	for _, node := range plan.Nodes {
		delete(shared, node.Ref.Name)
	}
	for _, node := range plan.Nodes {
		op, _ := node.Op.(planner.BuildImage)
		for _, tag := range op.Build.Config.Tags {
			if shared[tag] {
				c.twins[node.ID] = append(c.twins[node.ID], tag)
			}
		}
	}
}

// operation is what words tell an event's operation by.
func (c cast) operation(e event.Event) string {
	if node, known := c.nodes[planner.ID(e.Node)]; known && e.Phase != event.Undone {
		return operationOf(node)
	}
	return e.Op
}

// marks is true for an event of a rename after which a container has the name
// that it is known by here, or will have it again.
func (c cast) marks(e event.Event) bool {
	node := c.nodes[planner.ID(e.Node)]
	rename, is := node.Op.(planner.RenameContainer)
	return is && e.Phase != event.Undone && node.Name() == rename.Container.Name
}

// of is the subject of an event. In a rollback the two containers of a replica
// are told apart.
func (c cast) of(e event.Event) subject {
	if c.back[planner.ID(e.Node)] {
		return subject{e.Ref.Kind, e.Name}
	}
	return c.subject(e.Ref, e.Name)
}

// cause names the resource of the node that an event's Cause names.
func (c cast) cause(id string) string {
	if node, known := c.nodes[planner.ID(id)]; known {
		return c.subject(node.Ref, node.Name()).name
	}
	return id
}
