// Package nodes reaches the containers of a Swarm's tasks through the engines of
// the nodes that they are on: a Swarm runs tasks, but only a node's own engine
// enters them.
package nodes

import (
	"errors"
	"fmt"
	"sync"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// Connect returns the engine of a node, by its host name. It returns ErrUnknown
// for one that nobody has said an address of.
type Connect func(node string) (engine.Engine, error)

// ErrUnknown is a node whose address is not known.
var ErrUnknown = errors.New("its address is not known")

// Beside returns the engine of a Swarm so that it shows tasks as containers, and
// with the roles that work on one container replaced: their calls go to the
// engine of the node that the container was on when it was last observed.
func Beside(e engine.Engine, connect Connect) engine.Engine {
	r := &router{here: e, connect: connect, where: map[string]state.Container{}, engines: map[string]engine.Engine{}}
	e.Observer = observer{e.Observer, r}
	e.Execer = execer{r}
	e.Sessions = sessions{r}
	e.Archives = archives{r}
	e.Monitor = monitor{e.Monitor, r}
	e.Signals = signals{r}
	return e
}

// router knows where each container is.
type router struct {
	here    engine.Engine
	connect Connect

	mu      sync.Mutex
	self    string                     // the node that is asked
	where   map[string]state.Container // by id
	engines map[string]engine.Engine   // that are connected, by node
}

// ElsewhereError is a task on a node that cannot be reached from here.
type ElsewhereError struct {
	Task  string // its name
	Node  string
	Cause error
}

// Error names the task and the node, and says what to do.
func (e *ElsewhereError) Error() string {
	text := fmt.Sprintf("task %s runs on node %s", e.Task, e.Node)
	if errors.Is(e.Cause, ErrUnknown) {
		return text + fmt.Sprintf(", which only its own engine enters: say how to reach that with STACK_NODES=%s=ssh://%s, or the name of a docker context", e.Node, e.Node)
	}
	return text + ", whose engine cannot be reached: " + e.Cause.Error()
}

// Unwrap returns the cause, and that an engine cannot be reached.
func (e *ElsewhereError) Unwrap() []error { return []error{e.Cause, engine.ErrUnavailable} }

// of returns the engine that a container is on. One that is not known is this
// engine's.
func (r *router) of(container string) (engine.Engine, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, known := r.where[container]
	if !known || c.Node == "" || c.Node == r.self {
		return r.here, nil
	}
	if e, there := r.engines[c.Node]; there {
		return e, nil
	}
	e, err := r.connect(c.Node)
	if err != nil {
		return engine.Engine{}, &ElsewhereError{Task: c.Name, Node: c.Node, Cause: err}
	}
	r.engines[c.Node] = e
	return e, nil
}
