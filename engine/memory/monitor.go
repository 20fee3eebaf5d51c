package memory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

const (
	// memoryUsed is what every container that runs uses, memoryOfAll what the
	// engine has.
	memoryUsed  = 1 << 20
	memoryOfAll = 8 << 30
	// usageInterval is how often a follower is told.
	usageInterval = time.Second
)

type monitor struct{ *Memory }

// AllProjects returns the containers of every project.
func (m monitor) AllProjects(ctx context.Context) (found []state.Container, err error) {
	err = m.view(ctx, func(w *world) error {
		for _, c := range w.Containers {
			if o := c.observed(); o.Labels[state.LabelProject] != "" {
				found = append(found, state.Container{
					ID: o.ID, Name: o.Name, Labels: o.Labels, Image: o.Image, ImageID: o.ImageID,
					Project: o.Project, Service: o.Service, Number: o.Number, OneOff: o.OneOff, Status: o.Status,
				})
			}
		}
		return nil
	})
	slices.SortFunc(found, func(a, b state.Container) int {
		return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Name, b.Name))
	})
	return found, err
}

// Processes returns one process: the container's command.
func (m monitor) Processes(ctx context.Context, name string) (p state.Processes, err error) {
	err = m.view(ctx, func(w *world) error {
		c, err := w.container(name)
		if err != nil {
			return err
		}
		if !c.Running() {
			return fmt.Errorf("it is not running: %w", engine.ErrConflict)
		}
		p.Titles = []string{"UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"}
		p.Rows = [][]string{{"root", strconv.Itoa(1000 + c.Serial), "1", "0", c.StartedAt.Format("15:04"), "?", "00:00:00", strings.Join(c.Command, " ")}}
		return nil
	})
	if err != nil {
		return state.Processes{}, fmt.Errorf("processes of container %s: %w", name, err)
	}
	return p, nil
}

// Usage tells what a container uses: always the same, while it runs.
func (m monitor) Usage(ctx context.Context, name string, options state.UsageOptions, each func(state.Usage)) error {
	for id, told := name, false; ; told = true {
		var used state.Usage
		err := m.view(ctx, func(w *world) error {
			c, err := w.container(id)
			if err != nil {
				return err
			}
			id = c.ID
			used = c.usage()
			return nil
		})
		switch {
		case err != nil && (ctx.Err() != nil || told):
			return nil
		case err != nil:
			return fmt.Errorf("usage of container %s: %w", name, err)
		}
		each(used)
		if !options.Follow || pause(ctx, usageInterval) != nil {
			return nil
		}
	}
}

func (c *container) usage() state.Usage {
	if !c.Running() {
		return state.Usage{}
	}
	u := state.Usage{Memory: memoryUsed, MemoryLimit: memoryOfAll, PIDs: 1}
	if limit := c.Limits.Memory; limit > 0 {
		u.MemoryLimit = uint64(limit)
	}
	return u
}

// Happenings tells what happened to a project's containers.
func (m monitor) Happenings(ctx context.Context, project string, span state.Span, each func(state.Happening)) error {
	err := m.happenings(ctx, project, span, each)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("events of %s: %w", project, err)
	}
	return nil
}

func (m monitor) happenings(ctx context.Context, project string, span state.Span, each func(state.Happening)) error {
	since, err := parseMoment(span.Since, now())
	if err != nil {
		return err
	}
	until, err := parseMoment(span.Until, now())
	if err != nil {
		return err
	}
	waiting, cancel := ctx, context.CancelFunc(func() {})
	if !until.IsZero() {
		waiting, cancel = context.WithDeadline(ctx, until)
	}
	defer cancel()
	told := -1
	for {
		var happened []state.Happening
		next := func(w *world) (_ bool, err error) {
			happened, told, err = w.happened(project, told, !since.IsZero())
			return len(happened) > 0, err
		}
		// The first look is at what was, also where the span is over.
		if told < 0 {
			err = m.view(ctx, func(w *world) error { _, err := next(w); return err })
		} else {
			err = m.await(waiting, next)
		}
		for _, h := range happened {
			if !h.At.Before(since) && (until.IsZero() || h.At.Before(until)) {
				each(h)
			}
		}
		if waiting.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// happened are the events of a project after the one with the number told, and
// the number of the last one. Without a number they are those that are kept, if
// the past counts.
func (w *world) happened(project string, told int, past bool) ([]state.Happening, int, error) {
	from := len(w.Events) - (w.Told - told)
	switch {
	case told < 0 && past:
		from = 0
	case told < 0:
		from = len(w.Events)
	case from < 0 || from > len(w.Events):
		return nil, told, errEventsLost
	}
	var all []state.Happening
	for _, o := range w.Events[from:] {
		if o.Labels[state.LabelProject] == project {
			all = append(all, toHappening(o))
		}
	}
	return all, w.Told, nil
}

func toHappening(o state.Occurrence) state.Happening {
	h := state.Happening{
		At: o.At.Local(), Action: string(o.Action), Container: o.Container, Service: o.Service,
		OneOff: o.Labels[state.LabelOneOff] == "True", Attributes: maps.Clone(o.Labels),
	}
	h.Attributes["name"] = o.Name
	h.Attributes["image"] = o.Image
	switch o.Action {
	case state.ActionDie:
		h.Attributes["exitCode"] = strconv.Itoa(o.ExitCode)
	case state.ActionHealthy, state.ActionUnhealthy:
		h.Action = "health_status: " + h.Action
	}
	return h
}
