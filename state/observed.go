package state

import (
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// Observed is what an engine holds of one project, and what else the project
// asks for by name. Slices are sorted: containers by service, number and name,
// the rest by name.
type Observed struct {
	Engine     EngineInfo        `json:"engine"`
	Containers []Container       `json:"containers,omitempty"`
	Networks   []ObservedNetwork `json:"networks,omitempty"`
	Volumes    []ObservedVolume  `json:"volumes,omitempty"`
	// Images are the images that are present, by the reference or id that was
	// asked for in the [Scope].
	Images map[string]Image `json:"images,omitempty"`
	// Provided is what providers and models that this process brought up give,
	// by the text of their ref: provider/db, model/llm.
	Provided map[string]Provided `json:"provided,omitempty"`
	// Services, Inputs and Nodes are a Swarm's: the project's services with
	// their tasks, its configs and secrets, and all machines.
	Cluster
	Inputs []ObservedInput `json:"inputs,omitempty"`
	Nodes  []Node          `json:"nodes,omitempty"`
}

// Scope is what to observe: all that has the project's label, and the named
// networks, volumes and images whether they have it or not.
type Scope struct {
	Project string
	// Services are those whose containers are observed; none is all.
	Services []string
	// ContainersOnly leaves the project's networks and volumes out: they are asked
	// for one by one.
	ContainersOnly bool
	Networks       []string
	Volumes        []string
	Images         []string
	// Configs and Secrets are those of a Swarm's by name.
	Configs []string
	Secrets []string
	// ContainerImages asks for the images of the project's containers too, by
	// their id.
	ContainerImages bool
	// References asks for the images that the references which the project's
	// containers were made from name now, those that they mount too.
	References bool
}

// Shows is true for the container of a service that is observed.
func (s Scope) Shows(service string) bool {
	return len(s.Services) == 0 || slices.Contains(s.Services, service)
}

// EngineInfo says what engine answers.
type EngineInfo struct {
	Name       string `json:"name"` // docker, swarm, memory
	Version    string `json:"version"`
	APIVersion string `json:"apiVersion"`
	OS         string `json:"os,omitempty"`
	Arch       string `json:"arch,omitempty"`
	// Remote is true for an engine on another machine: it cannot mount the
	// files of this one.
	Remote bool `json:"remote,omitempty"`
	// Nodes is how many machines a Swarm has; 0 is an engine that runs containers
	// on its own machine.
	Nodes int `json:"nodes,omitempty"`
}

// Status is a container's status, in the engine's words.
type Status string

// The statuses of a container (Engine API, ContainerState.Status).
const (
	StatusCreated    Status = "created"
	StatusRunning    Status = "running"
	StatusPaused     Status = "paused"
	StatusRestarting Status = "restarting"
	StatusRemoving   Status = "removing"
	StatusExited     Status = "exited"
	StatusDead       Status = "dead"
)

// Health is what the engine says of a container's healthcheck.
type Health string

// The states of a healthcheck. HealthNone is a container without one.
const (
	HealthNone      Health = ""
	HealthStarting  Health = "starting"
	HealthHealthy   Health = "healthy"
	HealthUnhealthy Health = "unhealthy"
)

// Container is a container as the engine describes it.
type Container struct {
	ID      string            `json:"id"`
	Name    string            `json:"name"` // without the leading slash
	Labels  map[string]string `json:"labels,omitempty"`
	Image   string            `json:"image"`   // the reference it was created from
	ImageID string            `json:"imageID"` // sha256:…

	// Read from the labels.
	Project string `json:"project,omitempty"`
	Service string `json:"service,omitempty"`
	Number  int    `json:"number,omitempty"`
	OneOff  bool   `json:"oneOff,omitempty"`

	// Task and Node are the task's id and the host name of the node that it is
	// on, of one that a Swarm runs ([Cluster.Containers]).
	Task string `json:"task,omitempty"`
	Node string `json:"node,omitempty"`

	Status       Status    `json:"status"`
	ExitCode     int       `json:"exitCode,omitempty"`
	Error        string    `json:"error,omitempty"` // why it did not start
	Stuck        bool      `json:"stuck,omitempty"` // it cannot be started, but a new one in its place can
	OOMKilled    bool      `json:"oomKilled,omitempty"`
	Health       Health    `json:"health,omitempty"`
	HealthLog    []Probe   `json:"healthLog,omitempty"` // oldest first, the engine keeps the last five
	RestartCount int       `json:"restartCount,omitempty"`
	Created      time.Time `json:"created,omitzero"`
	StartedAt    time.Time `json:"startedAt,omitzero"`
	FinishedAt   time.Time `json:"finishedAt,omitzero"`

	Command       []string            `json:"command,omitempty"`     // path and arguments
	User          string              `json:"user,omitempty"`        // whom it runs as, as the image or the file says it
	Healthcheck   *Healthcheck        `json:"healthcheck,omitempty"` // nil for one that is absent or disabled
	TTY           bool                `json:"tty,omitempty"`
	Stdin         bool                `json:"stdin,omitempty"` // its input is kept open
	LogDriver     string              `json:"logDriver,omitempty"`
	RestartPolicy string              `json:"restartPolicy,omitempty"`
	Limits        Limits              `json:"limits,omitzero"`
	NetworkMode   string              `json:"networkMode,omitempty"`
	IpcMode       string              `json:"ipcMode,omitempty"`
	PidMode       string              `json:"pidMode,omitempty"`
	VolumesFrom   []string            `json:"volumesFrom,omitempty"`
	Networks      map[string]Endpoint `json:"networks,omitempty"` // by the network's name
	Mounts        []Mount             `json:"mounts,omitempty"`
	Ports         []Port              `json:"ports,omitempty"`
}

// Handle is what engine calls take: the id.
func (c Container) Handle() Handle { return Handle{ID: c.ID, Name: c.Name} }

// Running is true for a container whose process runs, paused or not.
func (c Container) Running() bool { return c.Status == StatusRunning || c.Status == StatusPaused }

// Healthcheck is the check that the engine runs in a container, whether the
// service or its image asked for it.
type Healthcheck struct {
	Test     []string      `json:"test"` // CMD or CMD-SHELL, and the rest
	Interval time.Duration `json:"interval"`
	Timeout  time.Duration `json:"timeout"`
}

// Live is true for a container that has to be stopped before it is at rest: it
// runs, or the engine is about to do something with it.
func (c Container) Live() bool { return c.Status != StatusExited && c.Status != StatusCreated }

// Probe is one run of a healthcheck.
type Probe struct {
	ExitCode int       `json:"exitCode"`
	Output   string    `json:"output,omitempty"`
	At       time.Time `json:"at,omitzero"`
}

// Endpoint is a container's place in a network.
type Endpoint struct {
	NetworkID string   `json:"networkID,omitempty"`
	Aliases   []string `json:"aliases,omitempty"`
	Address   string   `json:"address,omitempty"` // IPv4 or IPv6, none while it does not run
}

// Mount is something mounted in a container.
type Mount struct {
	Type        string `json:"type"`           // volume, bind, tmpfs, image, npipe
	Name        string `json:"name,omitempty"` // a volume's
	Source      string `json:"source,omitempty"`
	Destination string `json:"destination"`
	ReadOnly    bool   `json:"readOnly,omitempty"`
}

// Port is a port of a container. PublishedPort is 0 for one that is not
// published.
type Port struct {
	HostIP        string `json:"hostIP,omitempty"`
	PublishedPort int    `json:"publishedPort,omitempty"`
	TargetPort    int    `json:"targetPort"`
	Protocol      string `json:"protocol"`
}

// ScopeSwarm is the scope of a network that a Swarm holds.
const ScopeSwarm = "swarm"

// ObservedNetwork is a network that the engine holds.
type ObservedNetwork struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Driver     string            `json:"driver,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
	Containers map[string]string `json:"containers,omitempty"` // name by id, of those that are attached and run
	// Scope is [ScopeSwarm] for one that reaches all machines of a Swarm, which
	// alone its services can be in; empty for one of the engine's own.
	Scope string `json:"scope,omitempty"`
	// Config is the network as the engine describes it: what it takes to create
	// it again.
	Config types.NetworkConfig `json:"config"`
}

// ObservedVolume is a volume that the engine holds.
type ObservedVolume struct {
	Name       string            `json:"name"`
	Driver     string            `json:"driver,omitempty"`
	DriverOpts map[string]string `json:"driverOpts,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
	// Created is when it was made, to the second.
	Created time.Time `json:"created,omitzero"`
	// Mountpoint is where the engine keeps it, Scope how far it reaches: local
	// or global.
	Mountpoint string `json:"mountpoint,omitempty"`
	Scope      string `json:"scope,omitempty"`
}

// Image is an image that the engine holds.
type Image struct {
	ID       string    `json:"id"` // sha256:…
	Created  time.Time `json:"created,omitzero"`
	LastTag  time.Time `json:"lastTag,omitzero"` // when the reference last moved here: pulled, built, tagged
	Platform string    `json:"platform,omitempty"`
	Size     int64     `json:"size,omitempty"` // in bytes
	Tags     []string  `json:"tags,omitempty"` // every name:tag of it that is here
	// Digests are what registries have it under: name@sha256:…
	Digests []string `json:"digests,omitempty"`
	// Local is true for an image that no registry is known to have.
	Local bool `json:"local,omitempty"`
	// MaybeLocal is true for one of a store that does not tell: containerd's gives
	// every image that has a name the digest that a registry would know it by.
	MaybeLocal bool     `json:"maybeLocal,omitempty"`
	HasHealth  bool     `json:"hasHealth,omitempty"` // the image has a HEALTHCHECK
	Volumes    []string `json:"volumes,omitempty"`   // VOLUMEs of the image
}
