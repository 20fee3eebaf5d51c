package reconciler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/state"
)

// DefaultParallel is how many engine calls run at once where nothing is said.
const DefaultParallel = 16

// Executor executes plans on an engine. Engine is required.
type Executor struct {
	Engine engine.Engine
	// Events is told what happens; nil is nobody. It is called from one
	// goroutine at a time.
	Events event.Sink
	// Parallel is how many engine calls run at once; 0 is DefaultParallel, and
	// a negative number is no limit. Waits do not count.
	Parallel int
	// Stop, when it is closed, ends the run gently: waits end, running calls
	// finish, and no node is started any more but those without which a
	// replacement would be left half way.
	Stop <-chan struct{}

	slots chan struct{} // what Parallel allows, shared by runs side by side
}

// Execute runs a plan. Cancelling ctx ends it at once. The error joins the
// failures that had no other failure as their cause, each a [*NodeError];
// nodes behind them are skipped, the others are finished. A run that was
// stopped returns [ErrInterrupted] besides.
func (x Executor) Execute(ctx context.Context, plan planner.Plan) error {
	if plan.Empty() {
		return nil
	}
	r := x.newRun(ctx, plan)
	defer r.close()
	return r.loop()
}

// run is one execution of a plan.
type run struct {
	Executor
	ctx     context.Context
	calls   context.CancelFunc
	waits   context.Context // ends with the first interrupt, or with ctx
	endWait context.CancelFunc
	watcher *watcher // of containers; nil for a plan that waits for none
	cluster *cluster // of services, likewise

	schedule *schedule
	rollouts []*rollout
	results  chan result
	dropped  []planner.Node // by an interrupt
	// unreachable is true when nothing can be undone any more.
	unreachable atomic.Bool
	ended       sync.WaitGroup

	emitting sync.Mutex
	names    names
	written  written
}

type result struct {
	id  planner.ID
	err error
	// undone is true when what the node's failure asks for has been done.
	undone bool
}

func (x Executor) newRun(ctx context.Context, plan planner.Plan) *run {
	if x.Events == nil {
		x.Events = event.Discard
	}
	if x.slots == nil {
		x.slots = x.newSlots()
	}
	r := &run{
		Executor: x,
		schedule: newSchedule(plan.Nodes),
		results:  make(chan result),
	}
	r.ctx, r.calls = context.WithCancel(ctx)
	r.waits, r.endWait = context.WithCancel(r.ctx)
	for _, rollout := range plan.Rollouts {
		r.addRollout(rollout)
	}
	if slices.ContainsFunc(plan.Nodes, looksAtContainer) {
		r.watcher = watch(r.ctx, x.Engine, plan.Project)
	}
	if slices.ContainsFunc(plan.Nodes, followsCluster) {
		r.cluster = follow(r.ctx, x.Engine, plan.Project)
	}
	return r
}

// newSlots holds one entry for each call that runs.
func (x Executor) newSlots() chan struct{} {
	limit := cmp.Or(x.Parallel, DefaultParallel)
	if limit < 0 {
		limit = math.MaxInt // an empty struct takes no room
	}
	return make(chan struct{}, limit)
}

// looksAtContainer is true for a node that waits for a container.
func looksAtContainer(node planner.Node) bool { return !callsEngine(node) && !followsCluster(node) }

func (r *run) close() {
	r.endWait()
	r.calls()
	r.ended.Wait()
	if r.watcher != nil {
		r.watcher.close()
	}
	if r.cluster != nil {
		r.cluster.close()
	}
}

