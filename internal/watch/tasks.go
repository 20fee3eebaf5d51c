package watch

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/stackctl/stack/state"
)

// work does what waits, one task after the other.
func (w *watcher) work(ctx context.Context) {
	for {
		t, ok := w.later.next(ctx)
		if !ok {
			return
		}
		if t.reload {
			w.reload(ctx)
		}
		before, err := w.containers(ctx)
		if err != nil {
			w.failed(ctx, err)
			continue
		}
		if len(t.rebuild) > 0 {
			w.rebuild(ctx, t.rebuild)
		}
		if len(t.restart) > 0 {
			w.restart(ctx, t.restart, before)
		}
		w.exec(ctx, t.exec)
	}
}

// wait has the goroutine of run do something, and waits for that.
func (w *watcher) wait(ctx context.Context, do func(context.Context)) {
	done := make(chan struct{})
	select {
	case w.inbox <- func(ctx context.Context) { defer close(done); do(ctx) }:
		<-done
	case <-ctx.Done():
	}
}

// reload applies files of the project that have changed.
func (w *watcher) reload(ctx context.Context) {
	w.Voice.Say("Applying the compose file after changes were detected...")
	setup, apply, err := w.Project.Reload(ctx)
	if err == nil {
		err = w.move(ctx, setup, apply)
	}
	switch {
	case ctx.Err() != nil:
		return
	case err == nil:
		w.Voice.Say("compose file applied")
		return
	}
	w.Voice.Warn(fmt.Sprintf("%v\nwatching goes on by what was there before", err))
	w.wait(ctx, func(context.Context) {
		setup.Rules = w.rules
		setup.Sources = union(setup.Sources, slices.Collect(maps.Keys(w.sources))) // what is wrong may be in a new one
	})
	if err := w.move(ctx, setup, func(context.Context) error { return nil }); err != nil {
		w.failed(ctx, err)
	}
}

// move goes by another setup once it is applied. What it is about is watched
// before that, so that no change is missed meanwhile.
func (w *watcher) move(ctx context.Context, setup Setup, apply func(context.Context) error) error {
	listen, err := w.listen(setup, w.changed(ctx), w.Voice.Warn)
	if err != nil {
		return err
	}
	listening, stop := context.WithCancel(ctx)
	w.running.Go(func() { listen(listening) })
	var begun int
	w.wait(ctx, func(context.Context) { begun, w.ledger.held = w.ledger.clock, true })
	err = apply(ctx)
	if err != nil {
		stop()
	}
	w.wait(ctx, func(ctx context.Context) {
		w.ledger.held = false
		if err == nil {
			w.adopt(setup, stop)
		}
		w.catchUp(ctx)
		if err == nil {
			w.begin(ctx) // rules may be new
			w.act(ctx, Plan(w.rules, w.ledger.since(begun)))
		}
	})
	return err
}

// rebuild builds and replaces services. Whatever fails, what runs is left.
func (w *watcher) rebuild(ctx context.Context, services []string) {
	w.Voice.Say(fmt.Sprintf("Rebuilding service(s) %q after changes were detected...", services))
	var begun int
	w.wait(ctx, func(context.Context) { begun = w.ledger.build(services) })
	err := w.Project.Rebuild(ctx, services)
	w.wait(ctx, func(ctx context.Context) {
		w.ledger.finish(services, begun, err == nil)
		w.catchUp(ctx)
	})
	switch {
	case ctx.Err() != nil:
	case err != nil:
		w.Voice.Warn(fmt.Sprintf("rebuild of service(s) %q: %v", services, err))
	default:
		w.Voice.Say(fmt.Sprintf("service(s) %q successfully built", services))
	}
}

// restart restarts services, but for those of which nothing is left that was
// there before.
func (w *watcher) restart(ctx context.Context, services []string, before []state.Container) {
	now, err := w.containers(ctx)
	if err != nil {
		w.failed(ctx, err)
		return
	}
	old := map[string]bool{}
	for _, c := range before {
		old[c.ID] = true
	}
	services = slices.DeleteFunc(slices.Clone(services), func(service string) bool {
		return !slices.ContainsFunc(now, func(c state.Container) bool { return c.Service == service && old[c.ID] })
	})
	if len(services) == 0 {
		return
	}
	if err := w.Project.Restart(ctx, services); err != nil {
		if ctx.Err() == nil {
			w.Voice.Warn(fmt.Sprintf("restart of service(s) %q: %v", services, err))
		}
		return
	}
	w.Voice.Say(fmt.Sprintf("service(s) %q restarted", services))
}

// exec runs commands in all containers that run: those of a service one after
// the other, the containers beside each other.
func (w *watcher) exec(ctx context.Context, commands []command) {
	if len(commands) == 0 {
		return
	}
	containers, err := w.containers(ctx)
	if err != nil {
		w.failed(ctx, err)
		return
	}
	var running sync.WaitGroup
	for _, c := range containers {
		if c.Status != state.StatusRunning {
			continue
		}
		running.Go(func() {
			for _, one := range commands {
				if one.service == c.Service {
					w.execute(ctx, c, one)
				}
			}
		})
	}
	running.Wait()
}

func (w *watcher) execute(ctx context.Context, c state.Container, one command) {
	var env []string
	for key, value := range one.hook.Environment {
		if value != nil {
			env = append(env, key+"="+*value)
		}
	}
	slices.Sort(env)
	result, err := w.Engine.Exec(ctx, c.ID, state.ExecSpec{
		Command: one.hook.Command, User: one.hook.User, WorkingDir: one.hook.WorkingDir, Privileged: one.hook.Privileged, Env: env,
	})
	if err != nil {
		w.failed(ctx, err)
		return
	}
	if result.Output != "" {
		w.Voice.Output(c, result.Output)
	}
	if result.ExitCode != 0 {
		w.Voice.Warn(fmt.Sprintf("exec %q in container %s exited with code %d", one.hook.Command, c.Name, result.ExitCode))
	}
}
