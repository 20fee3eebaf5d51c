package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/engine"
)

// failure is an error in the engine's words, with the sentinel that callers
// branch on.
type failure struct {
	text     string
	sentinel error // nil when callers do not branch on it
	cause    error
}

func (f *failure) Error() string { return f.text }

func (f *failure) Unwrap() []error {
	if f.sentinel == nil {
		return []error{f.cause}
	}
	return []error{f.sentinel, f.cause}
}

// translate turns an error of the client into one that names what the call
// was about and is one of package engine's errors where it can be.
func (d *daemon) translate(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	what := fmt.Sprintf(format, args...)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, engine.ErrUnavailable) {
		if request := (*url.Error)(nil); errors.As(err, &request) {
			err = request.Err // its address has the arguments of a build
		}
		return fmt.Errorf("%s: %w", what, err)
	}
	if lost(err) {
		return d.unavailable(what, err)
	}
	return &failure{text: what + ": " + words(err), sentinel: sentinel(err), cause: err}
}

// lost is true for a call that the engine did not answer, or not to the end.
// What goes wrong between the engine and others comes as text.
func lost(err error) bool {
	return client.IsErrConnectionFailed(err) || errors.As(err, new(*net.OpError)) || errors.As(err, new(*brokenStream)) || errors.As(err, new(*mute)) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func sentinel(err error) error {
	text := err.Error()
	switch {
	case noLeader.MatchString(words(err)):
		return engine.ErrUnavailable
	case errdefs.IsConflict(err), ambiguous(err), says(text, "has active endpoints", "volume is in use",
		"unable to remove filesystem", // something writes into its folder still
		"Pool overlaps",               // perhaps with a network that the engine is about to make or remove
		"update out of sequence",      // of a Swarm's service: somebody else has changed it
		"is in use by",                // of a Swarm's network, config or secret
	), isHalfStarted(text):
		return engine.ErrConflict
	case errdefs.IsNotFound(err), noNetwork(text):
		return engine.ErrNotFound
	default:
		return nil
	}
}

// noNetwork is true for a service that is to be in a network that is not there:
// a Swarm calls that forbidden.
func noNetwork(text string) bool {
	return strings.Contains(text, "network ") && strings.HasSuffix(text, " not found")
}

// isHalfStarted is true where containerd still has what it made for a start that
// the engine's own end broke off: a task without a process, where containerd was
// started again too, and the folder of one where it was not. The engine forgets
// these. The task stays for ever: no stop, no retry and no restart of the engine
// ends it. A container with another id has nothing in its way.
func isHalfStarted(text string) bool {
	task := strings.Contains(text, "task ") && strings.HasSuffix(text, ": already exists")
	return task || strings.Contains(text, "failed to start shim: mkdir ") && strings.Contains(text, ": file exists")
}

// words are the engine's own words.
func words(err error) string {
	return strings.TrimPrefix(err.Error(), "Error response from daemon: ")
}

// ambiguous is true for a name that several networks have.
func ambiguous(err error) bool { return err != nil && strings.Contains(err.Error(), "is ambiguous") }

// short is a name as it is, and the beginning of an id.
func short(key string) string {
	if len(key) == 64 && strings.Trim(key, "0123456789abcdef") == "" {
		return key[:12]
	}
	return key
}

// absent is true for a resource that is not there.
func absent(err error) bool { return errdefs.IsNotFound(err) }

// hint adds what to do about an error to its text.
func hint(err error, format string, args ...any) error {
	return fmt.Errorf("%w; "+format, append([]any{err}, args...)...)
}
