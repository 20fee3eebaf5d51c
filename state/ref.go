package state

import (
	"cmp"
	"fmt"
	"strconv"
)

// Kind says what sort of resource a [Ref] names.
type Kind string

// The kinds of resource that a plan changes.
const (
	KindContainer Kind = "container" // one replica of a service
	KindImage     Kind = "image"
	KindNetwork   Kind = "network"
	KindVolume    Kind = "volume"
	KindHook      Kind = "hook"     // the container of a pre_start hook
	KindProvider  Kind = "provider" // a service that a program provides
	KindModel     Kind = "model"
	KindService   Kind = "service" // of a Swarm
	KindConfig    Kind = "config"  // that a Swarm holds
	KindSecret    Kind = "secret"  // that a Swarm holds
)

// Ref names a resource by what it is for, not by the engine's id. It is
// comparable. A container's Name is its service, and Number its replica,
// counted from 1; the other kinds have no Number.
type Ref struct {
	Kind   Kind   `json:"kind"`
	Name   string `json:"name"`
	Number int    `json:"number,omitempty"`
}

// ContainerRef names replica number of a service.
func ContainerRef(service string, number int) Ref {
	return Ref{Kind: KindContainer, Name: service, Number: number}
}

// ImageRef names an image by the reference that a service asks for.
func ImageRef(reference string) Ref { return Ref{Kind: KindImage, Name: reference} }

// NetworkRef names a network by its key in the compose file.
func NetworkRef(key string) Ref { return Ref{Kind: KindNetwork, Name: key} }

// VolumeRef names a volume by its key in the compose file.
func VolumeRef(key string) Ref { return Ref{Kind: KindVolume, Name: key} }

// ProviderRef names a service that a program provides.
func ProviderRef(service string) Ref { return Ref{Kind: KindProvider, Name: service} }

// ModelRef names a model by its key in the compose file.
func ModelRef(key string) Ref { return Ref{Kind: KindModel, Name: key} }

// ServiceRef names a service of a Swarm by its key in the compose file.
func ServiceRef(service string) Ref { return Ref{Kind: KindService, Name: service} }

// String returns web/1 for a container, the name of a hook, and kind/name (network/backend,
// volume/data, image/redis:7) for everything else.
func (r Ref) String() string {
	switch r.Kind {
	case KindContainer:
		if r.Number == 0 {
			return r.Name + "/run" // one of `run` has no number
		}
		return r.Name + "/" + strconv.Itoa(r.Number)
	case KindHook:
		return r.Name
	case KindImage, KindNetwork, KindVolume, KindProvider, KindModel, KindService, KindConfig, KindSecret:
	}
	return fmt.Sprintf("%s/%s", r.Kind, r.Name)
}

// Compare orders refs by kind, name and number.
func (r Ref) Compare(o Ref) int {
	return cmp.Or(cmp.Compare(r.Kind, o.Kind), cmp.Compare(r.Name, o.Name), cmp.Compare(r.Number, o.Number))
}
