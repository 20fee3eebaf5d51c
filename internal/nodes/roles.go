package nodes

import (
	"context"
	"io"
	"slices"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// observer shows the tasks as containers.
type observer struct {
	engine.Observer
	r *router
}

func (o observer) Observe(ctx context.Context, scope state.Scope) (state.Observed, error) {
	observed, err := o.Observer.Observe(ctx, scope)
	if err != nil {
		return observed, err
	}
	observed.Containers = slices.DeleteFunc(observed.Cluster.Containers(scope.Project), func(c state.Container) bool {
		return !scope.Shows(c.Service)
	})
	o.r.mu.Lock()
	defer o.r.mu.Unlock()
	for _, n := range observed.Nodes {
		if n.Self {
			o.r.self = n.Name
		}
	}
	for _, c := range observed.Containers {
		o.r.where[c.ID] = c
	}
	return observed, nil
}

type execer struct{ *router }

func (r execer) Exec(ctx context.Context, container string, spec state.ExecSpec) (state.ExecResult, error) {
	e, err := r.of(container)
	if err != nil {
		return state.ExecResult{}, err
	}
	return e.Exec(ctx, container, spec)
}

type sessions struct{ *router }

func (r sessions) Attach(ctx context.Context, container string, options state.StreamOptions) (engine.Session, error) {
	e, err := r.of(container)
	if err != nil {
		return nil, err
	}
	return e.Attach(ctx, container, options)
}

func (r sessions) StartExec(ctx context.Context, container string, spec state.ExecSpec, options state.StreamOptions) (engine.Session, error) {
	e, err := r.of(container)
	if err != nil {
		return nil, err
	}
	return e.StartExec(ctx, container, spec, options)
}

func (r sessions) StartDetached(ctx context.Context, container string, spec state.ExecSpec, options state.StreamOptions) error {
	e, err := r.of(container)
	if err != nil {
		return err
	}
	return e.StartDetached(ctx, container, spec, options)
}

type archives struct{ *router }

func (r archives) StatPath(ctx context.Context, container, path string) (state.PathStat, error) {
	e, err := r.of(container)
	if err != nil {
		return state.PathStat{}, err
	}
	return e.StatPath(ctx, container, path)
}

func (r archives) CopyTo(ctx context.Context, container, directory string, tar io.Reader, options state.ExtractOptions) error {
	e, err := r.of(container)
	if err != nil {
		return err
	}
	return e.CopyTo(ctx, container, directory, tar, options)
}

func (r archives) CopyFrom(ctx context.Context, container, path string) (io.ReadCloser, state.PathStat, error) {
	e, err := r.of(container)
	if err != nil {
		return nil, state.PathStat{}, err
	}
	return e.CopyFrom(ctx, container, path)
}

func (r archives) Export(ctx context.Context, container string) (io.ReadCloser, error) {
	e, err := r.of(container)
	if err != nil {
		return nil, err
	}
	return e.Export(ctx, container)
}

func (r archives) Commit(ctx context.Context, container string, options state.CommitOptions) (string, error) {
	e, err := r.of(container)
	if err != nil {
		return "", err
	}
	return e.Commit(ctx, container, options)
}

// monitor has the containers of all nodes' projects from the engine that is
// asked.
type monitor struct {
	engine.Monitor
	r *router
}

func (m monitor) Processes(ctx context.Context, container string) (state.Processes, error) {
	e, err := m.r.of(container)
	if err != nil {
		return state.Processes{}, err
	}
	return e.Processes(ctx, container)
}

func (m monitor) Usage(ctx context.Context, container string, options state.UsageOptions, each func(state.Usage)) error {
	e, err := m.r.of(container)
	if err != nil {
		return err
	}
	return e.Usage(ctx, container, options, each)
}

type signals struct{ *router }

func (r signals) KillContainer(ctx context.Context, container, signal string) error {
	e, err := r.of(container)
	if err != nil {
		return err
	}
	return e.KillContainer(ctx, container, signal)
}

func (r signals) PauseContainer(ctx context.Context, container string) error {
	e, err := r.of(container)
	if err != nil {
		return err
	}
	return e.PauseContainer(ctx, container)
}

func (r signals) UnpauseContainer(ctx context.Context, container string) error {
	e, err := r.of(container)
	if err != nil {
		return err
	}
	return e.UnpauseContainer(ctx, container)
}
