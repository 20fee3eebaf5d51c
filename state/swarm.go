package state

import (
	"strings"
	"time"

	"github.com/docker/docker/api/types/swarm"
)

// What follows is how a Swarm holds a project: as services, whose tasks it puts
// on nodes. The words and the shapes of specifications are those of the Engine
// API (package swarm), with names in the place of ids: a network's Target is its
// name, and ConfigID and SecretID are empty. An engine puts the ids in.

// The labels that `docker stack` knows its stacks by.
const (
	// LabelNamespace is the project, on services, their tasks, networks, configs
	// and secrets.
	LabelNamespace = "com.docker.stack.namespace"
	// LabelStackImage is the image as the file has it, on a service whose
	// specification has it with its digest.
	LabelStackImage = "com.docker.stack.image"
)

// SwarmName is the name that a Swarm has a project's service, network, config
// or secret under, as `docker stack deploy` makes it.
func (p Project) SwarmName(key string) string { return p.Name + "_" + key }

// ServiceSpec is a service of a Swarm to create, or to update to.
type ServiceSpec struct {
	Service string            `json:"service"` // its key in the compose file
	Spec    swarm.ServiceSpec `json:"spec"`
	// Resolve has the engine ask the registry for the digest that the image's
	// tag names now, and pin the image to it, so that all nodes run the same.
	// One that the registry does not tell is left as it is, with a warning.
	Resolve bool `json:"resolve,omitempty"`
	// Tag is what Resolve asks for in the place of the image that Spec has, which
	// is pinned to what the tag named before.
	Tag string `json:"tag,omitempty"`
	// Local has the engine note the id that the image has on the machine that
	// answers, under LabelImage on the tasks: another build of a name that no
	// registry has is another specification by that.
	Local bool `json:"local,omitempty"`
	// Refresh is true for an update that is for the image alone: nothing is
	// written where that turns out to be the one that runs.
	Refresh bool `json:"refresh,omitempty"`
	// Platform is true for a service that is for one platform, whatever its image
	// is for: Resolve puts those of the image into the placement otherwise.
	Platform bool `json:"platform,omitempty"`
	// Rollback has an update take the service back to what it was before its last
	// one, which is what Spec says: it goes by rollback_config then.
	Rollback bool `json:"rollback,omitempty"`
}

// ObservedService is a service that a Swarm holds.
type ObservedService struct {
	ID      string            `json:"id"`
	Version uint64            `json:"version"` // what an update has to name
	Service string            `json:"service"` // its key in the compose file, by its name and namespace
	Spec    swarm.ServiceSpec `json:"spec"`
	// Previous is what it was before its last update, nil for one that never was
	// another.
	Previous *swarm.ServiceSpec `json:"previous,omitempty"`
	// Update is how its last update goes, nil for one that has not begun.
	Update  *swarm.UpdateStatus `json:"update,omitempty"`
	Created time.Time           `json:"created,omitzero"`
	Updated time.Time           `json:"updated,omitzero"`
	// Running is how many of its tasks run, and Wanted how many should (Engine
	// API 1.41, ServiceStatus).
	Running int `json:"running,omitempty"`
	Wanted  int `json:"wanted,omitempty"`
	// JobIteration tells the runs of a job apart.
	JobIteration uint64 `json:"jobIteration,omitempty"`
}

// Name is the engine's name of the service.
func (s ObservedService) Name() string { return s.Spec.Name }

// OneOff is true for one that runs one command of a service, as `run` made it.
func (s ObservedService) OneOff() bool { return isOneOff(s.Spec.Labels) }

// ServiceKey is the key in the compose file of the service of a Swarm that is
// called so: of one that `run` made, the key of the service whose command it
// runs.
func ServiceKey(a swarm.Annotations) string {
	if isOneOff(a.Labels) {
		return a.Labels[LabelService]
	}
	return strings.TrimPrefix(a.Name, a.Labels[LabelNamespace]+"_")
}

func isOneOff(labels map[string]string) bool { return labels[LabelOneOff] == "True" }

// Handle is what engine calls take: the id.
func (s ObservedService) Handle() Handle { return Handle{ID: s.ID, Name: s.Spec.Name} }

