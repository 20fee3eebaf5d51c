// Package history keeps what was applied to a project on an engine: the last
// ten revisions, in files that only their owner can read. It is not where the
// truth lives: without it nothing but looking back is lost.
package history

import (
	"slices"
	"strings"
	"time"

	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// Keep is how many revisions are kept.
const Keep = 10

// Revision is one change that was applied to a project.
type Revision struct {
	Number  int       `json:"number"`  // counted from 1, never used twice
	At      time.Time `json:"at"`      // when the run ended
	By      string    `json:"by"`      // user@host
	Command string    `json:"command"` // up, create, down, rollback, …
	Version string    `json:"version"` // of stack
	Outcome Outcome   `json:"outcome"`
	// Error is why a run did not succeed, in short.
	Error string `json:"error,omitempty"`
	// Causes are the lines of Error, with what each is about. Revisions of older
	// versions have none.
	Causes []Cause `json:"causes,omitempty"`
	// Changes are those of the run's plans that were no no-op. What may be
	// secret in their reasons is masked.
	Changes []planner.Change `json:"changes,omitempty"`
	// Desired is the whole project as it was wanted then, also where the run
	// was about some of its services, without the builds of images: going back
	// builds nothing. It has no content of a config or secret and no value of a
	// variable that may be one, but their digests.
	Desired state.Desired `json:"desired"`
	// Applied are the project's containers when the run had ended, without
	// what changes by itself, and without what they were told.
	Applied []state.Container `json:"applied,omitempty"`
	// Services are those of a Swarm as the run wanted them, and what it was not
	// about as it was wanted before: one that the Swarm has rolled back is not as
	// it is here. Their specifications have no secrets, but digests of them.
	Services []state.ObservedService `json:"services,omitempty"`
}

// Cause is one thing that went wrong in a run.
type Cause struct {
	Service string `json:"service,omitempty"` // empty for what is no service's
	Text    string `json:"text"`
}

// Wants is true for a revision that wanted something: not for that of a down.
func (r Revision) Wants() bool { return wants(r.Desired) }

func wants(d state.Desired) bool { return len(d.Services)+len(d.Providers) > 0 }

// Changed are the services, and the networks and volumes, that were changed, as
// they are named in a plan, each once.
func (r Revision) Changed() []string {
	var names []string
	for _, change := range r.Changes {
		name := change.Ref.String()
		if change.Ref.Kind == state.KindContainer || change.Ref.Kind == state.KindProvider || change.Ref.Kind == state.KindService {
			name = change.Ref.Name
		}
		if change.Ref.Kind != state.KindHook && change.Ref.Kind != state.KindImage && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Images are the ids of the images that the services ran when the run had
// ended, by service. Of those of a Swarm they are the digests.
func (r Revision) Images() map[string]string {
	images := map[string]string{}
	for _, s := range r.Services {
		if container := s.Spec.TaskTemplate.ContainerSpec; container != nil {
			if _, digest, pinned := strings.Cut(container.Image, "@"); pinned {
				images[s.Service] = digest
			}
		}
	}
	for _, c := range r.Applied {
		if _, known := images[c.Service]; !known && !c.OneOff && !c.IsHook() && c.ImageID != "" {
			images[c.Service] = c.ImageID
		}
	}
	return images
}

// Outcome is how a run ended.
type Outcome string

// The outcomes.
const (
	Succeeded   Outcome = "succeeded"
	Failed      Outcome = "failed"
	Interrupted Outcome = "interrupted"
	RolledBack  Outcome = "rolled back" // by the run itself, for at least one service
)
