package reconciler_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/swarm"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// played is a Swarm whose service web does what it is told to, one moment after
// the other.
type played struct {
	moments []moment
	log     map[string]string // what tasks have printed
}

// moment is what is so from a time on, after the run began.
type moment struct {
	at      time.Duration
	service *state.ObservedService // nil for one that is gone
	tasks   []state.Task
}

func (p played) Follow(ctx context.Context, _ string, each func(state.Cluster)) error {
	began := time.Now()
	for _, m := range p.moments {
		select {
		case <-time.After(time.Until(began.Add(m.at))):
		case <-ctx.Done():
			return nil
		}
		all := state.Cluster{Tasks: m.tasks}
		if m.service != nil {
			all.Services = []state.ObservedService{*m.service}
		}
		each(all)
	}
	<-ctx.Done()
	return nil
}

func (p played) ServiceLogs(_ context.Context, of state.LogSource, _ state.LogOptions, each func(string, state.LogLine)) error {
	each(of.Task, state.LogLine{Text: p.log[of.Task]})
	return nil
}

func (played) AllServices(context.Context) ([]state.ObservedService, error) { return nil, nil }

func (played) CreateService(context.Context, state.ServiceSpec, func(state.Progress)) (string, error) {
	return "s1", nil
}

func (played) UpdateService(context.Context, string, uint64, state.ServiceSpec, func(state.Progress)) error {
	return nil
}

func (played) RemoveService(context.Context, string) error           { return nil }
func (played) CreateInput(context.Context, state.InputSpec) error    { return nil }
func (played) RemoveInput(context.Context, state.Kind, string) error { return nil }
func (p played) run(ctx context.Context, r *recording, nodes ...planner.Operation) error {
	x := memory.New(memory.Options{}).Engine()
	x.Cluster, x.Services = p, p
	plan := planner.Plan{Project: "shop"}
	for i, op := range nodes {
		node := planner.Node{ID: planner.ID(op.Kind()), Ref: state.ServiceRef("web"), Op: op}
		if i > 0 {
			node.After = []planner.ID{plan.Nodes[i-1].ID}
		}
		plan.Nodes = append(plan.Nodes, node)
	}
	return reconciler.Executor{Engine: x, Events: r.see}.Execute(ctx, plan)
}

// webService is the service web at a version, changed by each of changes.
func webService(version, replicas uint64, changes ...func(*state.ObservedService)) *state.ObservedService {
	s := &state.ObservedService{ID: "s1", Version: version, Service: "web"}
	s.Spec.Name = "shop_web"
	s.Spec.Mode.Replicated = &swarm.ReplicatedService{Replicas: &replicas}
	for _, change := range changes {
		change(s)
	}
	return s
}

func updateIs(s swarm.UpdateState, message string) func(*state.ObservedService) {
	return func(o *state.ObservedService) { o.Update = &swarm.UpdateStatus{State: s, Message: message} }
}

func imageIs(image string) func(*state.ObservedService) {
	return func(o *state.ObservedService) { o.Spec.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{Image: image} }
}

func modeIs(mode swarm.ServiceMode) func(*state.ObservedService) {
	return func(o *state.ObservedService) { o.Spec.Mode = mode }
}

// webTask is a current task of a slot that is to run, changed by each of changes.
func webTask(id string, slot int, s swarm.TaskState, changes ...func(*state.Task)) state.Task {
	t := state.Task{
		ID: id, Service: "web", ServiceID: "s1", Slot: slot, Node: "node2", NodeID: "n2", ContainerID: "c" + id,
		State: s, Desired: swarm.TaskStateRunning, Current: true,
	}
	for _, change := range changes {
		change(&t)
	}
	return t
}

func old(t *state.Task)      { t.Current = false }
func stopping(t *state.Task) { t.Desired = swarm.TaskStateShutdown }
func lost(t *state.Task)     { t.Lost = true }

func failing(text string) func(*state.Task) {
	return func(t *state.Task) { t.Error, t.Desired = text, swarm.TaskStateShutdown }
}

func homeless(text string) func(*state.Task) {
	return func(t *state.Task) { t.Error, t.Node, t.NodeID, t.ContainerID = text, "", "", "" }
}

