package watch

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// settle is how long nothing has to be added before what waits is done: a
// checkout of thousands of files is one build.
const settle = 100 * time.Millisecond

// task is what takes longer than to copy a file.
type task struct {
	reload  bool
	rebuild []string // services
	restart []string
	exec    []command
}

// command is to be run in the containers of a service.
type command struct {
	service string
	hook    types.ServiceHook
}

func taskOf(w Work) task {
	var t task
	if w.Rebuild {
		t.rebuild = []string{w.Service}
	}
	if w.Restart {
		t.restart = []string{w.Service}
	}
	for _, hook := range w.Exec {
		t.exec = append(t.exec, command{w.Service, hook})
	}
	return t
}

func (t task) empty() bool {
	return !t.reload && len(t.rebuild)+len(t.restart)+len(t.exec) == 0
}

// queue is what waits. It is one task: what is asked for twice is done once.
type queue struct {
	mu     sync.Mutex
	task   task
	signal chan struct{}
}

func newQueue() *queue { return &queue{signal: make(chan struct{}, 1)} }

func (q *queue) add(t task) {
	if t.empty() {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.task.reload = q.task.reload || t.reload
	q.task.rebuild = union(q.task.rebuild, t.rebuild)
	q.task.restart = union(q.task.restart, t.restart)
	for _, c := range t.exec {
		if !slices.ContainsFunc(q.task.exec, func(o command) bool { return reflect.DeepEqual(o, c) }) {
			q.task.exec = append(q.task.exec, c)
		}
	}
	select {
	case q.signal <- struct{}{}:
	default:
	}
}

func union(a, b []string) []string {
	set := map[string]bool{}
	for _, name := range slices.Concat(a, b) {
		set[name] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// next waits for a task, and until nothing is added to it. ok is false when ctx
// ended.
func (q *queue) next(ctx context.Context) (t task, ok bool) {
	var settled <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return task{}, false
		case <-q.signal:
			settled = time.After(settle)
		case <-settled:
			q.mu.Lock()
			defer q.mu.Unlock()
			t, q.task = q.task, task{}
			return t, true
		}
	}
}
