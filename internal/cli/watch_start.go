package cli

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/internal/watch"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// watchRequest is what [app.startWatch] is to watch.
type watchRequest struct {
	goal     goal
	plan     planOptions // of the run that brought the project up
	services []string    // that were named
	since    time.Time   // see [watch.Setup]
	yes      bool
	prune    bool
	quiet    bool        // builds show no output
	printer  *logPrinter // what goes on is told among the logs
}

// watching is a project that is being watched. It carries out what
// package watch asks for, each time under the project's lock.
type watching struct {
	watchRequest
	app     *app
	session *session
	end     context.CancelFunc
	ended   func()

	mu      sync.Mutex
	working bool
}

// startWatch watches a project that is up, beside whatever goes on, and returns
// when no change is missed any more. It goes on until ctx ends or stop is
// called, each of which wait returns after.
func (a *app) startWatch(ctx context.Context, r watchRequest) (*watching, error) {
	setup, _, err := a.watchSetup(ctx, r.goal)
	if err != nil {
		return nil, err
	}
	setup.Since = r.since
	s, err := a.open(r.goal.target)
	if err != nil {
		return nil, err
	}
	s.warnings = nil // they have been told
	s.quiet = map[string]bool{"BuildImage": r.quiet}
	if s.settings.mode == render.TTY {
		s.settings.mode = render.Plain // the terminal is not this one's alone
	}
	r.plan, r.goal.policy = r.plan.again(), again(r.goal.policy)
	w := &watching{watchRequest: r, app: a, session: s}
	ctx, w.end = context.WithCancel(ctx)
	w.ended, err = watch.Begin(ctx, watch.Options{
		Name: r.goal.name, Setup: setup, Engine: s.engine, Project: w, Voice: w,
	})
	if err != nil {
		w.end()
		s.close()
		return nil, err
	}
	return w, nil
}

// watchSetup is what to watch of a project, and what to warn of.
func (a *app) watchSetup(ctx context.Context, g goal) (watch.Setup, []string, error) {
	rules, warnings, err := watch.Rules(g.desired.Services)
	setup := watch.Setup{Rules: rules, Sources: project.SourceFiles(ctx, a.loadOptions())}
	setup.Sources = append(setup.Sources, watch.IgnoreFiles(g.desired.Services)...)
	for _, name := range setup.Sources {
		if real, err := filepath.EvalSymlinks(name); err == nil && real != name {
			setup.Sources = append(setup.Sources, real) // what is written to changes there
		}
	}
	return setup, warnings, err
}

// again are the flags for another run of the same: what they asked for once has
// been done.
func (o planOptions) again() planOptions {
	o.build, o.forceRecreate, o.noRecreate, o.recreateDeps, o.renewVolumes, o.wait = false, false, false, false, false, false
	if o.pull != types.PullPolicyNever {
		o.pull = pullPerService
	}
	return o
}

// again is the policy of such a run.
func again(p planner.UpPolicy) planner.UpPolicy {
	p.Build, p.Recreate, p.RecreateDeps, p.RenewAnonVolumes, p.Wait = false, planner.RecreateChanged, planner.RecreateChanged, false, false
	return p
}

// wait returns when watching has ended.
func (w *watching) wait() {
	w.ended()
	w.end()
	w.session.close()
}

// stop ends it.
func (w *watching) stop() {
	w.end()
	w.wait()
}

// busy is true while containers are being replaced or restarted: that one ends
// then means nothing.
func (w *watching) busy() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.working
}

func (w *watching) setBusy(busy bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.working = busy
}

// Say prints a line among the logs.
func (w *watching) Say(text string) { w.printer.watch(text) }

// Warn prints a warning.
func (w *watching) Warn(text string) { warn(w.printer.err, []string{text}) }

// Output prints what a command printed in a container, as if the container had.
func (w *watching) Output(c state.Container, text string) {
	for line := range strings.Lines(text) {
		_ = w.printer.printer.Line(logName(c), state.LogLine{Text: strings.TrimRight(line, "\r\n")})
	}
}

// rereadInput lets a compose file from standard input be loaded again.
func (a *app) rereadInput() {
	if slices.Contains(a.global.files, "-") && a.process.In != nil {
		a.process.In = &replay{from: a.process.In}
	}
}

// replay begins anew after its end.
type replay struct {
	from    io.Reader
	content []byte
	rest    *bytes.Reader
}

// Read reads the content, and an end.
func (r *replay) Read(part []byte) (int, error) {
	if r.content == nil {
		content, err := io.ReadAll(r.from)
		if err != nil {
			return 0, err
		}
		r.content = append([]byte{}, content...)
	}
	if r.rest == nil {
		r.rest = bytes.NewReader(r.content)
	}
	n, err := r.rest.Read(part)
	if err != nil {
		r.rest = nil
	}
	return n, err
}
