package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"time"

	"github.com/stackctl/stack/internal/render"
	"github.com/stackctl/stack/project"
	"github.com/stackctl/stack/state"
)

// target is the project that a command works on.
type target struct {
	name string
	// project is nil for one that is known by its name only: what is known of
	// it then is what the engine's labels say.
	project  *project.Project
	engine   string // that the file asks for; empty where it asks for none
	warnings []string
}

// loaded is the project with all that the files say, for a command that is one
// for the engine that they name.
func (a *app) loaded(ctx context.Context, options project.Options) (target, error) {
	t, err := a.load(ctx, options)
	if err != nil {
		return target{}, err
	}
	return t, a.checkSwarm(t)
}

func (a *app) load(ctx context.Context, options project.Options) (target, error) {
	p, err := project.Load(ctx, options)
	if err != nil {
		return target{}, err
	}
	return target{name: p.Name, project: p, engine: p.Engine(), warnings: p.Warnings}, nil
}

// named is the project for a command that the engine's labels are enough for.
// With -p alone no file is read. Files that cannot be loaded, as a variable
// that they insist on is not set, still say what services there are.
func (a *app) named(ctx context.Context) (target, error) {
	options := a.loadOptions()
	options.NoEnvResolution = true
	if options.Name != "" && len(options.Files) == 0 {
		name, err := project.Name(options)
		return target{name: name}, err
	}
	t, err := a.load(ctx, options)
	if err == nil {
		t.warnings = nil // they are about what labels need not know
		return t, a.checkSwarm(t)
	}
	if name := a.process.getenv("COMPOSE_PROJECT_NAME"); name != "" {
		return target{name: name}, nil
	}
	options.NoInterpolate, options.NoConsistency, options.NoPathResolution = true, true, true
	if t, again := a.load(ctx, options); again == nil && !errors.Is(err, project.ErrNoFile) {
		t.warnings = []string{fmt.Sprintf("going by what is left of the compose file: %v", err)}
		return t, a.checkSwarm(t)
	}
	return target{}, err
}

// env finds a variable: in the project's environment, which .env is a part of,
// or in the process's.
func (a *app) env(t target) lookup {
	if t.project == nil {
		return a.process.lookup
	}
	return func(key string) (string, bool) {
		value, ok := t.project.Model.Environment[key]
		return value, ok
	}
}

// environ is the environment of programs that are run for a project.
func (a *app) environ(t target) []string {
	if t.project == nil {
		return a.process.Environ
	}
	return t.project.Environment()
}

// identity is the least that a plan needs to know: the project's name and, if
// there are files, its services and volumes.
func (a *app) identity(t target) state.Desired {
	desired := state.Desired{Project: state.Project{Name: t.name}}
	if t.project == nil {
		return desired
	}
	if full, err := t.project.Desired(project.DesiredOptions{AllowMissingFiles: true, Swarm: a.forSwarm(t)}); err == nil {
		return full
	}
	desired.Known = t.project.ServiceNames()
	return desired
}

// checkServices makes sure that each of the names is a service of the project,
// or of one of the containers, or of a Swarm's services, where there is no file.
func (t target) checkServices(names []string, containers []state.Container, services ...state.ObservedService) error {
	if t.project != nil {
		return t.project.CheckServices(names)
	}
	for _, name := range names {
		if !slices.ContainsFunc(containers, func(c state.Container) bool { return c.Service == name }) &&
			!slices.ContainsFunc(services, func(s state.ObservedService) bool { return s.Service == name }) {
			return fmt.Errorf("no such service: %s", name)
		}
	}
	return nil
}

// checkFound is checkServices for what is observed. Where there is no file and
// nothing was found, nothing is known, and what a command finds of a service is
// nothing.
func (t target) checkFound(names []string, observed state.Observed) error {
	if t.project == nil && len(observed.Containers)+len(observed.Cluster.Services) == 0 {
		return nil
	}
	return t.checkServices(names, observed.Containers, observed.Cluster.Services...)
}

// expand replaces patterns by the active services that they match.
func expand(patterns []string, p *project.Project) []string {
	var names []string
	for _, pattern := range patterns {
		for _, name := range p.Services() {
			if ok, _ := path.Match(pattern, name); (ok || name == pattern) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// warn prints warnings where no progress view does: with --progress json in the
// form of Docker Compose.
func (a *app) warn(warnings []string) {
	for _, text := range warnings {
		a.say("warning: ", text)
	}
}

// say prints a line, with a word in front that its JSON form has in a field.
func (a *app) say(word, text string) {
	mode, err := a.askedMode(a.process.lookup)
	switch {
	case text == "":
	case err == nil && mode == render.JSON:
		render.Warning(a.process.Err, time.Now(), text)
	default:
		_, _ = fmt.Fprintln(a.process.Err, word+text)
	}
}

// warn prints warnings as text.
func warn(w io.Writer, warnings []string) {
	for _, text := range warnings {
		_, _ = fmt.Fprintf(w, "warning: %s\n", text)
	}
}
