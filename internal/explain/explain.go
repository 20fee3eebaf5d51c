// Package explain works out why a service is in the state that it is in. It is
// pure: [Services] is a function of what was found.
package explain

import (
	"time"

	"github.com/stackctl/stack/internal/drift"
	"github.com/stackctl/stack/internal/history"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// Found is all that is known of a project.
type Found struct {
	Project string
	// Desired is what the files want; nil where there are none, or they cannot
	// be loaded.
	Desired  *state.Desired
	Observed state.Observed
	// Logs are the last lines of containers, by their id.
	Logs map[string][]state.LogLine
	// Plan is what `up` would do now; nil where it is not known, and PlanError
	// says why.
	Plan      *planner.Plan
	PlanError error
	// Last is the last revision; nil if none is recorded.
	Last  *history.Revision
	Drift drift.Report
}

// Service is why a service is in the state that it is in.
type Service struct {
	Name string `json:"name"`
	// State sums it up.
	State State `json:"state"`
	// Because are the steps from the service to the root of the matter, one
	// clause each; one alone where nothing is wrong.
	Because []string `json:"because"`
	// Wanted is how many replicas the file asks for; nil where it is not known.
	Wanted   *int      `json:"wanted,omitempty"`
	Replicas []Replica `json:"replicas"`
	// Hooks are the containers of pre_start hooks that are there, OneOffs the
	// names of those of `run`.
	Hooks     []Replica `json:"hooks,omitempty"`
	OneOffs   []string  `json:"oneOffs,omitempty"`
	DependsOn []Wait    `json:"dependsOn,omitempty"`
	// NeededBy are the services that wait for this one.
	NeededBy []Dependent `json:"neededBy,omitempty"`
	// Next is what `up` would do with it.
	Next Next `json:"next"`
	// Last is what the last revision did to it; nil if none is recorded.
	Last  *Last         `json:"last,omitempty"`
	Drift []drift.Drift `json:"drift,omitempty"`
}

// State sums up how a service is.
type State string

// The states, worst first.
const (
	Failed     State = "failed"     // a container ended with an error, did not start, or is not healthy
	Restarting State = "restarting" // the engine starts a container again and again
	Waiting    State = "waiting"    // it is not started, as what it depends on is not ready
	Stopped    State = "stopped"    // not all of its containers run, and nothing says why
	Absent     State = "absent"     // it has no container
	Starting   State = "starting"   // its health is not known yet, or a Swarm is about to start it
	Paused     State = "paused"
	Completed  State = "completed" // it is a job, and has ended with 0
	Running    State = "running"   // and healthy, where it has a healthcheck
	Provided   State = "provided"  // a program provides it
)

// Replica is one container of a service.
type Replica struct {
	Ref    state.Ref    `json:"ref"`
	Name   string       `json:"name"`
	ID     string       `json:"id"`
	Node   string       `json:"node,omitempty"` // of a Swarm that its task is on
	Status state.Status `json:"status"`
	// Since is when it began to be in that status.
	Since        time.Time     `json:"since,omitzero"`
	ExitCode     *int          `json:"exitCode,omitempty"` // of one that has ended
	OOMKilled    bool          `json:"oomKilled,omitempty"`
	Error        string        `json:"error,omitempty"` // why it did not start
	RestartCount int           `json:"restartCount,omitempty"`
	Health       state.Health  `json:"health,omitempty"`
	Probes       []state.Probe `json:"probes,omitempty"` // the last ones, oldest first
	Image        Image         `json:"image"`
	Log          []string      `json:"log,omitempty"` // the last lines
}

// Image is what a container runs.
type Image struct {
	Reference string `json:"reference"`
	ID        string `json:"id"`
	// Now is the id that the reference names now, if it is another one, and
	// Gone is true if it names none.
	Now  string `json:"now,omitempty"`
	Gone bool   `json:"gone,omitempty"`
}

// Wait is something that a service waits for before it is started.
type Wait struct {
	Service   string          `json:"service"`
	Condition state.Condition `json:"condition"`
	Required  bool            `json:"required"`
	Met       bool            `json:"met"`
	// Why says why it is not met, down to the root, one clause each.
	Why []string `json:"why,omitempty"`
}

// Dependent is a service that waits for another one.
type Dependent struct {
	Service   string          `json:"service"`
	Condition state.Condition `json:"condition"`
}

// Next is what `up` would do.
type Next struct {
	// Unknown says why it cannot be told.
	Unknown string           `json:"unknown,omitempty"`
	Changes []planner.Change `json:"changes,omitempty"` // what is left alone is not in it
	// Pending is true where it depends on images or providers that are to be
	// brought first.
	Pending bool `json:"pending,omitempty"`
}

// Last is what a revision did to a service.
type Last struct {
	Revision int              `json:"revision"`
	At       time.Time        `json:"at"`
	By       string           `json:"by"`
	Command  string           `json:"command"`
	Outcome  history.Outcome  `json:"outcome"`
	Error    string           `json:"error,omitempty"`
	Changes  []planner.Change `json:"changes,omitempty"`
}
