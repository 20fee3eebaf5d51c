package memory

import (
	"context"
	"slices"
	"time"
)

// follow plays a container's own process: it tells what the container prints,
// and gives it what is written to it, until it ends.
func (s *session) follow() error {
	ctx, cancel := context.WithCancel(s.ctx)
	gone := make(chan struct{})
	go func() { // it does not listen to anybody any more
		defer close(gone)
		if s.await(ctx, func(w *world) (bool, error) { return s.over(w), nil }) == nil {
			_ = s.reader.Close() // it never fails
		}
	}()
	defer func() { cancel(); <-gone }()
	for {
		var lines []line
		var over, listens bool
		err := s.await(s.ctx, func(w *world) (bool, error) {
			over = s.over(w)
			c := w.anywhere(s.container)
			if c == nil {
				return true, nil
			}
			lines = slices.Clone(c.Log[s.read:])
			listens = s.stdin && c.Running() && c.Listens
			return over || listens || len(lines) > 0, nil
		})
		if err != nil {
			return err
		}
		for _, l := range lines {
			s.read++
			if err := s.print(l.LogLine); err != nil {
				return err
			}
		}
		switch {
		case over:
			return nil
		case listens:
			if err := s.converse(); err != nil {
				return err
			}
		}
	}
}

// over is true when the container has ended that runs, or that was to be
// started.
func (s *session) over(w *world) bool {
	c := w.anywhere(s.container)
	if c == nil {
		s.exit(exitKilled)
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.started = s.started || c.Running() || !c.StartedAt.IsZero()
	s.code = c.ExitCode
	return s.started && !c.Running() || w.Containers[c.ID] == nil
}

// converse plays the part of the container's program that reads its input.
func (s *session) converse() error {
	var p *program
	err := s.update(s.ctx, func(w *world, _ time.Time) error {
		if c := w.Containers[s.container]; c != nil && c.Listens {
			c.Listens = false
			p, _ = interpret(c.Command, c.Files, c.setting())
		}
		return nil
	})
	if err != nil || p == nil {
		return err
	}
	first := slices.IndexFunc(p.steps, func(s step) bool { return s.due.What.interactive() })
	for _, step := range p.steps[first:] {
		if err := s.step(step.due); err != nil {
			return err
		}
	}
	return s.update(s.ctx, func(w *world, at time.Time) error {
		if c := w.Containers[s.container]; c != nil && c.Running() && !p.forever {
			w.die(c, at, p.code)
		}
		return nil
	})
}

// anywhere finds a container that is there, or has removed itself.
func (w *world) anywhere(id string) *container {
	if c := w.Containers[id]; c != nil {
		return c
	}
	i := slices.IndexFunc(w.Buried, func(c *container) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return w.Buried[i]
}
