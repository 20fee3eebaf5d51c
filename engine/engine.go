// Package engine says what stack needs of a container engine, as small roles.
//
// An implementation passes the suite in enginetest. Every method may be called
// from several goroutines. Every call that writes is safe to repeat: starting
// what runs, stopping what does not, and removing what is absent succeed.
package engine

import (
	"context"
	"errors"
	"io"

	"github.com/stackctl/stack/state"
)

// Errors that callers branch on, wrapped with what the engine said.
var (
	// ErrNotFound is a container, network, volume or image that is not there.
	ErrNotFound = errors.New("not found")
	// ErrConflict is a name that is taken, or a resource that is in use.
	ErrConflict = errors.New("conflict")
	// ErrUnchanged is an update that was not made, for it would change nothing.
	ErrUnchanged = errors.New("nothing to change")
	// ErrUnavailable is an engine that cannot be reached, or that broke a call
	// off. What a call that writes has done then, nobody knows.
	ErrUnavailable = errors.New("engine unavailable")
)

// Engine is the roles together. A role can be replaced by another
// implementation, or by a decorator of the same one.
type Engine struct {
	Observer
	Containers
	Signals
	Networks
	Volumes
	Images
	Watcher
	LogReader
	Execer
	Archives
	Monitor
	Sessions
	Presence
	// Providers is nil for one that has none: what needs it is an error then.
	Providers
	// Services and Cluster are a Swarm's, and nil for an engine that runs
	// containers on its own machine.
	Services
	Cluster
}

// Services holds the services of a Swarm, and their configs and secrets. A
// service is given by its id or its name.
type Services interface {
	// CreateService returns the id. It returns ErrConflict when the name is
	// taken, and ErrNotFound for a network, config or secret that is not there.
	// Registry credentials go along to the nodes.
	CreateService(ctx context.Context, spec state.ServiceSpec, progress func(state.Progress)) (id string, err error)
	// UpdateService returns as soon as the Swarm has taken the update on. It
	// returns ErrConflict for a service that is not at that version any more:
	// somebody else has changed it, and ErrUnchanged where ServiceSpec.Refresh
	// found the image that runs already.
	UpdateService(ctx context.Context, service string, version uint64, spec state.ServiceSpec, progress func(state.Progress)) error
	// RemoveService returns before the service's tasks are gone.
	RemoveService(ctx context.Context, service string) error
	// CreateInput creates a config or secret. It returns ErrConflict when the
	// name is taken.
	CreateInput(ctx context.Context, spec state.InputSpec) error
	// RemoveInput takes the id or name of a config or secret. It returns
	// ErrConflict for one that a service uses.
	RemoveInput(ctx context.Context, kind state.Kind, input string) error
}

// Cluster looks at what services do.
type Cluster interface {
	// Follow calls each from one goroutine with what the project's services and
	// their tasks are: once at once, and then for every change, but not for each
	// of several at a time. It returns nil when ctx ends, and an error when the
	// Swarm cannot be looked at any more. Tasks of services that were removed are
	// in it until they are gone.
	Follow(ctx context.Context, project string, each func(state.Cluster)) error
	// ServiceLogs calls each for every line that a service's tasks printed, or
	// that one task did, from one goroutine; lines of one task are in order. With
	// Follow it returns when ctx ends.
	ServiceLogs(ctx context.Context, of state.LogSource, options state.LogOptions, each func(task string, line state.LogLine)) error
	// AllServices are the services of all projects, for lists of them.
	AllServices(ctx context.Context) ([]state.ObservedService, error)
}

// Presence says whether the engine is there. One that goes away during a run
// is waited for by calls that read, for a bounded time; calls that write return
// ErrUnavailable and are not repeated. One that never answered is not waited
// for.
type Presence interface {
	// Absences is how often the engine was away so far, or its Swarm had no
	// leader: what was observed before need not hold any more. It does not call the
	// engine.
	Absences() int
	// Reach returns when the engine takes new calls, at once if it does now, and
	// ErrUnavailable if it does not come back.
	Reach(context.Context) error
}

