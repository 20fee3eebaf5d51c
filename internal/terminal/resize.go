package terminal

import (
	"context"
	"time"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

const (
	firstResize   = 10 * time.Millisecond
	longestResize = 200 * time.Millisecond
	// resizes is how often the first size is told to a process that is not there
	// yet.
	resizes = 10
)

// follow gives the process's terminal the size of the one here, at first and
// when that changes.
func follow(ctx context.Context, session engine.Session, out any) {
	changed, stop := sizes()
	defer stop()
	told := begin(ctx, session, out)
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
		if size := Size(out); size != told && size != (state.TerminalSize{}) && session.Resize(ctx, size) == nil {
			told = size
		}
	}
}

// begin tells the first size, again while the engine has no process to tell.
func begin(ctx context.Context, session engine.Session, out any) (told state.TerminalSize) {
	pause := firstResize
	for range resizes {
		size := Size(out)
		if size == (state.TerminalSize{}) || session.Resize(ctx, size) == nil {
			return size
		}
		select {
		case <-ctx.Done():
			return told
		case <-time.After(pause):
		}
		pause = min(2*pause, longestResize)
	}
	return told
}
