package enginetest

import (
	"context"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

type monitor struct {
	*Faults
	inner engine.Monitor
}

func (m monitor) AllProjects(ctx context.Context) ([]state.Container, error) {
	return through(ctx, m.Faults, m.begin("AllProjects", "", false), func() ([]state.Container, error) {
		return m.inner.AllProjects(ctx)
	})
}

func (m monitor) Processes(ctx context.Context, container string) (state.Processes, error) {
	return through(ctx, m.Faults, m.begin("Processes", container, false), func() (state.Processes, error) {
		return m.inner.Processes(ctx, container)
	})
}

func (m monitor) Usage(ctx context.Context, container string, options state.UsageOptions, each func(state.Usage)) error {
	return m.read(ctx, "Usage", container, func() error { return m.inner.Usage(ctx, container, options, each) })
}

func (m monitor) Happenings(ctx context.Context, project string, span state.Span, each func(state.Happening)) error {
	return m.read(ctx, "Happenings", project, func() error { return m.inner.Happenings(ctx, project, span, each) })
}
