package enginetest

import (
	"context"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

type sessions struct {
	*Faults
	inner engine.Sessions
}

func (s sessions) Attach(ctx context.Context, name string, options state.StreamOptions) (engine.Session, error) {
	return through(ctx, s.Faults, s.begin("Attach", name, false), func() (engine.Session, error) {
		return s.inner.Attach(ctx, name, options)
	})
}

func (s sessions) StartExec(ctx context.Context, name string, spec state.ExecSpec, options state.StreamOptions) (engine.Session, error) {
	return through(ctx, s.Faults, s.begin("StartExec", name, true), func() (engine.Session, error) {
		return s.inner.StartExec(ctx, name, spec, options)
	})
}

func (s sessions) StartDetached(ctx context.Context, name string, spec state.ExecSpec, options state.StreamOptions) error {
	return s.write(ctx, "StartDetached", name, func() error { return s.inner.StartDetached(ctx, name, spec, options) })
}
