package memory

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// world is all that an engine holds. It is what is saved.
type world struct {
	Serial     int                   // of what was made so far
	Containers map[string]*container // by id
	Buried     []*container          // the last ones that removed themselves
	Networks   map[string]*network   // by id
	Volumes    map[string]*volume    // by name
	Images     map[string]*image     // by canonical reference
	Published  map[string]int        // how often a reference moved in the registry
	Pushed     map[string]*image     // what the registry got under a reference
	Events     []state.Occurrence    // the last ones
	Told       int                   // how many there were in all
	Swarm      *cluster              // nil for a plain engine

	options Options
	agenda  agenda
}

func emptyWorld(options Options) *world {
	return &world{
		Containers: map[string]*container{},
		Networks:   map[string]*network{},
		Volumes:    map[string]*volume{},
		Images:     map[string]*image{},
		Published:  map[string]int{},
		Pushed:     map[string]*image{},
		options:    options,
	}
}

// newWorld has what every engine has at first, and the images that are
// present.
func newWorld(options Options, at time.Time) *world {
	w := emptyWorld(options)
	for _, name := range []string{"bridge", "host", "none"} {
		n := &network{ID: w.id("network"), Name: name, Driver: name, Predefined: true}
		if name == "bridge" {
			n.Subnets = append(n.Subnets, defaultSubnet(0))
		}
		w.Networks[n.ID] = n
	}
	for _, reference := range slices.Sorted(maps.Keys(options.Images)) {
		if options.Images[reference].Present {
			w.pull(reference, "", at)
		}
	}
	w.joinSwarm()
	return w
}

// id returns a new id: 64 hexadecimal digits that depend on nothing but what
// was made before.
func (w *world) id(kind string) string {
	w.Serial++
	return digest(fmt.Sprintf("%s %d", kind, w.Serial))
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// container finds a container by its id or its name.
func (w *world) container(key string) (*container, error) {
	if c, ok := w.Containers[key]; ok {
		return c, nil
	}
	for _, c := range w.Containers {
		if c.Name == key {
			return c, nil
		}
	}
	return nil, fmt.Errorf("container %s: %w", key, engine.ErrNotFound)
}

// idOf is the id of a container that is given by its name or its id.
func (w *world) idOf(key string) (string, error) {
	c, err := w.container(key)
	if err != nil {
		return "", err
	}
	return c.ID, nil
}

// sorted are the containers in the order in which they were created.
func (w *world) sorted() []*container {
	return slices.SortedFunc(maps.Values(w.Containers), func(a, b *container) int {
		return cmp.Compare(a.Serial, b.Serial)
	})
}

// tell adds an event to the stream. The labels with a service's configuration
// are left out: they are too long to be said again with every event.
func (w *world) tell(c *container, action state.Action, at time.Time) {
	if c.Elsewhere {
		return
	}
	w.Told++
	labels := maps.Clone(c.Labels)
	delete(labels, state.LabelStackConfig)
	delete(labels, state.LabelStackInputs)
	o := state.Occurrence{
		Container: c.ID, Name: c.Name, Image: c.Image, Service: c.Service, Action: action, At: at, Labels: labels,
	}
	if action == state.ActionDie {
		o.ExitCode = c.ExitCode
	}
	w.Events = append(w.Events, o)
}

// advance lets everything happen that is due, in order.
func (w *world) advance(at time.Time) (moved bool) {
	for {
		c, t := w.agenda.first(), w.Swarm.timer()
		switch {
		case c != nil && !c.Due[0].At.After(at) && (t == nil || !t.At.Before(c.Due[0].At)):
			d := c.Due[0]
			c.Due = c.Due[1:]
			w.step(c, d, at)
			w.settle(d.At)
		case t != nil && !t.At.After(at):
			due := *t
			w.ring()
			w.settle(due.At)
		default:
			return moved
		}
		moved = true
	}
}

// next is when something will happen that can be noticed, zero if nothing will.
func (w *world) next() time.Time {
	first := w.agenda.next()
	if t := w.Swarm.timer(); t != nil && (first.IsZero() || t.At.Before(first)) {
		return t.At
	}
	return first
}

// enter puts a container into the world.
func (w *world) enter(c *container) {
	w.Containers[c.ID] = c
	w.agenda.enter(c)
}

// index notes what is not saved with a world that was read.
func (w *world) index() {
	for _, c := range w.Containers {
		w.agenda.enter(c)
	}
	w.indexSwarm()
}