var (
	webHandle = state.Handle{ID: "s1", Name: "shop_web"}
	createWeb = planner.CreateService{Spec: state.ServiceSpec{Service: "web", Spec: swarm.ServiceSpec{Annotations: swarm.Annotations{Name: "shop_web"}}}}
	awaitNew  = planner.AwaitService{Service: state.Handle{Name: "shop_web"}, Condition: state.Healthy}
	updateWeb = planner.UpdateService{Service: webHandle, Version: 7}
	awaitWeb  = planner.AwaitService{Service: webHandle, Condition: state.Healthy}
	goneWeb   = planner.AwaitServiceGone{Service: webHandle}
)

// plays runs operations on a Swarm that plays moments. It is the run's error,
// and how long it took.
func plays(t *testing.T, p played, r *recording, operations ...planner.Operation) (took time.Duration, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		err = p.run(t.Context(), r, operations...)
		took = time.Since(began)
	})
	return took, err
}

func TestAServiceHasConvergedTheMomentItsTasksRun(t *testing.T) {
	starting := webTask("b", 2, swarm.TaskStateStarting)
	r := &recording{}
	took, err := plays(t, played{moments: []moment{
		{0, nil, nil},
		{time.Second, webService(1, 2), nil},
		{2 * time.Second, webService(1, 2), []state.Task{webTask("a", 1, swarm.TaskStateRunning), starting}},
		{3 * time.Second, webService(1, 2), []state.Task{webTask("a", 1, swarm.TaskStateRunning), webTask("b", 2, swarm.TaskStateRunning)}},
	}}, r, createWeb, awaitNew)
	assert.NilError(t, err)
	assert.Equal(t, took, 3*time.Second)
	assert.DeepEqual(t, r.details("AwaitService"), []string{"0/2 running", "1/2 running; web.2 on node2: starting"})
}

func TestWhatWasSeenBeforeAnUpdateIsNotConverged(t *testing.T) {
	was := []state.Task{webTask("a", 1, swarm.TaskStateRunning)}
	took, err := plays(t, played{moments: []moment{
		{0, webService(7, 1, imageIs("web:1"), updateIs(swarm.UpdateStateRollbackCompleted, "")), was},
		{time.Second, webService(8, 1, imageIs("web:2")), []state.Task{webTask("a", 1, swarm.TaskStateRunning, old)}},
		{2 * time.Second, webService(9, 1, imageIs("web:2"), updateIs(swarm.UpdateStateUpdating, "")), []state.Task{webTask("a", 1, swarm.TaskStateShutdown, old, stopping), webTask("b", 1, swarm.TaskStateRunning)}},
		{3 * time.Second, webService(10, 1, imageIs("web:2"), updateIs(swarm.UpdateStateCompleted, "")), []state.Task{webTask("b", 1, swarm.TaskStateRunning)}},
	}}, &recording{}, updateWeb, awaitWeb)
	assert.NilError(t, err)
	assert.Equal(t, took, 3*time.Second)
}

func TestAnOldTaskThatStillStopsIsWaitedForUnlessItsNodeIsLost(t *testing.T) {
	for _, test := range []struct {
		old  state.Task
		took time.Duration
	}{
		{webTask("a", 1, swarm.TaskStateRunning, old, stopping), 9 * time.Second},
		{webTask("a", 1, swarm.TaskStateRunning, old, stopping, lost), 0},
	} {
		took, err := plays(t, played{moments: []moment{
			{0, webService(8, 1), []state.Task{test.old, webTask("b", 1, swarm.TaskStateRunning)}},
			{9 * time.Second, webService(8, 1), []state.Task{webTask("b", 1, swarm.TaskStateRunning)}},
		}}, &recording{}, updateWeb, awaitWeb)
		assert.NilError(t, err)
		assert.Equal(t, took, test.took)
	}
}

func TestAPausedUpdateNamesTheTaskAndItsLastWords(t *testing.T) {
	message := "update paused due to failure or early termination of task b"
	_, err := plays(t, played{log: map[string]string{"b": "no disk"}, moments: []moment{
		{0, webService(9, 2, updateIs(swarm.UpdateStatePaused, message)), []state.Task{
			webTask("a", 1, swarm.TaskStateRunning, old), webTask("b", 2, swarm.TaskStateFailed, failing("non-zero exit (1)")),
		}},
	}}, &recording{}, updateWeb, awaitWeb)
	assert.Error(t, err, "service shop_web: update paused: web.2 on node2: non-zero exit (1)\n  its last log lines:\n    no disk")
}

