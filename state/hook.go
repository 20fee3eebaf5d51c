package state

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// PreStart is a pre_start hook: a container of its own that runs to its end
// before containers of its service are started.
type PreStart struct {
	// Config is the container, with what it inherits from its service. It
	// shares the volumes of the service's container; Config.Volumes are its own.
	Config types.ServiceConfig `json:"config"`
	// PerReplica runs it for each replica in place of once for the service.
	PerReplica bool `json:"perReplica,omitempty"`
	// Files are the configs and secrets to write into it.
	Files []File `json:"files,omitempty"`
	// PullPolicy and RefreshAfter are those of its image.
	PullPolicy   string        `json:"pullPolicy"`
	RefreshAfter time.Duration `json:"refreshAfter,omitempty"`
}

// HookPreStart is the value of [LabelHook] on the container of a pre_start
// hook.
const HookPreStart = "pre_start"

// PreStartName returns the name of the container that runs a service's
// pre_start hook: project-service-pre_start-index, and the replica's number for
// a hook that runs for each (0 is one that does not).
func (p Project) PreStartName(service string, index, number int) string {
	separator := cmp.Or(p.Separator, "-")
	name := p.Name + separator + service + separator + HookPreStart + separator + strconv.Itoa(index)
	if number > 0 {
		name += separator + strconv.Itoa(number)
	}
	return name
}

// PreStartRef names the container of a service's pre_start hook, as Docker
// Compose writes it: web pre_start[0], and web/2 pre_start[0] for one that runs
// for each replica.
func PreStartRef(service string, index, number int) Ref {
	if number > 0 {
		service += "/" + strconv.Itoa(number)
	}
	return Ref{Kind: KindHook, Name: fmt.Sprintf("%s %s[%d]", service, HookPreStart, index)}
}

// IsHook is true for a container that runs a hook, or ran one: it is no replica
// of its service.
func (c Container) IsHook() bool { return c.Labels[LabelHook] != "" }
