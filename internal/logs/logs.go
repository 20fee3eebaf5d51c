// Package logs reads and follows what the containers of a project print.
package logs

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// Source is what is needed of an engine.
type Source interface {
	engine.Observer
	engine.Watcher
	engine.LogReader
}

// Options say whose lines are wanted, and which. One-off containers are left
// out.
type Options struct {
	Project string
	// Services are the ones to read; none is all.
	Services []string
	// Index is the replica to read; 0 is all.
	Index int
	// Lines says which lines of each container. Its Follow is not read.
	Lines state.LogOptions
}

// Record is one thing that a container said or did. Exactly one of Line, Exit
// and Err is set.
type Record struct {
	Container *state.Container
	Line      *state.LogLine
	Exit      *Exit
	Err       error // its output cannot be read
}

// Exit is the end of a container's process.
type Exit struct {
	Code       int
	Restarting bool // the engine starts it again
}

// Read calls each for the lines that there are, in the order in which they were
// written, one call at a time. It returns the containers' errors together.
func Read(ctx context.Context, source Source, options Options, each func(Record)) error {
	containers, err := options.observe(ctx, source)
	if err != nil {
		return err
	}
	containers = slices.DeleteFunc(containers, func(c state.Container) bool { return !readable(c) })
	lines := options.Lines
	lines.Follow, lines.Times = false, len(containers) > 1
	read := func(ctx context.Context, i int, each func(state.LogLine)) error {
		err := source.Logs(ctx, containers[i].ID, lines, each)
		if err != nil && !errors.Is(err, engine.ErrNotFound) {
			return fmt.Errorf("logs of %s: %w", containers[i].Name, err)
		}
		return nil
	}
	return merge(ctx, len(containers), read, func(i int, l state.LogLine) {
		each(Record{Container: &containers[i], Line: &l})
	})
}

func (o Options) observe(ctx context.Context, source Source) ([]state.Container, error) {
	observed, err := source.Observe(ctx, state.Scope{Project: o.Project, Services: o.Services, ContainersOnly: true})
	if err != nil {
		return nil, err
	}
	var wanted []state.Container
	for _, c := range observed.Containers {
		if o.Wants(c) {
			wanted = append(wanted, c)
		}
	}
	return wanted, nil
}

// Wants is true for a container that the options mean.
func (o Options) Wants(c state.Container) bool {
	return !c.OneOff && !c.IsHook() && o.hasService(c.Service) && (o.Index == 0 || o.Index == c.Number)
}

func (o Options) hasService(name string) bool {
	if len(o.Services) == 0 {
		return true
	}
	for _, s := range o.Services {
		if s == name {
			return true
		}
	}
	return false
}

// readable is false for a container whose output the engine throws away.
func readable(c state.Container) bool { return c.LogDriver != "none" }
