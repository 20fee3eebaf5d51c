// Package planner compares what a project wants with what an engine holds and
// says what to do about it, as one [Plan].
//
// It is pure: [Up], [Down], [Stop], [Pull], [Build] and [Push] are functions of
// their arguments. The same arguments, in any order of their maps, give the
// same plan byte for byte.
package planner

import (
	"cmp"
	"slices"

	"github.com/stackctl/stack/state"
)

// Plan is what would be done, and why. It is data: it can be printed, compared,
// stored and executed.
type Plan struct {
	Project string `json:"project"`
	// Changes has an entry for every resource, also those that stay as they
	// are, sorted by Ref.
	Changes []Change `json:"changes"`
	// Nodes are sorted so that each comes after all that it comes After.
	Nodes []Node `json:"nodes"`
	// Rollouts are the services that are updated a few containers at a time.
	Rollouts []Rollout `json:"rollouts,omitempty"`
	// Warnings are things to know, one sentence each.
	Warnings []string `json:"warnings,omitempty"`
	// Consents are what the plan leaves undone because it would destroy data,
	// until the policy has the consent.
	Consents []Consent `json:"consents,omitempty"`
	// Pending are services whose fate depends on images that this plan pulls
	// or builds, or on what the providers give that it runs. They are left as
	// they are, and after this plan another one is to be made for them.
	Pending []Pending `json:"pending,omitempty"`
}

// Pending are services that are planned for once some nodes are done: those
// that may get another image or use what is yet to be provided, and those that
// depend on them.
type Pending struct {
	Services []string    `json:"services"`
	Replicas []state.Ref `json:"replicas,omitempty"`
	// Images are the nodes that bring their images, but for those that the
	// rest of the plan needs too.
	Images []ID `json:"images,omitempty"`
}

// Part returns the plan of some of the nodes: of a Pending's images.
func (p Plan) Part(ids []ID) Plan {
	return Plan{Project: p.Project, Nodes: p.pick(func(id ID) bool { return slices.Contains(ids, id) })}
}

// Now returns the plan without what only pending services need.
func (p Plan) Now() Plan {
	now := p
	now.Pending = nil
	now.Nodes = p.pick(func(id ID) bool {
		return !slices.ContainsFunc(p.Pending, func(pending Pending) bool { return slices.Contains(pending.Images, id) })
	})
	return now
}

// IsPending is true for a replica of a pending service.
func (p Plan) IsPending(replica state.Ref) bool {
	return slices.ContainsFunc(p.Pending, func(pending Pending) bool { return slices.Contains(pending.Replicas, replica) })
}

func (p Plan) pick(wanted func(ID) bool) []Node {
	var nodes []Node
	for _, node := range p.Nodes {
		if wanted(node.ID) {
			nodes = append(nodes, node)
		}
	}
	return nodes
}

// Empty is true for a plan that does nothing.
func (p Plan) Empty() bool { return len(p.Nodes) == 0 }

// Action says what becomes of a resource.
type Action string

// The actions.
const (
	NoOp    Action = "no-op"
	Create  Action = "create"
	Update  Action = "update" // changed in place: started, connected, renamed, restarted
	Replace Action = "replace"
	Delete  Action = "delete"
)

// Change is what becomes of one resource.
type Change struct {
	Ref    state.Ref `json:"ref"`
	Name   string    `json:"name"` // the engine's name
	Action Action    `json:"action"`
	// Reasons say why, most telling first.
	Reasons []Reason `json:"reasons,omitempty"`
}

// Reason is one cause of a change. Field is empty for a cause that is not a
// field's difference, and Text then says it. Values that may be secret are
// masked.
type Reason struct {
	Field string `json:"field,omitempty"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
	Text  string `json:"text,omitempty"`
	// At is where the file says so; the zero value is nowhere.
	At state.Position `json:"at,omitzero"`
}

// String returns "field: old → new", or the text.
func (r Reason) String() string {
	if r.Field == "" {
		return r.Text
	}
	return r.Field + ": " + orNone(r.Old) + " → " + orNone(r.New)
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

// Consent is a permission that a plan needs before it destroys data.
type Consent struct {
	Ref     state.Ref `json:"ref"`
	Name    string    `json:"name"`
	Text    string    `json:"text"` // what would be lost, as a question's first half
	Reasons []Reason  `json:"reasons,omitempty"`
}

// ID names a node in its plan, in words: "start web/1".
type ID string

// Node is one operation of a plan.
type Node struct {
	ID  ID        `json:"id"`
	Ref state.Ref `json:"ref"`
	Op  Operation `json:"op"`
	// After are the nodes that must have succeeded before this one starts.
	After []ID `json:"after,omitempty"`
	// Settled are nodes that must have ended, however they ended: those of
	// dependencies that are not required.
	Settled []ID   `json:"settled,omitempty"`
	Reason  string `json:"reason,omitempty"`
	// Written is where the file has what the node is about, and its parts: what
	// to point at when it fails.
	Written []Written `json:"written,omitempty"`
	// Canonical is the name that the container has in the end, where the
	// operation knows it by a temporary one.
	Canonical string `json:"canonical,omitempty"`
	// Group is the service (or other heading) that the node is shown under.
	Group string `json:"group,omitempty"`
	// Held names what is not the project's and keeps the engine from doing this
	// as long as it is there: a failure is none of the moment.
	Held string `json:"held,omitempty"`
	// Optional is true for what is not required: a wait that only dependencies
	// that are not required ask for, a pull or push whose failure is to be
	// ignored. Its failure is a warning.
	Optional bool `json:"optional,omitempty"`
	// OnFailure undoes what this node and those before it did, in order, when
	// this node fails.
	OnFailure []Operation `json:"onFailure,omitempty"`
	// OnCancel is done besides when the run is interrupted while this node is
	// at work, or before it when all that it comes after was done.
	OnCancel []Operation `json:"onCancel,omitempty"`
}

// Name is the engine's name of what the node works on.
func (n Node) Name() string { return cmp.Or(n.Canonical, n.Op.target()) }
