package enginetest

import (
	"context"
	"slices"
	"sync"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// Call is one call of an engine's role.
type Call struct {
	Method string // CreateContainer
	Target string // what it was called for: a container's key or name, an image, a project, …
	Write  bool   // it changes what the engine holds; Exec counts as such
	N      int    // from 1: the n-th write, or the n-th read
}

// Hook is called for a call of an engine. An error that it returns is the
// call's. It may block until ctx ends.
type Hook func(ctx context.Context, call Call) error

// Faults decorates an engine: it records every call, and lets a test make
// calls fail, before or after they took effect. The zero value only records.
// Set the hooks before the first call.
type Faults struct {
	Before Hook // an error makes the call fail without an effect
	After  Hook // an error makes the answer of a call that succeeded get lost

	mu     sync.Mutex
	calls  []Call
	writes int
	reads  int
}

// Wrap returns the engine with every call recorded and subject to the hooks.
func (f *Faults) Wrap(e engine.Engine) engine.Engine {
	wrapped := engine.Engine{
		Observer:   observer{f, e.Observer},
		Containers: containers{f, e.Containers},
		Signals:    signals{f, e.Signals},
		Networks:   networks{f, e.Networks},
		Volumes:    volumes{f, e.Volumes},
		Images:     images{f, e.Images},
		Watcher:    watcher{f, e.Watcher},
		LogReader:  logReader{f, e.LogReader},
		Execer:     execer{f, e.Execer},
		Archives:   archives{f, e.Archives},
		Monitor:    monitor{f, e.Monitor},
		Sessions:   sessions{f, e.Sessions},
		Presence:   presence{f, e.Presence},
		Providers:  e.Providers,
	}
	f.wrapSwarm(&wrapped, e)
	return wrapped
}

// Calls are the calls so far, in the order in which they began.
func (f *Faults) Calls() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// Writes are the calls so far that write.
func (f *Faults) Writes() []Call {
	return slices.DeleteFunc(f.Calls(), func(c Call) bool { return !c.Write })
}

// FailWrite fails the n-th call that writes.
func FailWrite(n int, err error) Hook {
	return func(_ context.Context, c Call) error {
		if c.Write && c.N == n {
			return err
		}
		return nil
	}
}

// HangWrite lets the n-th call that writes wait until its context ends.
func HangWrite(n int) Hook {
	return func(ctx context.Context, c Call) error {
		if c.Write && c.N == n {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}
}

func (f *Faults) begin(method, target string, write bool) Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := &f.reads
	if write {
		n = &f.writes
	}
	*n++
	c := Call{Method: method, Target: target, Write: write, N: *n}
	f.calls = append(f.calls, c)
	return c
}

// through makes a call with the hooks around it.
func through[T any](ctx context.Context, f *Faults, call Call, do func() (T, error)) (T, error) {
	var none T
	if f.Before != nil {
		if err := f.Before(ctx, call); err != nil {
			return none, err
		}
	}
	answer, err := do()
	if err != nil || f.After == nil {
		return answer, err
	}
	if err := f.After(ctx, call); err != nil {
		return none, err
	}
	return answer, nil
}

func (f *Faults) write(ctx context.Context, method, target string, do func() error) error {
	_, err := through(ctx, f, f.begin(method, target, true), func() (struct{}, error) { return struct{}{}, do() })
	return err
}

func (f *Faults) read(ctx context.Context, method, target string, do func() error) error {
	_, err := through(ctx, f, f.begin(method, target, false), func() (struct{}, error) { return struct{}{}, do() })
	return err
}

type observer struct {
	*Faults
	inner engine.Observer
}

func (o observer) Info(ctx context.Context) (state.EngineInfo, error) {
	return through(ctx, o.Faults, o.begin("Info", "", false), func() (state.EngineInfo, error) { return o.inner.Info(ctx) })
}

func (o observer) Observe(ctx context.Context, scope state.Scope) (state.Observed, error) {
	return through(ctx, o.Faults, o.begin("Observe", scope.Project, false), func() (state.Observed, error) {
		return o.inner.Observe(ctx, scope)
	})
}

func (o observer) InspectContainer(ctx context.Context, name string) (state.Container, error) {
	return through(ctx, o.Faults, o.begin("InspectContainer", name, false), func() (state.Container, error) {
		return o.inner.InspectContainer(ctx, name)
	})
}

type presence struct {
	*Faults
	inner engine.Presence
}

func (p presence) Absences() int { return p.inner.Absences() }

func (p presence) Reach(ctx context.Context) error {
	return p.read(ctx, "Reach", "", func() error { return p.inner.Reach(ctx) })
}

type watcher struct {
	*Faults
	inner engine.Watcher
}

func (w watcher) Watch(ctx context.Context, project string, ready func(), each func(state.Occurrence)) error {
	return w.read(ctx, "Watch", project, func() error { return w.inner.Watch(ctx, project, ready, each) })
}

type logReader struct {
	*Faults
	inner engine.LogReader
}

func (l logReader) Logs(ctx context.Context, name string, options state.LogOptions, each func(state.LogLine)) error {
	return l.read(ctx, "Logs", name, func() error { return l.inner.Logs(ctx, name, options, each) })
}

type execer struct {
	*Faults
	inner engine.Execer
}

func (e execer) Exec(ctx context.Context, name string, spec state.ExecSpec) (state.ExecResult, error) {
	return through(ctx, e.Faults, e.begin("Exec", name, true), func() (state.ExecResult, error) {
		return e.inner.Exec(ctx, name, spec)
	})
}
