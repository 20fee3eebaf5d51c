package planner

import (
	"encoding/json"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/state"
)

// Operation is one engine call or one wait. The set is closed: the executor
// has the only switch over it.
type Operation interface {
	// Kind is the operation's name: "CreateContainer".
	Kind() string
	// target is the engine's name of what it works on.
	target() string
}

// The operations, one for each call of package engine, and the waits.
type (
	// PullImage pulls an image.
	PullImage struct {
		Image    string `json:"image"`
		Platform string `json:"platform,omitempty"`
		// OrBuild builds the image if it cannot be pulled, and with Push sends it
		// to its registry; nil does not.
		OrBuild *state.BuildSpec `json:"orBuild,omitempty"`
	}
	// BuildImage builds an image.
	BuildImage struct {
		Build state.BuildSpec `json:"build"`
	}
	// PushImage sends an image to its registry.
	PushImage struct {
		Image string `json:"image"`
	}
	// RemoveImage removes an image's reference.
	RemoveImage struct {
		Image string `json:"image"`
	}
	// CreateNetwork creates a network.
	CreateNetwork struct {
		Spec state.NetworkSpec `json:"spec"`
	}
	// RemoveNetwork removes a network, by id where it is known.
	RemoveNetwork struct {
		Name string `json:"name"`
		ID   string `json:"id,omitempty"`
	}
	// ConnectNetwork attaches a container to a network.
	ConnectNetwork struct {
		Container  state.Handle     `json:"container"`
		Attachment state.Attachment `json:"attachment"`
	}
	// DisconnectNetwork takes a container off a network.
	DisconnectNetwork struct {
		Container state.Handle `json:"container"`
		Network   string       `json:"network"`
	}
	// CreateVolume creates a volume.
	CreateVolume struct {
		Spec state.VolumeSpec `json:"spec"`
	}
	// WriteVolume creates a volume, if it is not there, and fills it with
	// configs and secrets.
	WriteVolume struct {
		Spec state.FilesVolume `json:"spec"`
	}
	// RemoveVolume removes a volume and the data in it.
	RemoveVolume struct {
		Name string `json:"name"`
	}
	// CreateContainer creates a container.
	CreateContainer struct {
		Spec state.ContainerSpec `json:"spec"`
	}
	// WriteFiles writes configs and secrets into a container.
	WriteFiles struct {
		Container state.Handle `json:"container"`
		Files     []state.File `json:"files"`
	}
	// StartContainer starts a container.
	StartContainer struct {
		Container state.Handle `json:"container"`
	}
	// StopContainer stops a container.
	StopContainer struct {
		Container state.Handle      `json:"container"`
		Options   state.StopOptions `json:"options,omitzero"`
	}
	// KillContainer sends a signal to a container.
	KillContainer struct {
		Container state.Handle `json:"container"`
		Signal    string       `json:"signal"`
	}
	// PauseContainer freezes a container.
	PauseContainer struct {
		Container state.Handle `json:"container"`
	}
	// UnpauseContainer lets a container that is paused go on.
	UnpauseContainer struct {
		Container state.Handle `json:"container"`
	}
	// RemoveContainer removes a container.
	RemoveContainer struct {
		Container state.Handle        `json:"container"`
		Options   state.RemoveOptions `json:"options,omitzero"`
	}
	// RenameContainer gives a container its canonical name.
	RenameContainer struct {
		Container state.Handle `json:"container"`
		Name      string       `json:"name"`
	}
	// AwaitContainer waits until a container meets a condition.
	AwaitContainer struct {
		Container state.Handle    `json:"container"`
		Condition state.Condition `json:"condition"`
		// Probe runs the container's own healthcheck with exec while waiting;
		// false leaves it to the engine.
		Probe bool `json:"probe,omitempty"`
		// Hook names the hook that the container runs: "web pre_start[0]". It is
		// empty for a service's container.
		Hook string `json:"hook,omitempty"`
		// Timeout ends the wait with a failure; 0 is no limit.
		Timeout time.Duration `json:"timeout,omitempty"`
	}
	// MonitorContainer waits for a while and fails if a container that was ready
	// does not stay so: it exits, restarts or becomes unhealthy.
	MonitorContainer struct {
		Container state.Handle  `json:"container"`
		For       time.Duration `json:"for"`
	}
	// Delay waits before a container's turn in a rollout.
	Delay struct {
		Container state.Handle  `json:"container"`
		For       time.Duration `json:"for"`
	}
	// RunHook runs a lifecycle hook in a container.
	RunHook struct {
		Container state.Handle      `json:"container"`
		Hook      string            `json:"hook"` // post_start, pre_stop
		Spec      types.ServiceHook `json:"spec"`
	}
	// RunProvider brings a service up that a program provides.
	RunProvider struct {
		Project  string         `json:"project"`
		Provider state.Provider `json:"provider"`
	}
	// StopProvider stops one, if its program can.
	StopProvider struct {
		Project  string         `json:"project"`
		Provider state.Provider `json:"provider"`
	}
	// RemoveProvider takes one down.
	RemoveProvider struct {
		Project  string         `json:"project"`
		Provider state.Provider `json:"provider"`
	}
	// ConfigureModel pulls and configures an AI model.
	ConfigureModel struct {
		Model state.Model `json:"model"`
	}
	// CreateService creates a service of a Swarm.
	CreateService struct {
		Spec state.ServiceSpec `json:"spec"`
	}
	// UpdateService has a Swarm update a service, if nobody has changed it since
	// it was observed.
	UpdateService struct {
		Service state.Handle      `json:"service"`
		Version uint64            `json:"version"`
		Spec    state.ServiceSpec `json:"spec"`
	}
	// AwaitService waits until a service has converged ([Converged]): its update
	// is over, and all its tasks run (they are healthy then) or, with Completed,
	// are done. With Started it waits only until the containers of all its tasks
	// have been started, healthy or not.
	AwaitService struct {
		Service   state.Handle    `json:"service"`
		Condition state.Condition `json:"condition"`
		// Timeout ends the wait with a failure; 0 is no limit.
		Timeout time.Duration `json:"timeout,omitempty"`
	}
	// RemoveService removes a service of a Swarm.
	RemoveService struct {
		Service state.Handle `json:"service"`
	}
	// AwaitServiceGone waits until a service's last task has ended, and lets its
	// networks and ports go.
	AwaitServiceGone struct {
		Service state.Handle `json:"service"`
	}
	// CreateInput creates a config or secret that a Swarm holds.
	CreateInput struct {
		Spec state.InputSpec `json:"spec"`
	}
	// RemoveInput removes one, by id where it is known.
	RemoveInput struct {
		Input state.ObservedInput `json:"input"`
	}
)

