package memory

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

type sessions struct{ *Memory }

// StartExec starts a command with streams. One that package memory does not
// understand succeeds; one without a slash or letter that it could run is not
// found.
func (m sessions) StartExec(ctx context.Context, name string, spec state.ExecSpec, options state.StreamOptions) (engine.Session, error) {
	s := newSession(ctx, m.Memory, options)
	err := m.begin(ctx, s, name, spec, options.TTY)
	if err != nil {
		s.end()
		return nil, fmt.Errorf("exec in container %s: %w", name, err)
	}
	s.play = s.perform
	return s, nil
}

// begin finds out what a command does, and lets it begin.
func (m sessions) begin(ctx context.Context, s *session, name string, spec state.ExecSpec, tty bool) error {
	return m.update(ctx, func(w *world, at time.Time) error {
		c, err := w.container(name)
		if err != nil {
			return err
		}
		if !c.Running() {
			return fmt.Errorf("it is not running: %w", engine.ErrConflict)
		}
		s.container, s.began = c.ID, at
		p, known := interpret(spec.Command, c.Files, c.placeOf(spec, tty))
		if !known {
			p = unknown(spec.Command)
		}
		s.program = p
		c.execute(p, at)
		return nil
	})
}

// placeOf is where a command runs in a container.
func (c *container) placeOf(spec state.ExecSpec, tty bool) setting {
	at := c.setting()
	at.env, at.tty = append(at.env[:len(at.env):len(at.env)], spec.Env...), tty
	if spec.WorkingDir != "" {
		at.dir = spec.WorkingDir
	}
	if spec.User != "" {
		at.user = spec.User
	}
	return at
}

// unknown is what a command does that package memory does not understand.
func unknown(command []string) *program {
	p := &program{}
	if len(command) > 0 && strings.HasPrefix(command[0], "no-such") {
		p.say(fmt.Sprintf("OCI runtime exec failed: exec failed: %q: executable file not found in $PATH: unknown", command[0]))
		p.code = exitNotFound
	}
	return p
}

// StartDetached starts a command that nobody waits for.
func (m sessions) StartDetached(ctx context.Context, name string, spec state.ExecSpec, options state.StreamOptions) error {
	err := m.begin(ctx, &session{}, name, spec, options.TTY)
	if err != nil {
		return fmt.Errorf("exec in container %s: %w", name, err)
	}
	return nil
}

// Attach joins a container's own process.
func (m sessions) Attach(ctx context.Context, name string, options state.StreamOptions) (engine.Session, error) {
	s := newSession(ctx, m.Memory, options)
	err := m.view(ctx, func(w *world) error {
		c, err := w.container(name)
		if err == nil {
			s.container, s.read, s.started = c.ID, len(c.Log), c.Running()
		}
		return err
	})
	if err != nil {
		s.end()
		return nil, fmt.Errorf("attach to container %s: %w", name, err)
	}
	s.play = s.follow
	return s, nil
}