func TestARollbackIsWaitedForAndSaysWhy(t *testing.T) {
	broken := webTask("b", 1, swarm.TaskStateFailed, failing("non-zero exit (1)"))
	r := &recording{}
	took, err := plays(t, played{moments: []moment{
		{0, webService(8, 1, imageIs("web:2"), updateIs(swarm.UpdateStateUpdating, "")), []state.Task{broken}},
		{time.Second, webService(9, 1, imageIs("web:1"), updateIs(swarm.UpdateStateRollbackStarted, "update rolled back due to failure or early termination of task b")), []state.Task{broken}},
		{4 * time.Second, webService(10, 1, imageIs("web:1"), updateIs(swarm.UpdateStateRollbackCompleted, "rollback completed")), []state.Task{webTask("c", 1, swarm.TaskStateRunning)}},
	}}, r, updateWeb, awaitWeb)
	assert.ErrorContains(t, err, "service shop_web: rolled back: web.1 on node2: non-zero exit (1)")
	assert.Equal(t, took, 4*time.Second)
	var rollout *reconciler.RolloutError
	assert.Assert(t, errors.As(err, &rollout) && rollout.Outcome == reconciler.RolledBack)
	assert.DeepEqual(t, r.warnings(), []string{"the update is rolled back: web.1 on node2: non-zero exit (1)"})
}

func TestAnUpdateThatGoesBackHasConvergedWhenItIsBack(t *testing.T) {
	back := updateWeb
	back.Spec.Rollback = true
	r := &recording{}
	took, err := plays(t, played{moments: []moment{
		{0, webService(8, 1, updateIs(swarm.UpdateStateRollbackStarted, "manually requested rollback")), []state.Task{webTask("c", 1, swarm.TaskStateRunning)}},
		{2 * time.Second, webService(9, 1, updateIs(swarm.UpdateStateRollbackCompleted, "")), []state.Task{webTask("c", 1, swarm.TaskStateRunning)}},
	}}, r, back, awaitWeb)
	assert.NilError(t, err)
	assert.Equal(t, took, 2*time.Second)
	assert.DeepEqual(t, r.details("AwaitService"), []string{"1/1 running; the update goes on"})
}

func TestARollbackOfAnEarlierRunIsNoFailureOfThisOne(t *testing.T) {
	_, err := plays(t, played{moments: []moment{
		{0, webService(10, 1, updateIs(swarm.UpdateStateRollbackCompleted, "")), []state.Task{webTask("c", 1, swarm.TaskStateRunning)}},
	}}, &recording{}, awaitWeb)
	assert.NilError(t, err)
}

func TestATaskWithoutAPlaceEndsTheWaitWhenNothingMoves(t *testing.T) {
	pending := webTask("b", 2, swarm.TaskStatePending, homeless("no suitable node (scheduling constraints not satisfied on 3 nodes)"))
	quiet := webTask("b", 2, swarm.TaskStatePending, homeless(""))
	first := webTask("a", 1, swarm.TaskStateRunning)
	took, err := plays(t, played{moments: []moment{
		{0, webService(1, 2), []state.Task{pending}},
		{15 * time.Second, webService(1, 2), []state.Task{first, pending}},
		{16 * time.Second, webService(1, 2), []state.Task{first, quiet}},
		{17 * time.Second, webService(1, 2), []state.Task{first, pending}},
	}}, &recording{}, createWeb, awaitNew)
	assert.Error(t, err, "service shop_web: web.2: no suitable node (scheduling constraints not satisfied on 3 nodes)")
	assert.Equal(t, took, 35*time.Second) // after the first task has moved
}

// The Swarm tells nobody that it has no address or port for a task: it stays new.
func TestATaskThatTheSwarmDoesNotScheduleEndsTheWaitWhenNothingElseMoves(t *testing.T) {
	fresh := webTask("b", 2, swarm.TaskStateNew, homeless(""))
	first := webTask("a", 1, swarm.TaskStateRunning)
	crowded := func(s *state.ObservedService) {
		s.Spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: "shop_small"}}
		s.Spec.EndpointSpec = &swarm.EndpointSpec{Ports: []swarm.PortConfig{{TargetPort: 80}}}
	}
	for name, updating := range map[string]func(*state.ObservedService){
		"created": func(*state.ObservedService) {}, "updated": updateIs(swarm.UpdateStateUpdating, ""),
	} {
		web := webService(1, 2, crowded, updating)
		took, err := plays(t, played{moments: []moment{
			{0, web, []state.Task{webTask("a", 1, swarm.TaskStatePreparing), fresh}}, // it may let go of something
			{time.Minute, web, []state.Task{first, fresh}},
		}}, &recording{}, createWeb, awaitNew)
		assert.Error(t, err, "service shop_web: web.2: the Swarm finds no free address in network shop_small or free port for it; a manager's log says which", name)
		assert.Equal(t, took, 80*time.Second, name)
	}
}

