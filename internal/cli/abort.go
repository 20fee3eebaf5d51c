package cli

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/hashicorp/go-multierror"

	"github.com/stackctl/stack/internal/logs"
	"github.com/stackctl/stack/state"
)

// exited works out whether the end of one container is the end of all.
func (t *attachment) exited(r logs.Record) {
	if r.Exit.Restarting {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.watcher != nil && t.watcher.busy() {
		return // it is replaced or restarted
	}
	if r.Container.Service == t.options.exitCodeFrom && t.code == nil {
		t.code = &r.Exit.Code
	}
	aborts := t.options.abortOnExit || t.options.abortOnFailure && r.Exit.Code != 0
	concerns := t.awaits(r.Container.Service) || r.Container.Service == t.options.exitCodeFrom
	if aborts && concerns && t.trigger == nil && t.stopping.Err() == nil {
		t.trigger = &r
		t.stop()
	}
}

// exitCode is the container's that ended all, or that of --exit-code-from.
func (t *attachment) exitCode(trigger *logs.Record) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	code := trigger.Exit.Code
	switch {
	case t.code != nil:
		code = *t.code
	case t.options.exitCodeFrom != "" && t.options.exitCodeFrom != trigger.Container.Service:
		var err error
		if code, err = t.codeLeft(trigger); err != nil {
			return err
		}
	}
	if code == 0 {
		return nil
	}
	return &exitError{code: code}
}

// codeLeft is the code that a container of --exit-code-from has, whose end was
// not seen: it ended before this run, or as the others did. One that never ran is
// an error, for nobody knows what its code would be.
func (t *attachment) codeLeft(trigger *logs.Record) (int, error) {
	service := t.options.exitCodeFrom
	observed, err := t.engine.Observe(t.app.interrupt.hard, state.Scope{
		Project: t.desired.Project.Name, Services: []string{service}, ContainersOnly: true,
	})
	if err != nil {
		return 0, err
	}
	for _, c := range observed.Containers {
		if !c.OneOff && !c.IsHook() && c.Status == state.StatusExited {
			return c.ExitCode, nil
		}
	}
	return 0, fmt.Errorf("--exit-code-from: service %q has not run: the run ended with %s", service, trigger.Container.Name)
}

// also is what went wrong and how it ended. An exit code is for a run that went
// well.
func also(failure, end error) error {
	var exit *exitError
	if failure == nil || errors.As(end, &exit) {
		return cmp.Or(failure, end)
	}
	return multierror.Append(failure, end)
}
