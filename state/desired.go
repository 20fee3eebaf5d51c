package state

import (
	"cmp"
	"strconv"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// Desired is what a project wants the engine to hold. Slices are sorted by
// name, so that equal projects give equal values.
type Desired struct {
	Project  Project   `json:"project"`
	Services []Service `json:"services,omitempty"`
	Networks []Network `json:"networks,omitempty"`
	Volumes  []Volume  `json:"volumes,omitempty"`
	// Providers are the services that programs provide, Models the AI models
	// that services use.
	Providers []Provider `json:"providers,omitempty"`
	Models    []Model    `json:"models,omitempty"`
	// Inputs are the configs and secrets that the services use, sorted by kind
	// and key, where the project is for a Swarm; none otherwise.
	Inputs []Input `json:"inputs,omitempty"`
	// Builds are the images that wanted builds start from (additional_contexts
	// service:x), of services that are not wanted themselves.
	Builds []BuildSpec `json:"builds,omitempty"`
	// Needs are the fields that not every engine honours.
	Needs []Need `json:"needs,omitempty"`
	// Known are the names of every service of the model, also those that are
	// not wanted now: behind an inactive profile, or not selected. A container
	// of a service that is not known is an orphan.
	Known []string `json:"known,omitempty"`
}

// Project is what a project's own labels are made of.
type Project struct {
	Name        string   `json:"name"`
	WorkingDir  string   `json:"workingDir,omitempty"`
	ConfigFiles []string `json:"configFiles,omitempty"`
	EnvFiles    []string `json:"envFiles,omitempty"`
	// Separator stands between the parts of a container's name; empty is "-".
	Separator string `json:"separator,omitempty"`
}

// ContainerName returns the canonical name of a service's replica:
// project-service-number.
func (p Project) ContainerName(service string, number int) string {
	separator := cmp.Or(p.Separator, "-")
	return p.Name + separator + service + separator + strconv.Itoa(number)
}

// ImageName returns the name of the image that a service is built into where
// it does not say one.
func (p Project) ImageName(service string) string {
	return p.Name + cmp.Or(p.Separator, "-") + service
}

// Service is one service, resolved: variables interpolated, paths absolute,
// env files merged into Config.Environment.
type Service struct {
	Name string `json:"name"`
	// Config is the service as compose-go loaded it. Config.Image is the image
	// to run, also for a service that is built.
	Config types.ServiceConfig `json:"config"`
	// Written is the service as the file says, which Docker Compose's hash is
	// taken of, and Hash is that hash.
	Written types.ServiceConfig `json:"-"`
	Hash    string              `json:"hash"`
	// ImageID, if it is set, is the image that runs, whatever Config.Image
	// names by now: that of a revision which is gone back to.
	ImageID string `json:"imageID,omitempty"`
	// Where says where the file that decides has a field, by the field's path
	// as the reasons of a plan have it: "environment.LOG_LEVEL",
	// "ports[0].target". A path that is not in it is written where the longest
	// part of it that is there is ([Written]); the empty path is the service
	// itself. The name of an input ("secret/x") is where that is defined.
	Where map[string]Position `json:"-"`
	// Replicas is how many containers are wanted; 0 is a valid number.
	Replicas int `json:"replicas"`
	// DependsOn is sorted by service. It has the dependencies that are implied
	// (links, network_mode: service:x, volumes_from, …) too.
	DependsOn []Dependency `json:"dependsOn,omitempty"`
	// OneShot is true when its containers are meant to end: some service waits
	// for this one's completion, or the file says that it is a job. A container
	// that ended well is then not started again.
	OneShot bool `json:"oneShot,omitempty"`
	// OneOff makes it one container of `run` beside those that the service has;
	// nil is the service itself. Replicas is not read then.
	OneOff *OneOff `json:"oneOff,omitempty"`
	// Files are the configs and secrets that each container has when it starts.
	// How they get there is for the planner to say.
	Files []File `json:"files,omitempty"`
	// Inputs are digests (sha256:…) of what the hash does not cover, by name:
	// "config/x", "secret/y".
	Inputs map[string]string `json:"inputs,omitempty"`
	// PreStart are the hooks to run before its containers are started, in
	// order.
	PreStart []PreStart `json:"preStart,omitempty"`
	// Build is nil for a service that is not built.
	Build *BuildSpec `json:"build,omitempty"`
	// PullPolicy is always, missing, never, build or refresh; RefreshAfter is
	// how old an image of refresh may be.
	PullPolicy   string        `json:"pullPolicy"`
	RefreshAfter time.Duration `json:"refreshAfter,omitempty"`
	// Probe says whether waits run the healthcheck themselves.
	Probe ProbeMode `json:"probe,omitempty"`
}

// ProbeMode says who runs a healthcheck while something waits for its result.
type ProbeMode string

// The probe modes. The zero value is ProbeEager.
const (
	ProbeEager  ProbeMode = ""       // stack runs it too, as soon as the container starts
	ProbeEngine ProbeMode = "engine" // only the engine, at the healthcheck's interval
)

// OneOff is a container that runs one command of a service.
type OneOff struct {
	Name string `json:"name"` // the container's
	Slug string `json:"slug"` // tells it from the others
	// Aliases gives it the service's names in the networks.
	Aliases bool `json:"aliases,omitempty"`
	// AutoRemove has the engine remove it when it ends.
	AutoRemove bool `json:"autoRemove,omitempty"`
	// Attached is true for one that somebody is joined to before it is started.
	Attached bool `json:"attached,omitempty"`
}

// OneOffName is the name of a container of `run`.
func (p Project) OneOffName(service, slug string) string {
	separator := cmp.Or(p.Separator, "-")
	return p.Name + separator + service + separator + "run" + separator + slug[:min(12, len(slug))]
}

// Condition is what a dependent waits for (Compose Specification, depends_on).
type Condition string

// The conditions of depends_on, and Ready, which `up --wait` waits for:
// healthy where there is a healthcheck, running or exited with 0 elsewhere.
const (
	Started   Condition = types.ServiceConditionStarted
	Healthy   Condition = types.ServiceConditionHealthy
	Completed Condition = types.ServiceConditionCompletedSuccessfully
	Ready     Condition = "ready"
)

// Dependency is one entry of depends_on.
type Dependency struct {
	Service   string    `json:"service"`
	Condition Condition `json:"condition"`
	Required  bool      `json:"required"`
	Restart   bool      `json:"restart,omitempty"`
}

// Network is a network of the project's.
type Network struct {
	Key      string              `json:"key"`
	External bool                `json:"external,omitempty"`
	Config   types.NetworkConfig `json:"config"` // Config.Name is the engine's name
	Hash     string              `json:"hash,omitempty"`
	Where    map[string]Position `json:"-"` // as a service's
}

// Volume is a named volume of the project's.
type Volume struct {
	Key      string              `json:"key"`
	External bool                `json:"external,omitempty"`
	Config   types.VolumeConfig  `json:"config"` // Config.Name is the engine's name
	Hash     string              `json:"hash,omitempty"`
	Where    map[string]Position `json:"-"` // as a service's
}
