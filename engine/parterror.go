package engine

import (
	"errors"

	"github.com/stackctl/stack/state"
)

// PartError is an error that is about one part of what was asked for: the port
// that is taken, the mount that cannot be made. Its text is that of Err.
type PartError struct {
	Part state.Part
	Err  error
}

// Error returns the text of Err.
func (e *PartError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *PartError) Unwrap() error { return e.Err }

// AboutPart returns err as one that is about a part; nil stays nil.
func AboutPart(err error, kind state.PartKind, value string) error {
	if err == nil {
		return nil
	}
	return &PartError{Part: state.Part{Kind: kind, Value: value}, Err: err}
}

// PartOf is the part that an error is about, the zero value where it does not
// say.
func PartOf(err error) state.Part {
	var about *PartError
	if errors.As(err, &about) {
		return about.Part
	}
	return state.Part{}
}
