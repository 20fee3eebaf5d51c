package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/go-multierror"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/engine/docker"
	"github.com/stackctl/stack/engine/memory"
	"github.com/stackctl/stack/engine/swarm"
	"github.com/stackctl/stack/event"
	"github.com/stackctl/stack/internal/provider"
	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/planner"
	"github.com/stackctl/stack/reconciler"
	"github.com/stackctl/stack/state"
)

// session is an engine that is connected for one command.
type session struct {
	app      *app
	engine   engine.Engine
	address  string // of the engine
	close    func()
	settings settings
	warnings []string // of the project, to be shown with the progress
	told     []string // the warnings of plans that were shown
	// quiet are the operations whose progress is not shown.
	quiet map[string]bool
	// overhear is told what happens, beside the progress; nil is nobody.
	overhear func(event.Event)
	// journal writes down what a run has changed; nil is for one that changes
	// nothing.
	journal *journal
	// recorder notes what ran when; nil is for a run whose time nobody asks for.
	recorder *recorder

	viewing sync.Mutex
	shown   render.Progress // of the run that is in progress, if there is one
}

// open connects the engine for a command on a project.
func (a *app) open(t target) (*session, error) {
	settings, err := a.settings(a.env(t))
	if err != nil {
		return nil, err
	}
	s := &session{app: a, settings: settings, warnings: t.warnings}
	if err := a.connect(t, s); err != nil {
		return nil, err
	}
	if a.global.debug {
		a.debug(t, s)
	}
	if s.engine.Services != nil {
		s.onSwarm(t)
	}
	s.engine = provider.New(provider.Options{
		Environ: a.environ(t), Dir: a.process.Dir,
		PluginFolders: func() ([]string, error) { return docker.PluginFolders(a.process.getenv) },
	}).Beside(s.engine)
	return s, nil
}

// debug says what a command works on.
func (a *app) debug(t target, s *session) {
	files := "none: by its name alone"
	if t.project != nil {
		files = strings.Join(t.project.Model.ComposeFiles, ", ")
	}
	_, _ = fmt.Fprintf(a.process.Err, "debug: stack %s\ndebug: project %s\ndebug: files %s\ndebug: engine %s\n",
		a.process.Version, t.name, files, s.address)
}

// connect prepares to call the engine that a command on a project is for.
func (a *app) connect(t target, s *session) error {
	switch name := a.engineName(t); name {
	case engineDocker, engineSwarm:
		c, err := docker.Connect(docker.Options{Getenv: a.process.getenv, TLS: a.global.tlsFiles, UserAgent: "stack/" + a.process.Version, Say: s.say})
		if err != nil {
			return err
		}
		s.engine, s.address, s.close = c.Engine(), c.Host(), func() { _ = c.Close() }
		if name == engineSwarm {
			s.engine, s.address = swarm.New(c), "swarm of "+c.Host() // its history is its own, too
		}
		return nil
	case engineMemory:
		file := filepath.Join(a.stateFolder(), "memory.json")
		m, err := memory.Load(file, memory.OptionsFrom(a.process.getenv))
		if err != nil {
			return err
		}
		s.engine, s.address, s.close = m.Engine(), file, func() {}
		return nil
	default:
		return fmt.Errorf("unknown engine %q: it is docker, swarm or memory", name)
	}
}

// key names a project on the session's engine among files.
func (s *session) key(project string) string {
	engine := sha256.Sum256([]byte(s.address))
	return fmt.Sprintf("%x-%s", engine[:8], project)
}

// stateFolder is where stack keeps what outlives a run: in the user's state
// folder (XDG Base Directory Specification).
func (a *app) stateFolder() string {
	dir := a.process.getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) {
		home := a.process.getenv("HOME")
		if home == "" {
			return filepath.Join(os.TempDir(), fmt.Sprintf("stack-%d", os.Getuid()))
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "stack")
}

func (s *session) observe(ctx context.Context, desired state.Desired) (state.Observed, error) {
	return s.engine.Observe(ctx, planner.Scope(desired))
}

// progress shows the run of a plan.
func (s *session) progress(plan planner.Plan) render.Progress {
	p := render.NewProgress(s.settings.mode, plan, render.Options{
		Out:    s.settings.status,
		Builds: s.settings.builds,
		Color:  s.settings.color,
		Size:   func() (int, int) { return terminalSize(s.settings.status) },
	})
	warnings := s.warnings
	if s.settings.mode != render.JSON { // it has the plan's already
		warnings = append(slices.Clip(warnings), s.untold(plan)...)
	}
	for _, text := range warnings {
		p.Event(event.Event{Phase: event.Warning, Detail: text})
	}
	p = s.recorder.record(p, plan, s.settings)
	s.viewing.Lock()
	defer s.viewing.Unlock()
	s.shown = p
	return p
}

