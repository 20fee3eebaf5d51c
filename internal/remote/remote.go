// Package remote brings compose files here from where others keep them, and
// puts them there: artifacts in registries, as Docker Compose publishes them,
// and git repositories.
//
// What was fetched is kept in a cache by its digest or its commit, which never
// change. What a tag or a branch stands for is asked for each time.
package remote

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stackctl/stack/project"
)

// Options say how to fetch and to publish.
type Options struct {
	// Getenv looks up a variable of the process.
	Getenv func(string) string
	// Environ is the process's environment, KEY=VALUE: git's.
	Environ []string
	// Cache is the folder that copies are kept in. It is made if need be.
	Cache string
	// Account is who to be to a registry (HOST[:PORT], docker.io): a user and a
	// password, or no user and a token. Nobody is two empty strings.
	Account func(registry string) (user, secret string, err error)
	// Insecure are registries whose certificate is not looked at, and that may
	// have none.
	Insecure []string
	// Patience is how long nothing may come from the other end; 0, and without
	// it, is no limit.
	Patience func() (time.Duration, error)
	// Say is told what is being fetched; it may be nil.
	Say func(text string)
	// Offline asks nobody: what is in the cache has to do.
	Offline bool
}

// All are the remotes: registries and repositories. What a tag or a branch
// stands for is asked for once by each: they are for one run.
func All(o Options) []project.Remote {
	return []project.Remote{remember(&artifacts{options: o}), remember(&repositories{options: o})}
}

// memory keeps what became of each address. What failed fails again at once.
type memory struct {
	project.Remote
	mu    sync.Mutex
	known map[string]outcome
}

type outcome struct {
	file string
	err  error
}

func remember(r project.Remote) *memory { return &memory{Remote: r, known: map[string]outcome{}} }

func (m *memory) Fetch(ctx context.Context, address string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if o, known := m.known[address]; known {
		return o.file, o.err
	}
	file, err := m.Remote.Fetch(ctx, address)
	if ctx.Err() == nil {
		m.known[address] = outcome{file, err}
	}
	return file, err
}

// Variables that switch a kind of remote off, as in Docker Compose.
const (
	variableOCI = "COMPOSE_EXPERIMENTAL_OCI_REMOTE"
	variableGit = "COMPOSE_EXPERIMENTAL_GIT_REMOTE"
)

// enabled is an error if a variable switches what it names off.
func (o Options) enabled(variable string) error {
	text := o.Getenv(variable)
	if text == "" {
		return nil
	}
	on, err := strconv.ParseBool(strings.ToLower(text))
	if err != nil {
		return fmt.Errorf("%s: expected true or false, found %q", variable, text)
	}
	if !on {
		return fmt.Errorf("%s=%s switches this off", variable, text)
	}
	return nil
}

func (o Options) patience() (time.Duration, error) {
	if o.Patience == nil {
		return 0, nil
	}
	return o.Patience()
}

// silence is another end that says nothing.
type silence struct{ after time.Duration }

func (s silence) Error() string {
	return fmt.Sprintf("nothing came for %s: STACK_PULL_TIMEOUT says how long to wait", s.after)
}
