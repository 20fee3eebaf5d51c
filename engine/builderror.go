package engine

import "fmt"

// BuildError is a build that failed at a step of its Dockerfile.
type BuildError struct {
	Step   string
	Output string // the end of what the step printed
	Err    error  // what the builder said
}

// Error names the step, and ends with its output.
func (e *BuildError) Error() string {
	text := fmt.Sprintf("step %q: %v", e.Step, e.Err)
	if e.Output == "" {
		return text
	}
	return text + "; its output:\n" + e.Output
}

// Unwrap returns what the builder said.
func (e *BuildError) Unwrap() error { return e.Err }
