package cli

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/internal/logs"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// killWithin bounds the second, forced stop.
const killWithin = 10 * time.Second

// lastWords is how long what containers printed last may take to arrive when
// they have stopped.
const lastWords = 10 * time.Second

// attachment is an up that stays with its containers: it shows their logs until
// they end or somebody has enough.
type attachment struct {
	*convergence
	options  upOptions
	goal     goal
	named    []string // the services that were named
	services []string // all that were brought up
	attached []string // of these, the ones whose logs are shown
	awaited  []string // of these, the ones whose ends are the run's
	printer  *logPrinter

	// stopping ends with the first interrupt, and when a container's end is to
	// be the end of all.
	stopping context.Context
	stop     context.CancelFunc
	// open is closed when logs may be printed: a live view of the progress has
	// the terminal to itself.
	open chan struct{}

	menu *menu // the keys; nil without

	begun   time.Time // when the run did
	opening sync.Once // of the logs

	endedSaid sync.Once // that something had ended by itself when the rest was stopped

	mu      sync.Mutex
	trigger *logs.Record  // the end of a container that ends all
	code    *int          // of --exit-code-from's service
	watcher *watching     // nil while nothing is watched
	held    []event.Event // what hooks printed before logs may be
}

func (a *app) attach(c *convergence, first step, o upOptions, g goal, named []string) error {
	t := &attachment{
		convergence: c, options: o, goal: g, named: named, attached: o.attached(g), open: make(chan struct{}),
	}
	t.awaited = t.attached
	if len(named) > 0 {
		t.awaited = named // whatever else is shown
	}
	if t.wantsMenu(a.env(g.target)) {
		t.menu = &menu{in: a.process.In, out: a.process.Out, color: t.settings.color}
	}
	t.printer = newLogPrinter(t.menu.above(a.process), logStyle{
		color:    !o.noColor && c.settings.outColor,
		noPrefix: o.noLogPrefix,
	})
	for _, s := range g.desired.Services {
		t.services = append(t.services, s.Name)
		if slices.Contains(t.attached, s.Name) {
			t.printer.expect(g.desired.Project, s)
		}
	}
	t.stopping, t.stop = context.WithCancel(a.interrupt.soft)
	defer t.stop()
	t.overhear = t.overheard
	t.begun = time.Now()
	return t.run(first)
}

// run brings the project up while it follows the containers, waits for the end
// of them or for a reason to stop them, and stops them.
func (t *attachment) run(first step) error {
	ctx, cancel := context.WithCancel(t.app.interrupt.hard)
	settled := make(chan struct{})
	followed, err := t.follow(ctx, unchanged(first), settled)
	defer func() { cancel(); <-followed.done }()
	if err != nil {
		return err
	}
	err = t.convergence.run(t.stopping, first)
	t.opening.Do(func() { t.openLogs(err == nil || t.settings.mode == render.TTY) })
	if err == nil && t.options.watch {
		err = t.watch(t.begun)
	}
	if err != nil && t.stopping.Err() == nil {
		return err
	}
	var detached <-chan struct{}
	if err == nil {
		detached = t.menu.begin(t.keys())
		defer t.menu.end()
		defer t.unwatch()
	}
	if err == nil && t.options.watch {
		select { // the end of all containers is not the end: one may be mended
		case <-t.stopping.Done():
		case <-detached:
		}
		t.unwatch()
	}
	close(settled)
	if err == nil {
		select {
		case <-followed.done:
		case <-t.stopping.Done():
		case <-detached:
			t.unwatch()
			t.menu.end()
			t.say("Detached: the containers go on; 'stack logs -f' shows their logs again.")
			return nil
		}
		t.unwatch()
		t.menu.end()
		if t.stopping.Err() == nil {
			return followed.err
		}
	}
	return also(withoutInterrupts(err), t.end(followed))
}

// overheard takes what happens in the run. Without a live view the logs come as
// soon as there may be any: what goes before, such as builds, is told alone.
func (t *attachment) overheard(e event.Event) {
	speaks := slices.Contains([]string{"StartContainer", "UnpauseContainer", "RunHook", "CreateService", "UpdateService"}, e.Op)
	if speaks && e.Phase == event.Started && t.settings.mode != render.TTY {
		t.opening.Do(func() { t.openLogs(true) })
	}
	t.hookSaid(e)
}

// openLogs lets the logs come.
func (t *attachment) openLogs(announce bool) {
	if announce {
		t.printer.attaching()
	}
	close(t.open)
	t.sayHeld()
}

