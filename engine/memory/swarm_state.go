package memory

import (
	"cmp"
	"container/heap"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/docker/docker/api/types/swarm"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// cluster is what the managers of a Swarm hold. It does what they, and the
// nodes' engines, do (github.com/moby/swarmkit, manager and agent), as far as
// the roles of package engine can see.
type cluster struct {
	Nodes    []*node
	Services map[string]*service // by id, those with tasks left that were removed included
	Inputs   map[string]*input   // by id
	Versions uint64              // of objects, counted up
	// Revisions count the changes of a project's services and tasks.
	Revisions map[string]int
	Timers    timers

	touched []*task // to be looked at
	pending []*task // without a place
	retry   bool    // something changed that may give one of them a place
	rolls   []*service
	tasks   map[string]*task // by id
}

// service is a service, and its tasks.
type service struct {
	ID        string
	Version   uint64
	Spec      swarm.ServiceSpec
	Previous  *swarm.ServiceSpec
	Update    *swarm.UpdateStatus
	Created   time.Time
	Updated   time.Time
	Iteration uint64               // of a job
	Removed   bool                 // only its tasks are left
	Template  string               // the digest of what tasks are made from now
	Templates map[string]*template // what they were made from, by digest
	Tasks     []*task              // in the order in which they were made
	Rollout   *rollout             // nil when none goes on
	Acts      time.Time            // when the Swarm begins with what it was made, zero once it has

	seen []state.Task // what an observer sees, nil when it has to be made anew
}

// template is what tasks are made from. A change of it replaces them.
type template struct {
	Task     swarm.TaskSpec
	Endpoint *swarm.EndpointSpec
}

// task is one run of a service's container on a node.
type task struct {
	ID        string
	Slot      int
	NodeID    string
	Template  string
	Iteration uint64
	State     swarm.TaskState
	Desired   swarm.TaskState
	Message   string
	Error     string
	ExitCode  int
	Created   time.Time
	Since     time.Time
	Due       time.Time   // when what it does in its state is done
	StartAt   time.Time   // it is not started before
	After     string      // nor before the task of this id has ended
	Restarts  []time.Time // when the tasks before it in its slot were started again
	Begun     bool        // its container was started
	Sick      bool        // its container is stopped because it is unhealthy
	Container string      // its container's id
	Ports     []state.Port

	service *service
	node    *node
	c       *container
}

// timer is when something has to be looked at.
type timer struct {
	At      time.Time
	Serial  int
	Task    string
	Service string
	Node    string
}

type timers []timer

func (a timers) Len() int { return len(a) }

// Less has what was asked for first come first, of two at the same time.
func (a timers) Less(i, j int) bool {
	if !a[i].At.Equal(a[j].At) {
		return a[i].At.Before(a[j].At)
	}
	return a[i].Serial < a[j].Serial
}

func (a timers) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push is heap's.
func (a *timers) Push(x any) { *a = append(*a, x.(timer)) }

// Pop is heap's.
func (a *timers) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// timer is the first that is due, nil where none is.
func (s *cluster) timer() *timer {
	if s == nil || len(s.Timers) == 0 {
		return nil
	}
	return &s.Timers[0]
}

func (w *world) wakeAt(t timer) {
	w.Serial++
	t.Serial = w.Serial
	heap.Push(&w.Swarm.Timers, t)
}

// ring lets the first timer go off.
func (w *world) ring() {
	s := w.Swarm
	t := heap.Pop(&s.Timers).(timer) // nothing else is in there
	w.touch(s.tasks[t.Task])
	if owner := s.Services[t.Service]; owner != nil {
		w.begins(owner, t.At)
		s.roll(owner)
	}
	if t.Node != "" {
		w.orphan(t.Node, t.At)
	}
}

// touch has a task looked at. It may be nil.
func (w *world) touch(t *task) {
	if t != nil {
		w.Swarm.touched = append(w.Swarm.touched, t)
	}
}

// roll has a service's rollout looked at.
func (s *cluster) roll(owner *service) {
	if owner.Rollout != nil && !slices.Contains(s.rolls, owner) {
		s.rolls = append(s.rolls, owner)
	}
}

// settle lets everything follow from what just happened.
func (w *world) settle(at time.Time) {
	s := w.Swarm
	if s == nil {
		return
	}
	for {
		switch {
		case len(s.touched) > 0:
			t := s.touched[0]
			s.touched = s.touched[1:]
			w.drive(t, at)
		case len(s.rolls) > 0:
			owner := s.rolls[0]
			s.rolls = s.rolls[1:]
			w.proceed(owner, at)
		case s.retry && len(s.pending) > 0:
			s.retry = false
			w.place(at)
		default:
			s.retry = false
			return
		}
	}
}

// changed notes that an observer would see something else of a service.
func (s *cluster) changed(owner *service) {
	owner.seen = nil
	s.Revisions[owner.project()]++
}

// bump gives a service that changed its next version.
func (s *cluster) bump(owner *service) {
	s.Versions++
	owner.Version = s.Versions
	s.changed(owner)
}

func (o *service) project() string { return o.Spec.Labels[state.LabelNamespace] }

// service finds a service that was not removed, by its id or its name.
func (w *world) service(key string) (*service, error) {
	if o := w.Swarm.Services[key]; o != nil && !o.Removed {
		return o, nil
	}
	for _, o := range w.Swarm.Services {
		if o.Spec.Name == key && !o.Removed {
			return o, nil
		}
	}
	return nil, fmt.Errorf("service %s: %w", key, engine.ErrNotFound)
}

// services are those that are there, in the order of their names.
func (s *cluster) services() []*service {
	all := slices.DeleteFunc(slices.Collect(maps.Values(s.Services)), func(o *service) bool { return o.Removed })
	slices.SortFunc(all, func(a, b *service) int { return cmp.Compare(a.Spec.Name, b.Spec.Name) })
	return all
}

// key is what of a service the task is an instance of: its slot, or its node.
func (t *task) key() string {
	if t.service.everywhere() {
		return t.NodeID
	}
	return strconv.Itoa(t.Slot)
}

// rank orders states.
func rank(s swarm.TaskState) int { return slices.Index(ranks, s) }

var ranks = []swarm.TaskState{
	swarm.TaskStateNew, swarm.TaskStatePending, swarm.TaskStateAssigned, swarm.TaskStateAccepted, swarm.TaskStatePreparing,
	swarm.TaskStateReady, swarm.TaskStateStarting, swarm.TaskStateRunning, swarm.TaskStateComplete, swarm.TaskStateShutdown,
	swarm.TaskStateFailed, swarm.TaskStateRejected, swarm.TaskStateRemove, swarm.TaskStateOrphaned,
}

// ended is true for a task that runs no more.
func (t *task) ended() bool { return rank(t.State) > rank(swarm.TaskStateRunning) }

// wanted is true for a task that is to run, or to run to its end.
func (t *task) wanted() bool { return rank(t.Desired) <= rank(swarm.TaskStateComplete) }

// lives is true for a task that has its slot: it runs, or it or one after it
// will.
func (t *task) lives() bool {
	return t.wanted() && (t.State != swarm.TaskStateComplete || !t.service.job())
}