func TestATaskThatFailsAgainAndAgainEndsTheWait(t *testing.T) {
	dead := func(id string) state.Task {
		return webTask(id, 1, swarm.TaskStateRejected, failing("No such image: web:9"), func(t *state.Task) { t.ContainerID = "" })
	}
	took, err := plays(t, played{moments: []moment{
		{0, webService(1, 1), []state.Task{webTask("a", 1, swarm.TaskStatePreparing)}},
		{5 * time.Second, webService(1, 1), []state.Task{dead("a"), webTask("b", 1, swarm.TaskStateReady)}},
		{10 * time.Second, webService(1, 1), []state.Task{dead("a"), dead("b"), webTask("c", 1, swarm.TaskStateReady)}},
		{15 * time.Second, webService(1, 1), []state.Task{dead("b"), dead("c"), webTask("d", 1, swarm.TaskStateReady)}},
	}}, &recording{}, createWeb, awaitNew)
	assert.Error(t, err, "service shop_web: fails again and again: web.1 on node2: No such image: web:9 (3 times)")
	assert.Equal(t, took, 15*time.Second)
}

// A program that ends well when it is told to, because it is unhealthy, leaves a
// task that looks like one that is done.
func TestATaskThatIsUnhealthyAgainAndAgainEndsTheWaitThoughItEndsWell(t *testing.T) {
	done := func(id string) state.Task {
		return webTask(id, 1, swarm.TaskStateComplete, stopping, func(t *state.Task) { t.Message = "finished" })
	}
	_, err := plays(t, played{log: map[string]string{"c": "no database"}, moments: []moment{
		{0, webService(1, 1), []state.Task{webTask("a", 1, swarm.TaskStateStarting)}},
		{5 * time.Second, webService(1, 1), []state.Task{done("a"), webTask("b", 1, swarm.TaskStateStarting)}},
		{10 * time.Second, webService(1, 1), []state.Task{done("a"), done("b"), webTask("c", 1, swarm.TaskStateStarting)}},
		{15 * time.Second, webService(1, 1), []state.Task{done("b"), done("c"), webTask("d", 1, swarm.TaskStateReady)}},
	}}, &recording{}, createWeb, awaitNew)
	assert.Error(t, err, "service shop_web: fails again and again: web.1 on node2: ended with exit code 0, by itself or because it was unhealthy (3 times)\n"+
		"  its last log lines:\n    no database")
}

func TestATaskThatFailedOnceHasToGoOnRunning(t *testing.T) {
	took, err := plays(t, played{moments: []moment{
		{0, webService(1, 1), []state.Task{webTask("a", 1, swarm.TaskStateFailed, failing("boom"))}},
		{2 * time.Second, webService(1, 1), []state.Task{webTask("a", 1, swarm.TaskStateFailed, failing("boom")), webTask("b", 1, swarm.TaskStateRunning)}},
	}}, &recording{}, createWeb, awaitNew)
	assert.NilError(t, err)
	assert.Equal(t, took, 12*time.Second)
}

func TestTasksThatNobodyMakesAnyMoreEndTheWait(t *testing.T) {
	once := uint64(1)
	job := modeIs(swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{TotalCompletions: &once}})
	done := awaitNew
	done.Condition = state.Completed
	took, err := plays(t, played{log: map[string]string{"a": "no rows"}, moments: []moment{
		{0, webService(1, 1, job), []state.Task{webTask("a", 1, swarm.TaskStateFailed, failing("non-zero exit (3)"))}},
	}}, &recording{}, createWeb, done)
	assert.Error(t, err, "service shop_web: web.1 on node2: non-zero exit (3)\n  its last log lines:\n    no rows")
	assert.Equal(t, took, 5*time.Second)
}