// following is a follower that runs.
type following struct {
	done chan struct{}
	err  error // when done is closed
}

// follow starts to follow, and returns when no line can be missed any more.
func (t *attachment) follow(ctx context.Context, same map[string]bool, settled <-chan struct{}) (*following, error) {
	f := &following{done: make(chan struct{})}
	ready := make(chan struct{})
	options := logs.FollowOptions{
		Options: logs.Options{
			Project: t.desired.Project.Name, Services: t.services,
			Lines: state.LogOptions{Tail: "0", Timestamps: t.options.timestamps},
		},
		Muted:    func(service string) bool { return !slices.Contains(t.attached, service) },
		Awaited:  t.awaits,
		Existing: func(c state.Container) bool { return same[c.ID] },
		Ready:    func() { close(ready) },
		Settled:  settled,
	}
	go func() {
		defer close(f.done)
		f.err = logs.Follow(ctx, t.engine, options, t.record)
	}()
	select {
	case <-ready:
		return f, nil
	case <-f.done:
		return f, f.err
	}
}

// awaits is true for a service whose containers' ends are the run's: one that was
// named, or, where none was, one whose logs are shown. What these depend on may go
// on, and may end before.
func (t *attachment) awaits(service string) bool {
	return len(t.awaited) == 0 || slices.Contains(t.awaited, service)
}

// record takes what a container says or does.
func (t *attachment) record(r logs.Record) {
	if r.Exit != nil {
		t.exited(r)
	}
	if !slices.Contains(t.attached, r.Container.Service) {
		return
	}
	<-t.open
	t.printer.record(r)
}

// end stops the containers and says what the whole came to.
func (t *attachment) end(followed *following) error {
	t.mu.Lock()
	trigger := t.trigger
	t.mu.Unlock()
	if trigger == nil {
		t.say("Gracefully stopping... (press Ctrl+C again to force)")
	} else {
		t.say("Aborting on container exit...")
	}
	err := t.stopAll()
	if err == nil {
		select {
		case <-followed.done:
		case <-t.app.interrupt.hard.Done():
		case <-time.After(lastWords): // the engine told of no end
		}
	}
	if err != nil {
		return err
	}
	if trigger == nil {
		return errInterrupted
	}
	return t.exitCode(trigger)
}

// say prints a line beside the progress, where that is for people.
func (t *attachment) say(text string) {
	if t.settings.mode == render.TTY || t.settings.mode == render.Plain {
		_, _ = fmt.Fprintln(t.settings.status, text)
	}
}

// stopAll stops what was brought up, and kills it at the second interrupt.
func (t *attachment) stopAll() error {
	t.warnings = nil
	if t.settings.mode == render.TTY {
		t.settings.mode = render.Plain // the logs of the last moments go on
	}
	unlock, err := t.lock(t.app.interrupt.hard, t.desired.Project.Name)
	if err == nil {
		err = t.stopWith(t.app.interrupt.hard, t.policy.StopTimeout)
		unlock()
	}
	if t.app.interrupt.hard.Err() == nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), killWithin)
	defer cancel()
	now := time.Duration(0)
	return t.stopWith(ctx, &now)
}

func (t *attachment) stopWith(ctx context.Context, timeout *time.Duration) error {
	services := t.services
	for _, p := range t.desired.Providers {
		services = append(slices.Clone(services), p.Name)
	}
	if len(t.policy.Selected) > 0 {
		services = t.policy.Selected
	}
	observed, err := t.observe(ctx, t.desired)
	if err != nil {
		return err
	}
	plan, err := planner.Stop(t.desired, observed, planner.StopPolicy{Services: services, Timeout: timeout})
	if err != nil {
		return err
	}
	t.endedSaid.Do(func() {
		for _, c := range observed.Containers {
			if c.Status == state.StatusExited && !c.OneOff && !c.IsHook() && slices.Contains(services, c.Service) {
				t.say(fmt.Sprintf(" Container %s Stopped", c.Name))
			}
		}
	})
	p := t.progress(planner.Plan{Project: plan.Project, Nodes: plan.Nodes, Changes: plan.Changes})
	tell := func(e event.Event) { p.Event(e); t.hookSaid(e) }
	err = reconciler.Executor{Engine: t.engine, Events: tell, Parallel: t.settings.parallel}.Execute(ctx, plan)
	p.Done(err)
	return err
}
