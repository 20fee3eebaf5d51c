package provider

import (
	"context"
	"fmt"

	"github.com/stackctl/stack/state"
)

// RunProvider runs `up` of a provider's program, and keeps what it gives.
func (p *Providers) RunProvider(ctx context.Context, project string, provider state.Provider, progress func(state.Progress)) error {
	provided, err := p.run(ctx, project, provider, "up", progress)
	if err == nil {
		p.keep(state.ProviderRef(provider.Name), provided)
	}
	return err
}

// StopProvider runs `stop`, if the program knows it.
func (p *Providers) StopProvider(ctx context.Context, project string, provider state.Provider, progress func(state.Progress)) error {
	_, err := p.run(ctx, project, provider, "stop", progress)
	return err
}

// RemoveProvider runs `down`.
func (p *Providers) RemoveProvider(ctx context.Context, project string, provider state.Provider, progress func(state.Progress)) error {
	p.forget(state.ProviderRef(provider.Name))
	_, err := p.run(ctx, project, provider, "down", progress)
	return err
}

func (p *Providers) run(ctx context.Context, project string, provider state.Provider, verb string, progress func(state.Progress)) (state.Provided, error) {
	config := *provider.Config.Provider
	program, err := p.program(config.Type)
	if err != nil {
		return state.Provided{}, err
	}
	m := p.metadata(ctx, program)
	command := m.Up
	switch {
	case verb == "down":
		command = m.Down
	case verb == "stop" && m.Stop == nil:
		return state.Provided{}, nil
	case verb == "stop":
		command = *m.Stop
	}
	options, err := m.arguments(command, config)
	if err != nil {
		return state.Provided{}, err
	}
	args := append([]string{"compose", "--project-name=" + project, verb}, options...)
	c := conversation{what: config.Type + " " + verb, service: provider.Config, progress: progress}
	if err := c.hold(ctx, p.command(ctx, program, append(args, provider.Name)...)); err != nil {
		return state.Provided{}, fmt.Errorf("provider %s: %w", provider.Name, err)
	}
	return c.provided, nil
}
