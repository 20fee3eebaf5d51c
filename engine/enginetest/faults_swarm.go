package enginetest

import (
	"context"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// wrapSwarm puts the faults around the roles that only a Swarm has.
func (f *Faults) wrapSwarm(wrapped *engine.Engine, e engine.Engine) {
	if e.Services != nil {
		wrapped.Services = services{f, e.Services}
	}
	if e.Cluster != nil {
		wrapped.Cluster = cluster{f, e.Cluster}
	}
}

type services struct {
	*Faults
	inner engine.Services
}

func (s services) CreateService(ctx context.Context, spec state.ServiceSpec, progress func(state.Progress)) (string, error) {
	return through(ctx, s.Faults, s.begin("CreateService", spec.Spec.Name, true), func() (string, error) {
		return s.inner.CreateService(ctx, spec, progress)
	})
}

func (s services) UpdateService(ctx context.Context, service string, version uint64, spec state.ServiceSpec, progress func(state.Progress)) error {
	return s.write(ctx, "UpdateService", service, func() error { return s.inner.UpdateService(ctx, service, version, spec, progress) })
}

func (s services) RemoveService(ctx context.Context, service string) error {
	return s.write(ctx, "RemoveService", service, func() error { return s.inner.RemoveService(ctx, service) })
}

func (s services) CreateInput(ctx context.Context, spec state.InputSpec) error {
	return s.write(ctx, "CreateInput", spec.Name, func() error { return s.inner.CreateInput(ctx, spec) })
}

func (s services) RemoveInput(ctx context.Context, kind state.Kind, input string) error {
	return s.write(ctx, "RemoveInput", input, func() error { return s.inner.RemoveInput(ctx, kind, input) })
}

type cluster struct {
	*Faults
	inner engine.Cluster
}

func (c cluster) Follow(ctx context.Context, project string, each func(state.Cluster)) error {
	return c.read(ctx, "Follow", project, func() error { return c.inner.Follow(ctx, project, each) })
}

func (c cluster) ServiceLogs(ctx context.Context, of state.LogSource, options state.LogOptions, each func(task string, line state.LogLine)) error {
	return c.read(ctx, "ServiceLogs", of.Service+of.Task, func() error { return c.inner.ServiceLogs(ctx, of, options, each) })
}

func (c cluster) AllServices(ctx context.Context) ([]state.ObservedService, error) {
	return through(ctx, c.Faults, c.begin("AllServices", "", false), func() ([]state.ObservedService, error) { return c.inner.AllServices(ctx) })
}
