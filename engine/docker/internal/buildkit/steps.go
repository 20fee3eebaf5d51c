package buildkit

import (
	"bytes"
	"slices"
	"strings"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// shownOutput is how many bytes of a failed step's output its error shows.
const shownOutput = 2 << 10

// Steps follows the steps of a build, of either builder: it tells progress, and
// keeps the end of what each prints for the error of the one that fails.
type Steps struct {
	progress func(state.Progress)
	all      map[string]*step
	failed   *step
}

type step struct {
	name   string
	shown  bool
	notes  []string
	output []byte // its end
}

// NewSteps tells progress, which may be nil.
func NewSteps(progress func(state.Progress)) *Steps {
	if progress == nil {
		progress = func(state.Progress) {}
	}
	return &Steps{progress: progress, all: map[string]*step{}}
}

// Begin says that a step has begun. Saying it again changes its name alone.
func (s *Steps) Begin(id, name, mark string) {
	one := s.of(id)
	one.name = name
	if !one.shown {
		one.shown = true
		s.progress(state.Progress{Detail: name + mark})
	}
}

// Fail says which step ended the build: the first one that is named.
func (s *Steps) Fail(id string) {
	if s.failed == nil {
		s.failed = s.of(id)
	}
}

// Reach says which step would be the one that failed if the build ended now.
func (s *Steps) Reach(id string) { s.failed = s.of(id) }

// Write takes what a step prints.
func (s *Steps) Write(id string, text []byte) {
	one := s.of(id)
	one.output = append(one.output, text...)
	if len(one.output) > 2*shownOutput {
		one.output = append(one.output[:0], one.output[len(one.output)-shownOutput:]...)
	}
	for line := range bytes.Lines(text) {
		if shown := strings.TrimRight(string(line), "\r\n"); shown != "" {
			s.progress(state.Progress{Detail: shown})
		}
	}
}

// Note tells once of a part of a step: the name that an image gets.
func (s *Steps) Note(id, text string) {
	one := s.of(id)
	if !slices.Contains(one.notes, text) {
		one.notes = append(one.notes, text)
		s.progress(state.Progress{Detail: text})
	}
}

// Transfer says how far a step's transfer is.
func (s *Steps) Transfer(id string, bytes, total int64) {
	s.progress(state.Progress{Detail: s.of(id).name, Bytes: bytes, Total: total})
}

// Warn tells what the builder finds odd.
func (s *Steps) Warn(text string) { s.progress(state.Progress{Detail: "Warning: " + text}) }

// Explain adds the step that failed and what it printed to a build's error.
func (s *Steps) Explain(err error) error {
	if err == nil || s.failed == nil {
		return err
	}
	output := s.failed.output[max(0, len(s.failed.output)-shownOutput):]
	return &engine.BuildError{Step: s.failed.name, Output: strings.TrimSpace(string(output)), Cause: err}
}

func (s *Steps) of(id string) *step {
	one := s.all[id]
	if one == nil {
		one = &step{}
		s.all[id] = one
	}
	return one
}
