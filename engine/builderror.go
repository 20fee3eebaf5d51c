package engine

import (
	"errors"
	"fmt"
	"strings"
)

// BuildError is a build that failed at a step of its Dockerfile.
type BuildError struct {
	Step   string // "[2/3] RUN make"
	Where  string // "Dockerfile:3", empty where the builder does not say
	Output string // the end of what the step printed
	Cause  error  // what the builder said
}

// Error names the step, and ends with its output.
func (e *BuildError) Error() string { return e.brief() + e.tail() }

func (e *BuildError) brief() string {
	if e.Where == "" {
		return fmt.Sprintf("step %q: %v", e.Step, e.Cause)
	}
	return fmt.Sprintf("step %q (%s): %v", e.Step, e.Where, e.Cause)
}

func (e *BuildError) tail() string {
	if e.Output == "" {
		return ""
	}
	return "; its output:\n" + strings.TrimSpace(e.Output)
}

// Unwrap returns what the builder said.
func (e *BuildError) Unwrap() error { return e.Cause }

// WithoutOutput returns err without the output of a failed build that it holds,
// for who has shown that already.
func WithoutOutput(err error) error {
	var failed *BuildError
	if !errors.As(err, &failed) || failed.Output == "" {
		return err
	}
	return &toldError{error: err, text: strings.Replace(err.Error(), failed.tail(), "", 1)}
}

// toldError is an error part of whose text has been told already.
type toldError struct {
	error
	text string
}

func (e *toldError) Error() string { return e.text }
func (e *toldError) Unwrap() error { return e.error }