func TestAJobIsDoneWhenItsTasksAre(t *testing.T) {
	twice := uint64(2)
	job := modeIs(swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{TotalCompletions: &twice}})
	r := &recording{}
	_, err := plays(t, played{moments: []moment{
		{0, webService(1, 1, job), []state.Task{webTask("a", 1, swarm.TaskStateComplete), webTask("b", 2, swarm.TaskStateRunning)}},
		{time.Second, webService(1, 1, job), []state.Task{webTask("a", 1, swarm.TaskStateComplete), webTask("b", 2, swarm.TaskStateComplete)}},
	}}, r, createWeb, awaitNew)
	assert.NilError(t, err)
	assert.DeepEqual(t, r.details("AwaitService"), []string{"1/2 done; web.2 on node2: running"})
}

func TestAGlobalServiceIsJudgedByTheNodesThatTakeIt(t *testing.T) {
	global := modeIs(swarm.ServiceMode{Global: &swarm.GlobalService{}})
	on := func(node string) func(*state.Task) {
		return func(t *state.Task) { t.NodeID, t.Node = node, node }
	}
	r := &recording{}
	took, err := plays(t, played{moments: []moment{
		{0, webService(1, 1, global), []state.Task{webTask("a", 0, swarm.TaskStateRunning, on("node1")), webTask("b", 0, swarm.TaskStateRunning, on("node2"), stopping, lost), webTask("c", 0, swarm.TaskStatePreparing, on("node3"))}},
		{time.Second, webService(1, 1, global), []state.Task{webTask("a", 0, swarm.TaskStateRunning, on("node1")), webTask("c", 0, swarm.TaskStateRunning, on("node3"))}},
	}}, r, createWeb, awaitNew)
	assert.NilError(t, err)
	assert.Equal(t, took, time.Second)
	assert.DeepEqual(t, r.details("AwaitService"), []string{"1/2 running; web on node3: preparing"})

	r = &recording{}
	_, err = plays(t, played{moments: []moment{{0, webService(1, 1, global), nil}}}, r, createWeb, awaitNew)
	assert.NilError(t, err)
	assert.DeepEqual(t, r.warnings(), []string{"no node takes a task of it: none meets its placement constraints, or none is active"})
}

func TestAServiceThatSomebodyElseChangesOrRemovesIsTold(t *testing.T) {
	starting := []state.Task{webTask("a", 1, swarm.TaskStateStarting)}
	_, err := plays(t, played{moments: []moment{{0, webService(8, 1), starting}, {time.Second, nil, nil}}}, &recording{}, updateWeb, awaitWeb)
	assert.ErrorContains(t, err, "service shop_web: was removed by somebody else")
	assert.ErrorIs(t, err, engine.ErrNotFound)
	_, err = plays(t, played{moments: []moment{{0, webService(8, 1), starting}, {time.Second, webService(9, 3), starting}}}, &recording{}, updateWeb, awaitWeb)
	assert.ErrorContains(t, err, "service shop_web: was changed by somebody else")
	assert.ErrorIs(t, err, engine.ErrConflict)
}

func TestAWaitForAServiceThatTakesTooLongSaysHowFarItIs(t *testing.T) {
	soon := awaitNew
	soon.Timeout = 3 * time.Second
	_, err := plays(t, played{moments: []moment{
		{0, webService(1, 1), []state.Task{webTask("a", 1, swarm.TaskStatePreparing)}},
	}}, &recording{}, createWeb, soon)
	assert.Error(t, err, "service shop_web: not converged after 3s: 0/1 running; web.1 on node2: preparing")
}

func TestAServiceIsGoneWithItsLastTask(t *testing.T) {
	running := webTask("a", 1, swarm.TaskStateRunning, stopping)
	r := &recording{}
	took, err := plays(t, played{moments: []moment{
		{0, webService(1, 1), []state.Task{running}},
		{time.Second, nil, []state.Task{running}},
		{2 * time.Second, nil, []state.Task{webTask("a", 1, swarm.TaskStateShutdown)}},
	}}, r, planner.RemoveService{Service: webHandle}, goneWeb)
	assert.NilError(t, err)
	assert.Equal(t, took, 2*time.Second)
	assert.DeepEqual(t, r.details("AwaitServiceGone"), []string{"web.1 on node2: stopping"})
}

func TestAServiceThatIsGoneBeforeTheSwarmIsLookedAtIsGone(t *testing.T) {
	took, err := plays(t, played{moments: []moment{{time.Second, nil, nil}}}, &recording{}, planner.RemoveService{Service: webHandle}, goneWeb)
	assert.NilError(t, err)
	assert.Equal(t, took, time.Second)
}