// Observer reads. It never writes.
type Observer interface {
	Info(context.Context) (state.EngineInfo, error)
	// Observe takes one snapshot.
	Observe(context.Context, state.Scope) (state.Observed, error)
	// InspectContainer returns ErrNotFound for one that is absent.
	InspectContainer(ctx context.Context, container string) (state.Container, error)
}

// Containers creates, changes and removes containers. A container is given by
// its id or its name.
type Containers interface {
	// CreateContainer returns the id. It returns ErrConflict when the name is
	// taken and ErrNotFound when the image is not there; it never pulls. The
	// progress function may be nil: it is told what the engine warns of.
	CreateContainer(ctx context.Context, spec state.ContainerSpec, progress func(state.Progress)) (id string, err error)
	// WriteFiles writes the files into a container that runs or does not, and the
	// directories above them that are missing.
	WriteFiles(ctx context.Context, container string, files []state.File) error
	StartContainer(ctx context.Context, container string) error
	// StopContainer returns when the container has stopped.
	StopContainer(ctx context.Context, container string, options state.StopOptions) error
	RemoveContainer(ctx context.Context, container string, options state.RemoveOptions) error
	RenameContainer(ctx context.Context, container, name string) error
}

// Signals reach into containers that run.
type Signals interface {
	// KillContainer sends a signal (SIGHUP, HUP or 1) to a container's process.
	// With SIGKILL it returns when the container has ended. A signal that may be
	// meant to end the container (SIGKILL, its stop signal, or any one where it
	// has none of its own) makes it go on if it is paused, and keeps the engine
	// from starting it again.
	KillContainer(ctx context.Context, container, signal string) error
	// PauseContainer freezes a container. It returns ErrConflict for one that does
	// not run.
	PauseContainer(ctx context.Context, container string) error
	// UnpauseContainer lets a container that is paused go on.
	UnpauseContainer(ctx context.Context, container string) error
}

// Networks creates and removes networks, and attaches containers to them.
type Networks interface {
	// CreateNetwork returns ErrConflict when the name is taken.
	CreateNetwork(context.Context, state.NetworkSpec) error
	// RemoveNetwork takes an id or a name. It returns ErrConflict for one that
	// is in use.
	RemoveNetwork(ctx context.Context, network string) error
	ConnectNetwork(ctx context.Context, container string, attachment state.Attachment) error
	DisconnectNetwork(ctx context.Context, container, network string) error
}

// Volumes creates and removes volumes.
type Volumes interface {
	CreateVolume(context.Context, state.VolumeSpec) error
	// FillVolume creates a volume, if it is not there, and writes files into it.
	// Its labels have [state.LabelStackFiles]: a volume of that name without it
	// is somebody else's, and ErrConflict. It returns ErrNotFound when the image
	// is not there. A container can mount a file of such a volume by its path
	// (subpath), also where the engine is too old to know that of others.
	FillVolume(context.Context, state.FilesVolume) error
	// RemoveVolume returns ErrConflict for one that is in use.
	RemoveVolume(ctx context.Context, name string) error
}

// Images brings images to the engine, and to registries. The progress function
// may be nil. What a registry fails with for a moment is tried again.
type Images interface {
	// PullImage returns ErrNotFound for an image that the registry does not
	// have.
	PullImage(ctx context.Context, reference, platform string, progress func(state.Progress)) error
	// PushImage sends an image to its registry. It returns ErrNotFound for one
	// that is not here.
	PushImage(ctx context.Context, reference string, progress func(state.Progress)) error
	// ResolveDigest asks the registry which digest (sha256:…) a reference
	// names now. It returns ErrNotFound for one that names nothing there.
	ResolveDigest(ctx context.Context, reference string) (string, error)
	BuildImage(ctx context.Context, build state.BuildSpec, progress func(state.Progress)) error
	// RemoveImage returns ErrConflict for one that is in use.
	RemoveImage(ctx context.Context, reference string) error
}

// Watcher follows what happens.
type Watcher interface {
	// Watch calls ready once when it is subscribed, then each for what happens
	// to the project's containers, in order, from one goroutine. It returns
	// nil when ctx ends, and an error when the stream breaks; what happened in
	// between is lost, so inspect again.
	Watch(ctx context.Context, project string, ready func(), each func(state.Occurrence)) error
}

