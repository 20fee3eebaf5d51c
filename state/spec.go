package state

import (
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// Handle names a container for an engine call. ID is empty for one that the
// same plan creates.
type Handle struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
}

// Key is what the engine looks the container up by.
func (h Handle) Key() string {
	if h.ID != "" {
		return h.ID
	}
	return h.Name
}

// ContainerSpec is a container to create, with every name resolved: an engine
// adds nothing to it and looks nothing up but the ids of other containers.
type ContainerSpec struct {
	Name    string `json:"name"`
	Project string `json:"project"`
	Service string `json:"service"`
	Number  int    `json:"number"`
	// Labels are all labels. LabelImage is empty when the plan brings the
	// image: the engine then writes the image's id there.
	Labels map[string]string `json:"labels"`
	// Config is the service's configuration with engine names in the place of
	// the compose file's keys: Image is the image to run; Volumes' sources are
	// engine volume names or host paths, and anonymous volumes that are kept
	// have the name of the volume to keep; NetworkMode, Ipc and Pid are
	// container:NAME where the file says service:x, and so is VolumesFrom
	// (NAME[:ro]). Networks, Links and ExternalLinks are not read: see
	// Attachments and Links.
	Config types.ServiceConfig `json:"config"`
	// Attachments are the networks to join, the first being the one that the
	// container's default route uses. Empty when Config.NetworkMode is set.
	Attachments []Attachment `json:"attachments,omitempty"`
	// Links are CONTAINER:ALIAS of a container in the engine's own bridge
	// network; in other networks they are an attachment's.
	Links []string `json:"links,omitempty"`
	// HashSource is what the engine writes as LabelConfigHash; nil for a
	// container whose Labels have it.
	HashSource *HashSource `json:"hashSource,omitempty"`
	// OneShot is true for a container that is meant to end.
	OneShot bool `json:"oneShot,omitempty"`
	// AutoRemove has the engine remove the container, and its anonymous volumes,
	// when it ends.
	AutoRemove bool `json:"autoRemove,omitempty"`
	// StdinOnce ends the input of the container's process with the first
	// session that is joined to it.
	StdinOnce bool `json:"stdinOnce,omitempty"`
}

// Attachment is a container's place in a network.
type Attachment struct {
	Network string                      `json:"network"` // the engine's name
	Aliases []string                    `json:"aliases,omitempty"`
	Links   []string                    `json:"links,omitempty"` // CONTAINER:ALIAS
	Config  *types.ServiceNetworkConfig `json:"config,omitempty"`
}

// NetworkSpec is a network to create. Config.Name is its name, Labels are all
// its labels.
type NetworkSpec struct {
	Config types.NetworkConfig `json:"config"`
	Labels map[string]string   `json:"labels"`
}

// VolumeSpec is a volume to create. Config.Name is its name, Labels are all
// its labels.
type VolumeSpec struct {
	Config types.VolumeConfig `json:"config"`
	Labels map[string]string  `json:"labels"`
}

// BuildSpec is an image to build. What the builder reads from Config is as the
// compose file says, with absolute paths. Config.SSH has its keys as ID or
// ID=PATH, all in the id; Config.Secrets is not read: see Secrets.
type BuildSpec struct {
	Image   string `json:"image"` // the tag to give it
	Service string `json:"service"`
	// Config.AdditionalContexts has service:x where the file says so in what a
	// project desires, and the image of x as docker-image://IMAGE in a plan.
	Config types.BuildConfig `json:"config"`
	// From are images of the project's other builds that the Dockerfile names:
	// they are built before.
	From     []string          `json:"from,omitempty"`
	Platform string            `json:"platform,omitempty"`
	NoCache  bool              `json:"noCache,omitempty"`
	Pull     bool              `json:"pull,omitempty"`
	Labels   map[string]string `json:"labels,omitempty"`
	// Secrets are what RUN --mount=type=secret,id=… finds.
	Secrets []BuildSecret `json:"secrets,omitempty"`
	// Builder is a buildx builder to hand the build over to; empty is the
	// engine's own.
	Builder string `json:"builder,omitempty"`
	// Memory is a limit in bytes, which the classic builder alone knows; 0 is
	// none.
	Memory int64 `json:"memory,omitempty"`
	// Check lints the Dockerfile in place of a build.
	Check bool `json:"check,omitempty"`
	// Push has the builder that is named send the image to its registry. What
	// the engine builds is pushed by a call of its own.
	Push bool `json:"push,omitempty"`
}