// Task is one run of a service's container on a node, past ones included.
type Task struct {
	ID        string `json:"id"`
	Name      string `json:"name"`    // shop_web.1, or shop_web.NODEID where there is one on each node
	Service   string `json:"service"` // its key in the compose file
	ServiceID string `json:"serviceID"`
	Slot      int    `json:"slot,omitempty"` // counted from 1; 0 where there is one on each node
	NodeID    string `json:"nodeID,omitempty"`
	Node      string `json:"node,omitempty"` // the node's host name, empty for a task that has no place yet
	Image     string `json:"image"`
	// Current is true for a task that was made from what the service is now, and
	// of a job, for one of its last run.
	Current bool `json:"current,omitempty"`
	// Lost is true for a task on a node that is down: what its state says is what
	// was known last.
	Lost    bool            `json:"lost,omitempty"`
	State   swarm.TaskState `json:"state"`
	Desired swarm.TaskState `json:"desired"`
	// Message is what the Swarm says of the state, Error why it is no better: of
	// a task that has no place, what the scheduler says.
	Message     string    `json:"message,omitempty"`
	Error       string    `json:"error,omitempty"`
	ContainerID string    `json:"containerID,omitempty"`
	ExitCode    int       `json:"exitCode,omitempty"`
	Created     time.Time `json:"created,omitzero"`
	Since       time.Time `json:"since,omitzero"` // when it came into the state
	Ports       []Port    `json:"ports,omitempty"`
}

// Node is a machine of a Swarm.
type Node struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"` // its host name
	Address      string            `json:"address,omitempty"`
	Manager      bool              `json:"manager,omitempty"`
	Self         bool              `json:"self,omitempty"` // the one that answers
	State        string            `json:"state"`          // ready, down, disconnected, unknown
	Availability string            `json:"availability"`   // active, pause, drain
	Labels       map[string]string `json:"labels,omitempty"`
	EngineLabels map[string]string `json:"engineLabels,omitempty"` // that its engine was started with
	Version      string            `json:"version,omitempty"`      // of its engine
	OS           string            `json:"os,omitempty"`
	Arch         string            `json:"arch,omitempty"`
}

// Takes is true for a node that takes new tasks.
func (n Node) Takes() bool { return n.State == "ready" && n.Availability == "active" }

// Input is a config or secret that a project declares, for an engine that holds
// such things of its own.
type Input struct {
	Kind     Kind   `json:"kind"` // KindConfig or KindSecret
	Key      string `json:"key"`
	Name     string `json:"name"` // the engine's, of an external one; the beginning of it otherwise
	External bool   `json:"external,omitempty"`
	// Digest (sha256:…) is that of Content; empty for one whose content is not
	// known here.
	Digest         string              `json:"digest,omitempty"`
	Content        Content             `json:"-"`
	Labels         map[string]string   `json:"labels,omitempty"`
	TemplateDriver string              `json:"templateDriver,omitempty"`
	Driver         string              `json:"driver,omitempty"` // of a secret, which then has no content
	DriverOpts     map[string]string   `json:"driverOpts,omitempty"`
	Where          map[string]Position `json:"-"`
}

// InputSpec is a config or secret to create.
type InputSpec struct {
	Kind           Kind              `json:"kind"`
	Name           string            `json:"name"`
	Labels         map[string]string `json:"labels,omitempty"`
	Digest         string            `json:"digest,omitempty"`
	Content        Content           `json:"-"`
	TemplateDriver string            `json:"templateDriver,omitempty"`
	Driver         string            `json:"driver,omitempty"`
	DriverOpts     map[string]string `json:"driverOpts,omitempty"`
}

// ObservedInput is a config or secret that a Swarm holds.
type ObservedInput struct {
	Kind    Kind              `json:"kind"`
	ID      string            `json:"id"`
	Name    string            `json:"name"`
	Labels  map[string]string `json:"labels,omitempty"`
	Digest  string            `json:"digest,omitempty"` // of a config's content; a secret's is never told
	Created time.Time         `json:"created,omitzero"`
	// What fills the content in, and what a secret's content comes from.
	TemplateDriver string            `json:"templateDriver,omitempty"`
	Driver         string            `json:"driver,omitempty"`
	DriverOpts     map[string]string `json:"driverOpts,omitempty"`
}

// Cluster is what the services of a project are at one moment. Both are sorted:
// services by name, tasks by service, slot, node, and when they were made.
type Cluster struct {
	Services []ObservedService `json:"services,omitempty"`
	Tasks    []Task            `json:"tasks,omitempty"`
}

// LogSource is a service or a task whose log is read, by id. The other one is
// empty.
type LogSource struct {
	Service string
	Task    string
}
