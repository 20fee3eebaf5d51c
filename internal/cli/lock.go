package cli

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// patience is how long a run waits for another one without a word.
const patience = 200 * time.Millisecond

// lock makes this run the only one of its user that changes the project on this
// engine, until the function that it returns is called. Where the state folder
// cannot be written to, nobody is kept out.
func (s *session) lock(ctx context.Context, project string) (unlock func(), err error) {
	a := s.app
	engine := sha256.Sum256([]byte(a.engineName() + "\n" + a.process.getenv("DOCKER_HOST") + "\n" + a.process.getenv("DOCKER_CONTEXT")))
	dir := filepath.Join(a.stateFolder(), "locks")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return func() {}, nil
	}
	path := filepath.Join(dir, fmt.Sprintf("%x-%s", engine[:8], project))
	type held struct {
		unlock func()
		err    error
	}
	taken := make(chan held, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(path).Lock()
		taken <- held{unlock, err}
	}()
	for word := time.After(patience); ; {
		select {
		case h := <-taken:
			if h.err != nil {
				return nil, fmt.Errorf("lock project %s: %w", project, h.err)
			}
			return sync.OnceFunc(h.unlock), nil
		case <-word:
			_, _ = fmt.Fprintf(a.process.Err, "waiting for another run of stack that changes project %s (it holds %s)\n", project, path)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}