// BuildSecret is a secret of a build. Its content is never printed or
// serialised.
type BuildSecret struct {
	ID string `json:"id"`
	// File is the file that holds it; empty for one with Content.
	File    string  `json:"file,omitempty"`
	Digest  string  `json:"digest,omitempty"` // of Content, sha256:…
	Content Content `json:"-"`
}

// StopOptions say how a container is stopped.
type StopOptions struct {
	// Timeout is how long it may take after its stop signal before it is
	// killed; nil is the container's own stop_grace_period.
	Timeout *time.Duration `json:"timeout,omitempty"`
}

// RemoveOptions say how a container is removed.
type RemoveOptions struct {
	Volumes bool `json:"volumes,omitempty"` // its anonymous volumes too
	Force   bool `json:"force,omitempty"`   // also while it runs
}

// ExecSpec is a command to run in a running container.
type ExecSpec struct {
	Command    []string `json:"command"`
	User       string   `json:"user,omitempty"`
	WorkingDir string   `json:"workingDir,omitempty"`
	Env        []string `json:"env,omitempty"` // KEY=VALUE
	Privileged bool     `json:"privileged,omitempty"`
}

// ExecResult is how an exec ended. Output is stdout and stderr together, its
// last 64 KiB.
type ExecResult struct {
	ExitCode int
	Output   string
}

// Progress is how far an image transfer or build is, or what there is to know
// about a call.
type Progress struct {
	Detail string // what goes on, in the engine's words
	Bytes  int64
	Total  int64 // 0 if not known
	// Layer is the one of an image that this is about: it has come as far as Detail
	// says, or Arrived. Empty is all of it.
	Layer   string
	Arrived bool
	Again   bool // a try failed, and another follows: Detail says why and when
	// Warning is true for what the caller should know: Detail says what was
	// asked for and is not done.
	Warning bool
}

// Occurrence is something that happened to a container: an entry of the
// engine's event stream (Engine API, GET /events).
type Occurrence struct {
	Container string // its id
	Name      string
	Image     string // the reference that it was created from
	Service   string
	Action    Action
	ExitCode  int // of ActionDie
	At        time.Time
	Labels    map[string]string
}

// Action is what an [Occurrence] says.
type Action string

// The actions that waits and log followers need.
const (
	ActionCreate    Action = "create"
	ActionStart     Action = "start"
	ActionDie       Action = "die"
	ActionRestart   Action = "restart"
	ActionDestroy   Action = "destroy"
	ActionRename    Action = "rename"
	ActionOOM       Action = "oom"
	ActionHealthy   Action = "healthy"
	ActionUnhealthy Action = "unhealthy"
)

// LogOptions say which of a container's log lines are wanted.
type LogOptions struct {
	Follow     bool
	Timestamps bool   // each line's text has its time in front
	Times      bool   // each line has its Time
	Since      string // a time (RFC 3339 or Unix seconds) or a duration back from now
	Until      string
	Tail       string // a number or "all"; empty is all
}

// LogLine is one line of a container's output, without its newline.
type LogLine struct {
	Stderr bool
	Text   string
	// Time is when it was written, if that was asked for: RFC 3339 in UTC with
	// nine digits, which compares as text.
	Time string
	// Partial is a line that is too long to be held: the next one of the same
	// stream goes on with it.
	Partial bool
}