// Kind returns the operation's name.
func (PullImage) Kind() string         { return "PullImage" }
func (BuildImage) Kind() string        { return "BuildImage" }
func (PushImage) Kind() string         { return "PushImage" }
func (RemoveImage) Kind() string       { return "RemoveImage" }
func (CreateNetwork) Kind() string     { return "CreateNetwork" }
func (RemoveNetwork) Kind() string     { return "RemoveNetwork" }
func (ConnectNetwork) Kind() string    { return "ConnectNetwork" }
func (DisconnectNetwork) Kind() string { return "DisconnectNetwork" }
func (CreateVolume) Kind() string      { return "CreateVolume" }
func (WriteVolume) Kind() string       { return "WriteVolume" }
func (RemoveVolume) Kind() string      { return "RemoveVolume" }
func (CreateContainer) Kind() string   { return "CreateContainer" }
func (WriteFiles) Kind() string        { return "WriteFiles" }
func (StartContainer) Kind() string    { return "StartContainer" }
func (StopContainer) Kind() string     { return "StopContainer" }
func (KillContainer) Kind() string     { return "KillContainer" }
func (PauseContainer) Kind() string    { return "PauseContainer" }
func (UnpauseContainer) Kind() string  { return "UnpauseContainer" }
func (RemoveContainer) Kind() string   { return "RemoveContainer" }
func (RenameContainer) Kind() string   { return "RenameContainer" }
func (AwaitContainer) Kind() string    { return "AwaitContainer" }
func (MonitorContainer) Kind() string  { return "MonitorContainer" }
func (Delay) Kind() string             { return "Delay" }
func (RunHook) Kind() string           { return "RunHook" }
func (RunProvider) Kind() string       { return "RunProvider" }
func (StopProvider) Kind() string      { return "StopProvider" }
func (RemoveProvider) Kind() string    { return "RemoveProvider" }
func (ConfigureModel) Kind() string    { return "ConfigureModel" }
func (CreateService) Kind() string     { return "CreateService" }
func (UpdateService) Kind() string     { return "UpdateService" }
func (AwaitService) Kind() string      { return "AwaitService" }
func (RemoveService) Kind() string     { return "RemoveService" }
func (AwaitServiceGone) Kind() string  { return "AwaitServiceGone" }
func (CreateInput) Kind() string       { return "CreateInput" }
func (RemoveInput) Kind() string       { return "RemoveInput" }