// details are what was told of an operation while it went on.
func (r *recording) details(op string) []string {
	var all []string
	for _, e := range r.events {
		if e.Op == op && e.Phase == event.Progress {
			all = append(all, e.Detail)
		}
	}
	return all
}

func (r *recording) warnings() []string {
	var all []string
	for _, e := range r.events {
		if e.Phase == event.Warning {
			all = append(all, e.Detail)
		}
	}
	return all
}

func TestAServiceHasStartedBeforeItIsHealthy(t *testing.T) {
	begun := awaitNew
	begun.Condition = state.Started
	r := &recording{}
	took, err := plays(t, played{moments: []moment{
		{0, webService(1, 2), []state.Task{webTask("a", 1, swarm.TaskStateStarting), webTask("b", 2, swarm.TaskStatePreparing)}},
		{time.Second, webService(1, 2), []state.Task{webTask("a", 1, swarm.TaskStateStarting), webTask("b", 2, swarm.TaskStateStarting)}},
	}}, r, createWeb, begun)
	assert.NilError(t, err)
	assert.Equal(t, took, time.Second)
	assert.DeepEqual(t, r.details("AwaitService"), []string{"1/2 started; web.2 on node2: preparing"})
}

// A program that cannot start ends at once, and a task of it runs for a moment.
func TestATaskThatNothingChecksHasToRunForAMomentToCount(t *testing.T) {
	ready := planner.AwaitService{Service: state.Handle{Name: "shop_web"}, Condition: state.Ready}
	runs := moment{0, webService(1, 1), []state.Task{webTask("a", 1, swarm.TaskStateRunning)}}
	took, err := plays(t, played{moments: []moment{runs}}, &recording{}, createWeb, ready)
	assert.NilError(t, err)
	assert.Equal(t, took, time.Second)

	broken := func(id string) state.Task {
		return webTask(id, 1, swarm.TaskStateFailed, failing("non-zero exit (1)"))
	}
	_, err = plays(t, played{moments: []moment{
		runs,
		{500 * time.Millisecond, webService(1, 1), []state.Task{broken("a"), webTask("b", 1, swarm.TaskStateReady)}},
		{5 * time.Second, webService(1, 1), []state.Task{broken("a"), broken("b"), webTask("c", 1, swarm.TaskStateRunning)}},
		{6 * time.Second, webService(1, 1), []state.Task{broken("b"), broken("c"), webTask("d", 1, swarm.TaskStateReady)}},
	}}, &recording{}, createWeb, ready)
	assert.ErrorContains(t, err, "fails again and again: web.1 on node2: non-zero exit (1) (3 times)")

	checked := func(s *state.ObservedService) {
		s.Spec.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{Healthcheck: &container.HealthConfig{Test: []string{"CMD", "true"}}}
	}
	took, err = plays(t, played{moments: []moment{
		{0, webService(1, 1, checked), []state.Task{webTask("a", 1, swarm.TaskStateRunning)}},
	}}, &recording{}, createWeb, ready)
	assert.NilError(t, err)
	assert.Equal(t, took, time.Duration(0))
}

// As Engine 20.10 does now and then when a node goes in the middle of an update.
func TestAnUpdateThatStandsStillEndsTheWait(t *testing.T) {
	slow := func(s *state.ObservedService) {
		s.Spec.UpdateConfig = &swarm.UpdateConfig{Delay: 3 * time.Second, Monitor: time.Second}
	}
	updating := webService(9, 2, slow, updateIs(swarm.UpdateStateUpdating, ""))
	first, other := webTask("a", 1, swarm.TaskStateRunning, old), webTask("b", 2, swarm.TaskStateRunning, old)
	left := webTask("b", 2, swarm.TaskStateAccepted, stopping, old)
	took, err := plays(t, played{moments: []moment{
		{0, updating, []state.Task{first, other}},
		{2 * time.Second, updating, []state.Task{first, left}},
		{40 * time.Second, updating, []state.Task{first, webTask("b", 2, swarm.TaskStateAccepted, stopping, old, lost), webTask("c", 2, swarm.TaskStateRunning)}},
	}}, &recording{}, updateWeb, awaitWeb)
	assert.ErrorContains(t, err, "service shop_web: its update stands still: the Swarm has done nothing for 24s")
	assert.Equal(t, took, 64*time.Second) // from the last motion: while a task was under way there was no limit
}