// next goes on with a later plan of the same run: only then is known what some
// of the warnings say.
func (s *session) next(p render.Progress, plan planner.Plan) {
	p.Next(plan)
	if s.settings.mode == render.JSON {
		return
	}
	for _, text := range s.untold(plan) {
		p.Event(event.Event{Phase: event.Warning, Detail: text})
	}
}

// untold are the warnings of a plan that were not told before. They are now.
func (s *session) untold(plan planner.Plan) []string {
	all := slices.DeleteFunc(slices.Clone(plan.Warnings), func(text string) bool { return slices.Contains(s.told, text) })
	s.told = append(slices.Clip(s.told), all...)
	return all
}

// say shows what the connection to the engine has to say: beside the progress,
// while there is one.
func (s *session) say(text string) {
	s.viewing.Lock()
	defer s.viewing.Unlock()
	if s.shown == nil {
		s.app.warn([]string{text})
		return
	}
	s.shown.Event(event.Event{Phase: event.Warning, Detail: text})
}

// executor runs plans, tells p, and ends gently when stop does.
func (s *session) executor(stop context.Context, p render.Progress) reconciler.Executor {
	return reconciler.Executor{
		Engine: s.engine,
		Events: func(e event.Event) {
			if e.Phase != event.Progress || !s.quiet[e.Op] {
				p.Event(e)
			}
			if s.overhear != nil {
				s.overhear(e)
			}
		},
		Parallel: s.settings.parallel,
		Stop:     stop.Done(),
	}
}

// settle runs a plan, and the one that next makes where the project was moved
// under it, and shows them. The end of stop ends it gently, the second
// interrupt at once.
func (s *session) settle(stop context.Context, plan planner.Plan, next func() (planner.Plan, error)) error {
	p := s.progress(plan)
	err := s.executor(stop, p).Settle(s.app.interrupt.hard, plan, func() (planner.Plan, error) {
		plan, err := next()
		if err == nil {
			p.Next(plan)
		}
		return plan, err
	})
	s.record(p.Event, err)
	return s.finish(p, err)
}

// finish ends the view of a run. What it showed of a failed build where the
// error is shown is left out of it.
func (s *session) finish(p render.Progress, err error) error {
	s.viewing.Lock()
	s.shown = nil // it takes no events any more
	s.viewing.Unlock()
	p.Done(err)
	if undrawn := s.writeTimeline(err); err == nil {
		err = undrawn
	} else if undrawn != nil {
		s.app.warn([]string{undrawn.Error()})
	}
	shown := s.settings.mode == render.Plain && !s.quiet["BuildImage"] && s.settings.builds == s.settings.status
	if !shown {
		return err
	}
	for _, failed := range nodeErrors(err) {
		failed.Err = engine.WithoutOutput(failed.Err)
	}
	return err
}

// nodeErrors are the failures of nodes that a run's error joins.
func nodeErrors(err error) []*reconciler.NodeError {
	var joined *multierror.Error
	if !errors.As(err, &joined) {
		return nil
	}
	var all []*reconciler.NodeError
	for _, one := range joined.Errors {
		var failed *reconciler.NodeError
		if errors.As(one, &failed) {
			all = append(all, failed)
		}
	}
	return all
}

// hush shows nothing but the result of a run.
func (s *session) hush(quiet bool) {
	if quiet {
		s.settings.mode = render.Quiet
	}
}

// show prints a plan in place of running it.
func (s *session) show(plan planner.Plan) error { return s.showAs(plan, plan) }

// showAs prints a plan, and a part of it also as Docker Compose would tell it.
func (s *session) showAs(plan, told planner.Plan) error {
	if s.settings.mode == render.JSON {
		err := render.PlanJSON(s.app.process.Out, plan)
		if err == nil && s.app.global.dryRun {
			render.Pretend(s.settings.status, render.JSON, told)
		}
		return err
	}
	s.app.warn(s.warnings)
	if err := render.Plan(folded(s.app.process.Out), plan, s.planText()); err != nil || !s.app.global.dryRun {
		return err
	}
	if s.settings.mode == render.Plain { // scripts look for these lines
		render.Pretend(s.settings.status, render.Plain, told)
	}
	return nil
}

func (s *session) planText() render.PlanOptions {
	return render.PlanOptions{Color: s.settings.outColor}
}