// loop starts nodes as they become ready, until none is left.
func (r *run) loop() error {
	failures := &failures{}
	stop, canceled := r.Stop, r.ctx.Done()
	interrupted, lost := false, false
	for {
		for _, node := range r.schedule.takeReady() {
			r.start(node)
		}
		if r.schedule.done() {
			break
		}
		select {
		case done := <-r.results:
			r.finish(done, failures, interrupted || lost)
			if errors.Is(done.err, engine.ErrUnavailable) && !lost {
				lost = true // one says it for all
				r.endWait()
				r.cancelled(r.schedule.interrupt())
			}
			r.rollBack()
		case <-stop:
			stop, interrupted = nil, true
			r.endWait()
			r.cancelled(r.schedule.interrupt())
		case <-canceled:
			canceled, interrupted = nil, true
			r.cancelled(r.schedule.cancel())
		}
	}
	for _, ro := range r.rollouts {
		if err := r.rolloutErr(ro); err != nil {
			failures.add(err)
		}
	}
	if interrupted || lost {
		r.undoDropped()
	}
	if interrupted {
		failures.add(ErrInterrupted)
	}
	return failures.err()
}

func (r *run) start(node planner.Node) {
	waits := r.patience(node)
	r.ended.Go(func() {
		if callsEngine(node) {
			select {
			case r.slots <- struct{}{}:
				defer func() { <-r.slots }()
			case <-r.ctx.Done():
			}
		}
		r.emit(about(node, event.Started))
		err := r.ctx.Err()
		if err == nil {
			err = r.perform(waits, node)
		}
		r.results <- result{id: node.ID, err: err}
	})
}

// finish takes a node's result: it settles the node and what depended on it.
func (r *run) finish(done result, failures *failures, interrupted bool) {
	node := r.schedule.node(done.id)
	switch {
	case done.err == nil:
		r.emit(about(node, event.Succeeded))
		r.schedule.succeeded(done.id)
	case !done.undone:
		canceled := interrupted && isCancel(done.err)
		r.fail(node, done.err, canceled, failures)
		r.undoThenFinish(node, done.err, canceled)
	default:
		for _, skipped := range r.schedule.failed(done.id) {
			r.skipped(skipped, done.id)
		}
	}
}

// fail tells of a failure and counts it.
func (r *run) fail(node planner.Node, err error, canceled bool, failures *failures) {
	ended := about(node, event.Failed)
	ended.Error = engine.WithoutOutput(err).Error() // that was told as progress
	cause := node.CauseOf(engine.PartOf(err))
	ended.Field, ended.At = cause.Field, cause.At
	if canceled {
		ended.Phase, ended.Error, ended.Field, ended.At = event.Canceled, "", "", state.Position{}
	}
	r.emit(ended)
	switch {
	case canceled:
	case node.Optional:
		warning := about(node, event.Warning)
		warning.Detail = withoutIt(node) + ": " + ended.Error
		r.emit(warning)
	default:
		failures.add(&NodeError{
			Node: node.ID, Ref: node.Ref, Name: node.Name(), Kind: node.Op.Kind(), Held: node.Held, Condition: node.Condition(),
			Cause: cause, Err: err,
		})
		r.slotFailed(node.ID)
	}
}

// withoutIt says that a run goes on although a node of it failed.
func withoutIt(node planner.Node) string {
	switch node.Op.(type) {
	case planner.AwaitContainer, planner.AwaitService:
		return fmt.Sprintf("optional dependency %q failed to start, goes on without it", node.Group)
	}
	return "goes on without it, as it is not required"
}

func (r *run) skipped(node planner.Node, cause planner.ID) {
	e := about(node, event.Skipped)
	e.Cause = string(cause)
	r.emit(e)
}

func (r *run) cancelled(nodes []planner.Node) {
	r.dropped = append(r.dropped, nodes...)
	for _, node := range nodes {
		r.emit(about(node, event.Canceled))
	}
}

func (r *run) emit(e event.Event) {
	r.emitting.Lock()
	defer r.emitting.Unlock()
	e.Time = time.Now()
	r.Events(e)
}

func about(node planner.Node, phase event.Phase) event.Event {
	return event.Event{
		Phase: phase, Node: string(node.ID), Op: node.Op.Kind(), Ref: node.Ref, Name: node.Name(), Condition: node.Condition(),
	}
}
