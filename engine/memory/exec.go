package memory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// outputLimit is how much of an exec's output is kept.
const outputLimit = 64 << 10

type executor struct{ *Memory }

// Exec runs a command in a running container. The container's healthcheck
// succeeds from the time on that the container is ready; a command that
// package memory does not understand succeeds.
func (m executor) Exec(ctx context.Context, name string, spec state.ExecSpec) (state.ExecResult, error) {
	result, err := m.exec(ctx, name, spec)
	if err != nil {
		return result, fmt.Errorf("exec in container %s: %w", name, err)
	}
	return result, nil
}

func (m executor) exec(ctx context.Context, name string, spec state.ExecSpec) (result state.ExecResult, err error) {
	var id string
	var ends time.Time
	run := &program{}
	err = m.update(ctx, func(w *world, at time.Time) error {
		c, err := w.container(name)
		if err != nil {
			return err
		}
		if c.Status != state.StatusRunning {
			return fmt.Errorf("it is not running but %s: %w", c.Status, engine.ErrConflict)
		}
		id = c.ID
		if c.probes(spec.Command) {
			p := c.probe(at)
			result = state.ExecResult{ExitCode: p.ExitCode, Output: p.Output}
			if c.Behavior.ProbeFails {
				result.ExitCode = 1
			}
			return nil
		}
		if known, ok := interpret(spec.Command, c.Files, c.placeOf(spec, false)); ok {
			run = known
			result = state.ExecResult{ExitCode: run.code, Output: run.tail()}
			c.execute(run, at)
		}
		ends = at.Add(run.lasts)
		return nil
	})
	if err != nil || run.lasts == 0 && !run.forever {
		return result, err
	}
	killed, err := m.ended(ctx, id, ends, run.forever)
	if killed {
		result = state.ExecResult{ExitCode: exitKilled}
	}
	return result, err
}

// ended waits for the end of an exec's command, or of its container.
func (m executor) ended(ctx context.Context, id string, ends time.Time, never bool) (killed bool, err error) {
	var limit context.CancelFunc = func() {}
	waiting := ctx
	if !never {
		waiting, limit = context.WithDeadline(ctx, ends)
	}
	defer limit()
	err = m.await(waiting, func(w *world) (bool, error) {
		c, ok := w.Containers[id]
		killed = !ok || !c.Running()
		return killed, nil
	})
	if waiting.Err() != nil && ctx.Err() == nil {
		err = nil
	}
	return killed, err
}

// probes is true for the command of the container's healthcheck.
func (c *container) probes(command []string) bool {
	if c.Check == nil {
		return false
	}
	check := c.Check.command()
	if c.Check.Test[0] == "CMD-SHELL" && len(command) == len(check) && strings.HasSuffix(command[0], "sh") {
		return slices.Equal(command[1:], check[1:])
	}
	return slices.Equal(command, check)
}

// execute schedules what a command does to the container's files.
func (c *container) execute(run *program, at time.Time) {
	for _, s := range run.steps {
		if s.due.What != prints {
			s.due.At = at.Add(s.after)
			c.schedule(s.due)
		}
	}
}

// tail is the end of the program's output.
func (p *program) tail() string {
	text := p.output()
	return text[max(0, len(text)-outputLimit):]
}