func (o PullImage) target() string         { return o.Image }
func (o BuildImage) target() string        { return o.Build.Image }
func (o PushImage) target() string         { return o.Image }
func (o RemoveImage) target() string       { return o.Image }
func (o CreateNetwork) target() string     { return o.Spec.Config.Name }
func (o RemoveNetwork) target() string     { return o.Name }
func (o ConnectNetwork) target() string    { return o.Container.Name }
func (o DisconnectNetwork) target() string { return o.Container.Name }
func (o CreateVolume) target() string      { return o.Spec.Config.Name }
func (o WriteVolume) target() string       { return o.Spec.Volume.Config.Name }
func (o RemoveVolume) target() string      { return o.Name }
func (o CreateContainer) target() string   { return o.Spec.Name }
func (o WriteFiles) target() string        { return o.Container.Name }
func (o StartContainer) target() string    { return o.Container.Name }
func (o StopContainer) target() string     { return o.Container.Name }
func (o KillContainer) target() string     { return o.Container.Name }
func (o PauseContainer) target() string    { return o.Container.Name }
func (o UnpauseContainer) target() string  { return o.Container.Name }
func (o RemoveContainer) target() string   { return o.Container.Name }
func (o RenameContainer) target() string   { return o.Name }
func (o AwaitContainer) target() string    { return o.Container.Name }
func (o MonitorContainer) target() string  { return o.Container.Name }
func (o Delay) target() string             { return o.Container.Name }
func (o RunHook) target() string           { return o.Container.Name }
func (o RunProvider) target() string       { return o.Provider.Name }
func (o StopProvider) target() string      { return o.Provider.Name }
func (o RemoveProvider) target() string    { return o.Provider.Name }
func (o ConfigureModel) target() string    { return o.Model.Key }
func (o CreateService) target() string     { return o.Spec.Spec.Name }
func (o UpdateService) target() string     { return o.Service.Name }
func (o AwaitService) target() string      { return o.Service.Name }
func (o RemoveService) target() string     { return o.Service.Name }
func (o AwaitServiceGone) target() string  { return o.Service.Name }
func (o CreateInput) target() string       { return o.Spec.Name }
func (o RemoveInput) target() string       { return o.Input.Name }

// MarshalJSON writes a node with its operation's kind beside its fields.
func (n Node) MarshalJSON() ([]byte, error) {
	type plain Node
	return json.Marshal(struct {
		plain
		Op        taggedOperation   `json:"op"`
		OnFailure []taggedOperation `json:"onFailure,omitempty"`
		OnCancel  []taggedOperation `json:"onCancel,omitempty"`
	}{plain(n), taggedOperation{n.Op}, tagged(n.OnFailure), tagged(n.OnCancel)})
}

type taggedOperation struct{ Operation }

func tagged(operations []Operation) []taggedOperation {
	var all []taggedOperation
	for _, o := range operations {
		all = append(all, taggedOperation{o})
	}
	return all
}

func (t taggedOperation) MarshalJSON() ([]byte, error) {
	fields, err := json.Marshal(t.Operation)
	if err != nil {
		return nil, err
	}
	return json.Marshal(struct {
		Kind string          `json:"kind"`
		With json.RawMessage `json:"with"`
	}{t.Kind(), fields})
}
