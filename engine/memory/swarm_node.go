package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// Node is a machine of a Swarm in memory.
type Node struct {
	Name   string // node1, node2, … where it is empty
	Worker bool   // the first one is a manager whatever this says
	Labels map[string]string
	// CPUs and Memory (bytes) are what can be reserved; 0 is 4 and 8 GiB.
	CPUs   float64
	Memory int64
}

// States and availabilities of nodes.
const (
	nodeReady  = string(swarm.NodeStateReady)
	nodeDown   = string(swarm.NodeStateDown)
	nodeActive = string(swarm.NodeAvailabilityActive)
	nodeDrain  = string(swarm.NodeAvailabilityDrain)
	nodePause  = string(swarm.NodeAvailabilityPause)
)

// orphaning is how long a node is down until the Swarm gives its tasks up
// (swarmkit's defaultNodeDownPeriod).
const orphaning = 24 * time.Hour

// node is a machine, and what its engine holds.
type node struct {
	state.Node
	NanoCPUs   int64
	Memory     int64
	DownSince  time.Time
	Images     map[string]bool       // that it has pulled; those of the first node are the world's
	Containers map[string]*container // of its tasks; those of the first node are the world's

	running map[string]*task // that have a place here and have not ended
	active  map[string]int   // those of them that are wanted, by service
	cpus    int64            // reserved
	memory  int64            // reserved
}

// joinSwarm makes an engine that has nodes a Swarm.
func (w *world) joinSwarm() {
	if len(w.options.Nodes) == 0 || w.Swarm != nil {
		return
	}
	w.Swarm = &cluster{
		Services: map[string]*service{}, Inputs: map[string]*input{}, Revisions: map[string]int{}, tasks: map[string]*task{},
	}
	for i, asked := range w.options.Nodes {
		n := &node{NanoCPUs: int64(asked.CPUs * 1e9), Memory: asked.Memory, Images: map[string]bool{}, Containers: map[string]*container{}}
		n.Node = state.Node{
			ID: w.shortID("node"), Name: asked.Name, Address: fmt.Sprintf("192.0.2.%d", i+1), Manager: i == 0 || !asked.Worker, Self: i == 0,
			State: nodeReady, Availability: nodeActive, Labels: maps.Clone(asked.Labels), Version: defaultVersion, OS: "linux", Arch: "x86_64",
		}
		if n.Name == "" {
			n.Name = fmt.Sprintf("node%d", i+1)
		}
		if n.NanoCPUs == 0 {
			n.NanoCPUs = 4e9
		}
		if n.Memory == 0 {
			n.Memory = memoryOfAll
		}
		n.begin()
		w.Swarm.Nodes = append(w.Swarm.Nodes, n)
	}
	ingress := &network{ID: w.id("network"), Name: "ingress", Driver: "overlay", Predefined: true}
	w.Networks[ingress.ID] = ingress
}

// fits is true for a node that meets the constraints of a placement.
func (n *node) fits(p *swarm.Placement) bool { return p == nil || n.Meets(p.Constraints) }

func (n *node) begin() { n.running, n.active = map[string]*task{}, map[string]int{} }

// shortID is an id as a Swarm makes them.
func (w *world) shortID(kind string) string { return w.id(kind)[:25] }

// indexSwarm ties together what is saved apart.
func (w *world) indexSwarm() {
	w.joinSwarm()
	s := w.Swarm
	if s == nil {
		return
	}
	s.tasks = map[string]*task{}
	nodes := map[string]*node{}
	for _, n := range s.Nodes {
		n.begin()
		nodes[n.ID] = n
		for _, c := range n.Containers {
			w.agenda.enter(c)
		}
	}
	for _, o := range s.Services {
		for _, t := range o.Tasks {
			t.service, t.node = o, nodes[t.NodeID]
			s.tasks[t.ID] = t
			if t.State == swarm.TaskStatePending {
				s.pending = append(s.pending, t)
				t.node = nil
			}
			if t.node != nil && !t.ended() {
				t.node.take(t)
			}
			if t.node != nil {
				t.c = w.containersOf(t.node)[t.Container]
			}
			if t.c != nil {
				t.c.task = t
			}
		}
	}
}

// containersOf are the containers that a node's engine holds.
func (w *world) containersOf(n *node) map[string]*container {
	if n.Self {
		return w.Containers
	}
	return n.Containers
}

func (t *task) reserved() (cpus, memory int64) {
	r := t.service.Templates[t.Template].Task.Resources
	if r == nil || r.Reservations == nil {
		return 0, 0
	}
	return r.Reservations.NanoCPUs, r.Reservations.MemoryBytes
}

