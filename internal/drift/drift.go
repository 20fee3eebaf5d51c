// Package drift says what of a project is no longer as it was applied. It is
// pure: [Compare] is a function of its arguments.
package drift

import (
	"time"

	"github.com/stackctl/stack/state"
)

// Report is what is no longer as it was applied.
type Report struct {
	Project string `json:"project"`
	Basis   Basis  `json:"basis"`
	// Drifts are sorted by Ref and name.
	Drifts []Drift `json:"drifts"`
	// Unknown is what cannot be told, one phrase each.
	Unknown []string `json:"unknown,omitempty"`
}

// Basis is what is known of how a project was applied.
type Basis struct {
	Source Source `json:"source"`
	// The rest is of a revision.
	Revision int       `json:"revision,omitempty"`
	At       time.Time `json:"at,omitzero"`
	By       string    `json:"by,omitempty"`
	Command  string    `json:"command,omitempty"`
	Outcome  string    `json:"outcome,omitempty"`
}

// Source says where it is known from.
type Source string

// The sources.
const (
	FromRevision Source = "revision" // the last one that was applied from here
	FromLabels   Source = "labels"   // those of the containers that are there
)

// Drift is one thing about a resource that is no longer as it was applied. A
// resource may have several.
type Drift struct {
	Ref  state.Ref `json:"ref"`
	Name string    `json:"name"` // the engine's, as it is now; as it was for what is gone
	Kind Kind      `json:"drift"`
	// Field is what differs, in the compose file's words where it has one.
	// Applied and Found are its values, empty for none.
	Field   string `json:"field,omitempty"`
	Applied string `json:"applied,omitempty"`
	Found   string `json:"found,omitempty"`
	// Services are those that a network, a volume or an image is of.
	Services []string `json:"services,omitempty"`
}

// Kind says what happened.
type Kind string

// The kinds of drift. Field, Applied and Found of each are in parentheses. Of a
// Swarm they are of services: removed, changed (the field, or how its last update
// ended), stopped where not all tasks run (tasks), added and orphaned.
const (
	Removed    Kind = "removed"    // a container, network, volume or image is not there any more
	Stopped    Kind = "stopped"    // a container that ran does not (status)
	Restarting Kind = "restarting" // a container that ran is restarted again and again (status)
	Started    Kind = "started"    // a container that did not run does (status)
	Paused     Kind = "paused"     // a container that ran is paused (status)
	Renamed    Kind = "renamed"    // a container has another name (name)
	Changed    Kind = "changed"    // a container was changed in place (the field)
	Recreated  Kind = "recreated"  // another container, network or volume is in its place (id, or created)
	Added      Kind = "added"      // a container of a service that was not there (id)
	Orphaned   Kind = "orphaned"   // a container whose service was not applied (id)
	Retagged   Kind = "retagged"   // the reference of a container's image names another one (image)
	Detached   Kind = "detached"   // a container was taken off a network (network)
	Attached   Kind = "attached"   // a container was attached to a network (network)
)
