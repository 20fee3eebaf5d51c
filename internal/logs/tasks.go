package logs

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// Tasks calls each, one call at a time, for the lines of a Swarm's tasks: for
// those that there are, or with Lines.Follow until ctx ends, also for those of
// tasks that start later. Lines of one task are in order. It returns the errors
// of all services together.
func Tasks(ctx context.Context, source engine.Engine, options Options, each func(Record)) error {
	b := &book{source: source, options: options}
	if err := b.look(ctx); err != nil {
		return err
	}
	var (
		printing sync.Mutex
		reading  sync.WaitGroup
		errs     = make([]error, len(b.services))
	)
	for i, service := range b.services {
		reading.Go(func() {
			err := source.ServiceLogs(ctx, state.LogSource{Service: service.ID}, options.Lines, func(task string, line state.LogLine) {
				printing.Lock()
				defer printing.Unlock()
				if c := b.container(ctx, task, service); options.Wants(*c) {
					each(Record{Container: c, Line: &line})
				}
			})
			if err != nil && ctx.Err() == nil && !errors.Is(err, engine.ErrNotFound) {
				errs[i] = fmt.Errorf("logs of %s: %w", service.Name(), err)
			}
		})
	}
	reading.Wait()
	return errors.Join(errs...)
}

// book knows the tasks of a project. It is used by one goroutine at a time.
type book struct {
	source   engine.Observer
	options  Options
	services []state.ObservedService
	tasks    map[string]*state.Container // by the task's id
}

func (b *book) look(ctx context.Context) error {
	observed, err := b.source.Observe(ctx, state.Scope{Project: b.options.Project, ContainersOnly: true})
	if err != nil {
		return err
	}
	b.services, b.tasks = nil, map[string]*state.Container{}
	for _, s := range observed.Cluster.Services {
		if b.options.hasService(s.Service) {
			b.services = append(b.services, s)
		}
	}
	for _, c := range observed.Containers {
		b.tasks[c.Task] = &c
	}
	return nil
}

// container is what a task is printed as. One that is not known is looked for
// once; one that is gone by then has the name of its service.
func (b *book) container(ctx context.Context, task string, service state.ObservedService) *state.Container {
	if c := b.tasks[task]; c != nil {
		return c
	}
	services := b.services
	known := b.tasks
	if err := b.look(ctx); err != nil {
		b.tasks = known
	}
	if b.tasks[task] == nil {
		b.tasks[task] = &state.Container{Name: service.Name(), Task: task, Project: b.options.Project, Service: service.Service}
	}
	b.services = services
	return b.tasks[task]
}
