package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// VariableLockTimeout is the default of --lock-timeout.
const VariableLockTimeout = "STACK_LOCK_TIMEOUT"

const (
	// patience is how long a run waits for another one without a word.
	patience = 200 * time.Millisecond
	// lockPoll is how often it looks whether the other one has ended.
	lockPoll = 25 * time.Millisecond
	// sayAgain is how often it says on a terminal what it waits for.
	sayAgain = 15 * time.Second
)

// lock makes this run the only one of its user that changes the project on this
// engine, until the function that it returns is called. The kernel holds the
// lock: it ends with the process, however that ends. Where the state folder
// cannot be written to, nobody is kept out; other users and machines never are.
func (s *session) lock(ctx context.Context, project string) (unlock func(), err error) {
	limit, limited, err := s.app.lockTimeout()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(s.app.stateFolder(), "locks")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return func() {}, nil
	}
	l := &projectLock{project: project, path: filepath.Join(dir, s.key(project)), session: s}
	if limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, errLocked)
		defer cancel()
	}
	return l.take(ctx)
}

// lockTimeout is how long to wait for other runs, if there is a limit.
func (a *app) lockTimeout() (limit time.Duration, limited bool, err error) {
	name, text := "--lock-timeout", a.global.lockTimeout
	if text == "" {
		name, text = VariableLockTimeout, a.process.getenv(VariableLockTimeout)
	}
	if text == "" {
		return 0, false, nil
	}
	limit, err = time.ParseDuration(text)
	if err != nil || limit < 0 {
		return 0, false, fmt.Errorf("%s: expected a duration such as 30s, or 0 not to wait, found %q", name, text)
	}
	return limit, true, nil
}

// projectLock is one try to get the lock of a project.
type projectLock struct {
	*session
	project string
	path    string
	said    string // whom it was said that is waited for
}

var errLocked = errors.New("another run changes the project")

func (l *projectLock) take(ctx context.Context) (unlock func(), err error) {
	file := flock.New(l.path)
	word := time.NewTimer(patience)
	defer word.Stop()
	for {
		taken, err := file.TryLock()
		switch {
		case err != nil:
			return nil, fmt.Errorf("lock project %s: %w", l.project, err)
		case taken:
			l.sign()
			return sync.OnceFunc(func() { l.release(file) }), nil
		}
		select {
		case <-time.After(lockPoll):
		case <-word.C:
			l.say()
			word.Reset(sayAgain)
		case <-ctx.Done():
			return nil, l.refused(ctx)
		}
	}
}

func (l *projectLock) release(file *flock.Flock) {
	_ = os.Remove(l.note())
	_ = file.Close()
}

// say tells whom this run waits for: once for each, and again and again to a
// person.
func (l *projectLock) say() {
	owner := l.owner()
	if owner.key() == l.said && !isTerminal(l.settings.status) {
		return
	}
	l.said = owner.key()
	_, _ = fmt.Fprintf(l.app.process.Err, "waiting for %s, which changes project %s; --lock-timeout limits the wait\n", owner.describe(time.Now()), l.project)
}

func (l *projectLock) refused(ctx context.Context) error {
	cause := context.Cause(ctx)
	if !errors.Is(cause, errLocked) {
		return cause
	}
	return fmt.Errorf("project %s is being changed by %s: nothing was done; run it again later, or wait longer with --lock-timeout", l.project, l.owner().describe(time.Now()))
}