// Providers brings up what is not a container: services that a program
// provides, and AI models. What they give to services is in what the Observer
// beside them returns from then on, under Observed.Provided.
type Providers interface {
	// RunProvider brings a provider up, or makes sure that it is.
	RunProvider(ctx context.Context, project string, provider state.Provider, progress func(state.Progress)) error
	// StopProvider stops one that can be stopped.
	StopProvider(ctx context.Context, project string, provider state.Provider, progress func(state.Progress)) error
	RemoveProvider(ctx context.Context, project string, provider state.Provider, progress func(state.Progress)) error
	// ConfigureModel pulls a model that is not here and configures it.
	ConfigureModel(ctx context.Context, model state.Model, progress func(state.Progress)) error
}

// LogReader reads what a container printed.
type LogReader interface {
	// Logs calls each for every line, in order, from one goroutine. With
	// Follow it returns when the container ends or ctx does.
	Logs(ctx context.Context, container string, options state.LogOptions, each func(state.LogLine)) error
}

// Execer runs a command in a running container.
type Execer interface {
	// Exec returns when the command ended. An exit code that is not 0 is a
	// result, not an error.
	Exec(ctx context.Context, container string, spec state.ExecSpec) (state.ExecResult, error)
}

// Archives moves files between a container and its caller as tar streams,
// whether the container runs or not.
type Archives interface {
	// StatPath says what is at a path; of a symbolic link, what the link is. It
	// returns ErrNotFound for a path, or a container, that is not there.
	StatPath(ctx context.Context, container, path string) (state.PathStat, error)
	// CopyTo extracts a tar in a directory of the container, which has to be
	// there. It reads the tar to its end, or until something fails.
	CopyTo(ctx context.Context, container, directory string, tar io.Reader, options state.ExtractOptions) error
	// CopyFrom returns a tar of what is at a path: its names begin with the
	// path's last part. The reader is to be closed.
	CopyFrom(ctx context.Context, container, path string) (io.ReadCloser, state.PathStat, error)
	// Export returns a tar of all of the container's files. The reader is to be
	// closed.
	Export(ctx context.Context, container string) (io.ReadCloser, error)
	// Commit makes an image from a container, and returns its id.
	Commit(ctx context.Context, container string, options state.CommitOptions) (id string, err error)
}

// Monitor looks at what runs.
type Monitor interface {
	// AllProjects returns the containers of every project: their names, labels
	// and status, and no more.
	AllProjects(context.Context) ([]state.Container, error)
	// Processes returns ErrConflict for a container that does not run.
	Processes(ctx context.Context, container string) (state.Processes, error)
	// Usage calls each from one goroutine. With Follow it returns when the
	// container is removed, or ctx ends; nil then.
	Usage(ctx context.Context, container string, options state.UsageOptions, each func(state.Usage)) error
	// Happenings calls each for everything that happened to the project's
	// containers, in order, from one goroutine, as far as the engine remembers
	// it. It returns nil at the end of the span or when ctx ends.
	Happenings(ctx context.Context, project string, span state.Span, each func(state.Happening)) error
}

// Sessions joins streams of the caller's to processes in containers.
type Sessions interface {
	// Attach joins a container's own process: of one that runs, or that is
	// started after the call. Nothing that it prints from then on is missed.
	Attach(ctx context.Context, container string, options state.StreamOptions) (Session, error)
	// StartExec starts a command in a running container. One that cannot be
	// started says so on its output, and ends with 126 or 127.
	StartExec(ctx context.Context, container string, spec state.ExecSpec, options state.StreamOptions) (Session, error)
	// StartDetached starts a command that nobody waits for.
	StartDetached(ctx context.Context, container string, spec state.ExecSpec, options state.StreamOptions) error
}

// Session is a process whose streams are joined to the caller's until its
// context ends or it is closed. Writing to it is writing to the process's input.
type Session interface {
	io.WriteCloser
	// CloseWrite ends the process's input.
	CloseWrite() error
	// Copy copies what the process prints until there is no more. With a
	// terminal all of it goes to stdout.
	Copy(stdout, stderr io.Writer) error
	Resize(ctx context.Context, size state.TerminalSize) error
	// Wait returns the process's exit code once it has ended: of a container
	// that removes itself, once it is gone.
	Wait(ctx context.Context) (code int, err error)
}
