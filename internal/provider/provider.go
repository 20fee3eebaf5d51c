// Package provider brings up what is not a container: services that a program
// provides (`provider:`), and AI models (`models:`).
//
// The programs are those of Docker Compose: an extension speaks JSON lines on
// its output, and models are run by the Docker Model plugin.
package provider

import (
	"context"
	"maps"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// Options say how programs are found and run.
type Options struct {
	// Environ is their environment, KEY=VALUE: the project's.
	Environ []string
	// Dir is their working directory.
	Dir string
	// PluginFolders are where plugins of the docker command are looked for. It
	// is required.
	PluginFolders func() ([]string, error)
}

// Providers runs the programs, and remembers what they gave. It is an
// [engine.Providers].
type Providers struct {
	options Options

	mu       sync.Mutex
	provided map[string]state.Provided // by the text of the ref
}

// New returns the role. No program runs before it is asked for.
func New(options Options) *Providers {
	return &Providers{options: options, provided: map[string]state.Provided{}}
}

// Beside returns the engine with these providers. What they give is observed
// with all that the engine holds.
func (p *Providers) Beside(e engine.Engine) engine.Engine {
	e.Providers = p
	e.Observer = observer{e.Observer, p}
	return e
}

type observer struct {
	engine.Observer
	providers *Providers
}

// Observe takes one snapshot, with what was provided until now.
func (o observer) Observe(ctx context.Context, scope state.Scope) (state.Observed, error) {
	observed, err := o.Observer.Observe(ctx, scope)
	o.providers.mu.Lock()
	defer o.providers.mu.Unlock()
	if len(o.providers.provided) > 0 {
		observed.Provided = maps.Clone(o.providers.provided)
	}
	return observed, err
}

func (p *Providers) keep(ref state.Ref, provided state.Provided) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.provided[ref.String()] = provided
}

func (p *Providers) forget(ref state.Ref) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.provided, ref.String())
}

// lastBreath is how long a program that was killed may hold its output open.
const lastBreath = 2 * time.Second

func (p *Providers) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env, cmd.Dir, cmd.WaitDelay = p.options.Environ, p.options.Dir, lastBreath
	return cmd
}

func (p *Providers) getenv(key string) string {
	var found string
	for _, entry := range p.options.Environ {
		if k, v, _ := strings.Cut(entry, "="); k == key {
			found = v
		}
	}
	return found
}
