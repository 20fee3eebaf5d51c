package watch

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// Files moves files into containers and out of them.
type Files interface {
	StatPath(ctx context.Context, container, path string) (state.PathStat, error)
	CopyTo(ctx context.Context, container, directory string, tar io.Reader, options state.ExtractOptions) error
	CopyFrom(ctx context.Context, container, path string) (io.ReadCloser, state.PathStat, error)
}

// Engine is what is asked of an engine.
type Engine interface {
	engine.Observer
	engine.Watcher
	engine.Execer
	Files
}

// syncer brings files into containers.
type syncer struct {
	engine Engine
	warn   func(string)

	mu     sync.Mutex
	owners map[string]owner // by the containers' ids
}

// send makes one container lose and get what the work says.
func (s *syncer) send(ctx context.Context, c state.Container, w Work) error {
	if err := s.remove(ctx, c, w.Delete); err != nil {
		return err
	}
	s.prune(ctx, c, w.Prune)
	if len(w.Copy) == 0 {
		return nil
	}
	owner, err := s.owner(ctx, c)
	if err != nil {
		return err
	}
	files := archive(w.Copy, owner, func(err error) { s.warn(fmt.Sprintf("not synced to %s: %v", c.Name, err)) })
	defer files.Close()
	return s.engine.CopyTo(ctx, c.ID, "/", files, state.ExtractOptions{})
}

// owner is whom files of a container belong to: whom it runs as.
func (s *syncer) owner(ctx context.Context, c state.Container) (owner, error) {
	s.mu.Lock()
	known, is := s.owners[c.ID]
	s.mu.Unlock()
	if is {
		return known, nil
	}
	found, err := ownerOf(ctx, s.engine, c.ID, c.User)
	if err != nil {
		return owner{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.owners == nil {
		s.owners = map[string]owner{}
	}
	s.owners[c.ID] = found
	return found, nil
}

// argumentsLimit is how many bytes of paths one command is given.
const argumentsLimit = 64 << 10

// remove removes paths with the container's own rm, as whom it runs as and, if
// that may not, as root. Where there is no rm, or the container does not run,
// the engine has to do it.
func (s *syncer) remove(ctx context.Context, c state.Container, paths []string) error {
	for _, part := range portions(paths) {
		if s.command(ctx, c, "", "rm", "-rf", part) || s.command(ctx, c, "0", "rm", "-rf", part) {
			continue
		}
		for _, path := range part {
			if err := s.evict(ctx, c, path); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// prune removes folders in which nothing is left. Others stay.
func (s *syncer) prune(ctx context.Context, c state.Container, folders []string) {
	for _, part := range portions(folders) {
		if !s.command(ctx, c, "", "rmdir", "--", part) {
			s.command(ctx, c, "0", "rmdir", "--", part)
		}
	}
}

// command is true if a command succeeded.
func (s *syncer) command(ctx context.Context, c state.Container, user, name, option string, paths []string) bool {
	if !c.Running() {
		return false
	}
	command := append([]string{name, option}, paths...)
	result, err := s.engine.Exec(ctx, c.ID, state.ExecSpec{Command: command, User: user})
	return err == nil && result.ExitCode == 0
}

// evict removes a path without anything in the container. An engine that
// extracts a file makes room for it before it makes it, and here comes a file of
// a kind that it does not make: the error is how it should be, and whether the
// path is gone is what counts.
func (s *syncer) evict(ctx context.Context, c state.Container, path string) error {
	if _, err := s.engine.StatPath(ctx, c.ID, path); err != nil {
		return unlessGone(err)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	header := &tar.Header{Name: strings.TrimPrefix(path, "/"), Typeflag: unmakeable, Format: tar.FormatPAX}
	if err := errors.Join(w.WriteHeader(header), w.Close()); err != nil {
		return err
	}
	refused := s.engine.CopyTo(ctx, c.ID, "/", &archive, state.ExtractOptions{Replace: true})
	_, err := s.engine.StatPath(ctx, c.ID, path)
	if err == nil {
		err = fmt.Errorf("cannot delete %s in container %s, which has no rm that may: %w", path, c.Name,
			errors.Join(refused, errors.New("the engine does not do it either")))
	}
	return unlessGone(err)
}

// unlessGone is the error of looking for something that should be gone.
func unlessGone(err error) error {
	if errors.Is(err, engine.ErrNotFound) {
		return nil
	}
	return err
}

// unmakeable is a type of tar entry that nobody extracts.
const unmakeable = 'V'

// portions are the paths in parts that a command line can take.
func portions(paths []string) [][]string {
	var all [][]string
	size := argumentsLimit
	for _, p := range paths {
		if size += len(p) + 1; size > argumentsLimit {
			all, size = append(all, nil), len(p)+1
		}
		all[len(all)-1] = append(all[len(all)-1], p)
	}
	return all
}
