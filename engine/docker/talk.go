package docker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"time"

	"github.com/docker/docker/client"

	"github.com/stackctl/stack/state"
)

const (
	tries        = 5
	firstPause   = 500 * time.Millisecond
	longestPause = 8 * time.Second
)

// talk is what the engine and a registry have with each other, as seen from
// here. It may fail for a moment, and it may fall silent.
type talk struct {
	patience time.Duration        // 0 is no limit
	progress func(state.Progress) // may be nil
}

// hold tries again, after pauses that double, as long as tries fail in a way
// that passes. It ends them when nothing came from the registry for the time
// of its patience: a try calls alive whenever something did, with true while
// the engine is busy with what it has.
func (t talk) hold(ctx context.Context, try func(ctx context.Context, alive func(local bool)) error) error {
	ctx, line := t.listen(ctx)
	defer line.hangUp()
	pause := firstPause
	for n := 1; ; n++ {
		err := try(ctx, line.alive)
		if err == nil || n == tries || ctx.Err() != nil || !passes(err) {
			return line.verdict(ctx, err)
		}
		line.failed(err)
		if t.progress != nil {
			t.progress(state.Progress{Detail: fmt.Sprintf("retrying in %s: %s", pause, words(err)), Again: true})
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return line.verdict(ctx, ctx.Err())
		}
		pause = min(2*pause, longestPause)
	}
}

// line is the wire that a talk goes over, which is cut when it is dead.
type line struct {
	patience time.Duration
	timer    *time.Timer // nil without a limit
	local    bool        // nothing is expected from the other end
	silence  *silence
	cut      context.CancelCauseFunc
}

func (t talk) listen(ctx context.Context) (context.Context, *line) {
	l := &line{patience: t.patience, silence: &silence{after: t.patience}}
	ctx, l.cut = context.WithCancelCause(ctx)
	if t.patience > 0 {
		l.timer = time.AfterFunc(t.patience, func() { l.cut(l.silence) })
	}
	return ctx, l
}

func (l *line) alive(local bool) {
	l.local = local
	switch {
	case l.timer == nil:
	case local:
		l.timer.Stop()
	default:
		l.timer.Reset(l.patience)
	}
}

// failed notes a try that is over. It is no sign of life.
func (l *line) failed(err error) {
	l.silence.before = err
	if l.local {
		l.alive(false)
	}
}

func (l *line) hangUp() {
	if l.timer != nil {
		l.timer.Stop()
	}
	l.cut(nil)
}

// verdict is how the talk ended: with the silence, if that is what ended it.
func (l *line) verdict(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), l.silence) {
		return l.silence
	}
	return err
}

// silence is a registry that says nothing.
type silence struct {
	after  time.Duration
	before error // what the try before failed with, nil if there was none
}

func (s *silence) Error() string {
	text := fmt.Sprintf("nothing came from the registry for %s", s.after)
	if s.before != nil {
		text += ", and before that: " + words(s.before)
	}
	return text
}

// passing is what registries, and the way to them, fail with for a moment.
var passing = regexp.MustCompile(`(?i)(status.*: |status code |HTTP )5\d\d\b|connection reset|broken pipe|closed (network|idle) connection|\bEOF\b|` +
	`handshake timeout|i/o timeout|Client\.Timeout|request canceled|deadline exceeded|connection timed out`)

// lasting is what another try does not mend, though it may read as if.
var lasting = regexp.MustCompile(`(?i)\bdial |denied|unauthorized|no basic auth|toomanyrequests|too many requests|manifest unknown|not found`)

// passes is true for a registry's failure that another try may mend. What goes
// wrong there comes as text: an error of a connection is the engine's own.
func passes(err error) bool {
	if client.IsErrConnectionFailed(err) || errors.As(err, new(net.Error)) || errors.As(err, new(*brokenStream)) {
		return false
	}
	text := err.Error()
	return passing.MatchString(text) && !lasting.MatchString(text)
}