// take gives a task its place.
func (n *node) take(t *task) {
	n.running[t.ID] = t
	if t.wanted() {
		n.active[t.service.ID]++
	}
	cpus, memory := t.reserved()
	n.cpus += cpus
	n.memory += memory
}

// let takes a task's place back. It is still wanted as far as was counted.
func (n *node) let(t *task) {
	if n.running[t.ID] == nil {
		return
	}
	delete(n.running, t.ID)
	if t.wanted() {
		n.active[t.service.ID]--
	}
	cpus, memory := t.reserved()
	n.cpus -= cpus
	n.memory -= memory
}

// node finds a node by its id or its name.
func (w *world) node(key string) (*node, error) {
	if w.Swarm == nil {
		return nil, fmt.Errorf("node %s: this engine is not a Swarm: %w", key, engine.ErrNotFound)
	}
	i := slices.IndexFunc(w.Swarm.Nodes, func(n *node) bool { return n.ID == key || n.Name == key })
	if i < 0 {
		return nil, fmt.Errorf("node %s: %w", key, engine.ErrNotFound)
	}
	return w.Swarm.Nodes[i], nil
}

// StopNode has a node of the Swarm go away with all that runs on it: the Swarm
// finds it down. The first one, which answers, cannot go.
func (m *Memory) StopNode(name string) error {
	return m.changeNode(name, func(w *world, n *node, at time.Time) error {
		if n.Self {
			return fmt.Errorf("node %s is the one that answers", name)
		}
		if n.State == nodeDown {
			return nil
		}
		n.State, n.DownSince = nodeDown, at
		for _, c := range n.Containers {
			c.Status, c.Due = state.StatusExited, nil
		}
		w.wakeAt(timer{At: at.Add(orphaning), Node: n.ID})
		return nil
	})
}

// StartNode has a node that went away come back.
func (m *Memory) StartNode(name string) error {
	return m.changeNode(name, func(w *world, n *node, _ time.Time) error {
		n.State = nodeReady
		for _, t := range n.tasks() {
			w.touch(t)
		}
		return nil
	})
}

// UpdateNode changes a node's role, labels or availability (active, pause,
// drain), as `docker node update` does.
func (m *Memory) UpdateNode(name string, change func(*state.Node)) error {
	return m.changeNode(name, func(_ *world, n *node, _ time.Time) error {
		changed := n.Node
		changed.Labels = maps.Clone(n.Labels)
		if changed.Labels == nil {
			changed.Labels = map[string]string{}
		}
		change(&changed)
		if !slices.Contains([]string{nodeActive, nodePause, nodeDrain}, changed.Availability) {
			return fmt.Errorf("node %s: availability %q: it is active, pause or drain", name, changed.Availability)
		}
		n.Manager, n.Labels, n.Availability = changed.Manager || n.Self, changed.Labels, changed.Availability
		return nil
	})
}

func (m *Memory) changeNode(name string, change func(*world, *node, time.Time) error) error {
	return m.update(context.Background(), func(w *world, at time.Time) error {
		n, err := w.node(name)
		if err == nil {
			err = change(w, n, at)
		}
		if err == nil {
			w.nodeChanged(n, at)
		}
		return err
	})
}

// tasks are those that have a place here, in the order in which they were made.
func (n *node) tasks() []*task {
	all := slices.Collect(maps.Values(n.running))
	slices.SortFunc(all, byAge)
	return all
}

// nodeChanged has services follow what happened to a node.
func (w *world) nodeChanged(n *node, at time.Time) {
	s := w.Swarm
	s.retry = true
	for _, o := range s.Services {
		o.seen = nil // its tasks there are lost, or found
	}
	for project := range s.Revisions {
		s.Revisions[project]++
	}
	if n.State == nodeDown || n.Availability == nodeDrain {
		for _, t := range n.tasks() {
			switch {
			case !t.wanted():
			case t.service.everywhere():
				w.want(t, swarm.TaskStateShutdown)
			default:
				w.replace(t, at)
			}
		}
	} else {
		for _, t := range n.tasks() {
			if t.wanted() && !n.fits(t.service.placement(t.Template)) {
				w.fail(t, swarm.TaskStateRejected, "assigned node no longer meets constraints", at)
			}
		}
	}
	for _, o := range s.services() {
		if o.everywhere() {
			w.reconcile(o, at)
		}
	}
}

// orphan gives up the tasks of a node that has been down for long.
func (w *world) orphan(id string, at time.Time) {
	n, err := w.node(id)
	if err != nil || n.State != nodeDown || at.Sub(n.DownSince) < orphaning {
		return
	}
	for _, t := range n.tasks() {
		w.become(t, swarm.TaskStateOrphaned, t.Message, at)
	}
}
