package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/containerd/containerd/v2/core/remotes"
	"github.com/containerd/containerd/v2/core/remotes/docker"
	remoteerrors "github.com/containerd/containerd/v2/core/remotes/errors"
	"github.com/containerd/errdefs"
	"github.com/containerd/log"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/sirupsen/logrus"
)

// registry talks to registries. It is to be closed.
type registry struct {
	options  Options
	patience time.Duration
	resolver remotes.Resolver

	mu      sync.Mutex
	clients map[string]*http.Client
	users   map[string]string // by registry, those that were named to it
}

func (o Options) registry() (*registry, error) {
	patience, err := o.patience()
	r := &registry{options: o, patience: patience, clients: map[string]*http.Client{}, users: map[string]string{}}
	r.resolver = docker.NewResolver(docker.ResolverOptions{Hosts: r.hosts})
	return r, err
}

func (r *registry) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, client := range r.clients {
		client.CloseIdleConnections()
	}
}

// hosts is how to reach a registry. On this machine, and where the user says
// so, one without TLS will do.
func (r *registry) hosts(name string) ([]docker.RegistryHost, error) {
	client := r.client(name)
	configure := docker.ConfigureDefaultRegistries(
		docker.WithClient(client),
		docker.WithAuthorizer(docker.NewDockerAuthorizer(
			docker.WithAuthClient(client),
			docker.WithAuthCreds(func(string) (string, string, error) { return r.account(name) }),
		)),
	)
	return configure(name)
}

func (r *registry) client(name string) *http.Client {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.clients[name]; known != nil {
		return known
	}
	insecure := slices.Contains(r.options.Insecure, name)
	trusted := certificates(filepath.Join(certificateFolder, name))
	trusted.InsecureSkipVerify = insecure
	transport := docker.DefaultHTTPTransport(trusted)
	var trip http.RoundTripper = patient{transport, r.patience}
	if local, err := docker.MatchLocalhost(name); insecure || err == nil && local {
		trip = docker.NewHTTPFallback(trip)
	}
	r.clients[name] = &http.Client{Transport: closing{persistent{trip, firstPause}, transport}}
	return r.clients[name]
}

// closing passes on that idle connections are to be closed.
type closing struct {
	http.RoundTripper
	transport *http.Transport
}

func (c closing) CloseIdleConnections() { c.transport.CloseIdleConnections() }

func (r *registry) account(name string) (user, secret string, err error) {
	if r.options.Account == nil {
		return "", "", nil
	}
	user, secret, err = r.options.Account(name)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.users[name] = user
	return user, secret, err
}

// quietly keeps the library from writing to the standard error.
func quietly(ctx context.Context) context.Context {
	logger := logrus.New()
	logger.SetOutput(io.Discard)
	return log.WithLogger(ctx, logrus.NewEntry(logger))
}

// read returns a content that is what its digest says, and no longer than
// limit.
func (r *registry) read(ctx context.Context, name reference.Named, of v1.Descriptor, limit int64) ([]byte, error) {
	if of.Size < 0 || of.Size > limit {
		return nil, fmt.Errorf("%s has %d bytes: no more than %d are expected", of.Digest, of.Size, limit)
	}
	if err := of.Digest.Validate(); err != nil {
		return nil, fmt.Errorf("digest %q: %w", of.Digest, err)
	}
	fetcher, err := r.resolver.Fetcher(ctx, name.String())
	if err != nil {
		return nil, err
	}
	body, err := fetcher.Fetch(ctx, of)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	content, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, err
	}
	if found := of.Digest.Algorithm().FromBytes(content); found != of.Digest {
		return nil, fmt.Errorf("%w: expected %s, found %s", errCorrupt, of.Digest, found)
	}
	return content, nil
}

// errCorrupt is a content that is not what its digest says.
var errCorrupt = errors.New("the registry sent something else than its digest says")

// pinned is the digest in a reference, or "".
func pinned(name reference.Named) digest.Digest {
	if canonical, is := name.(reference.Canonical); is {
		return canonical.Digest()
	}
	return ""
}

// explain says what is to be done about a failure.
func (r *registry) explain(name reference.Named, err error) error {
	if err == nil {
		return nil
	}
	host := reference.Domain(name)
	var status remoteerrors.ErrUnexpectedStatus
	denied := errors.As(err, &status) && (status.StatusCode == http.StatusUnauthorized || status.StatusCode == http.StatusForbidden)
	switch {
	case denied, errors.Is(err, docker.ErrInvalidAuthorization):
		return fmt.Errorf("%w; %s", err, r.loginHint(host))
	case errors.Is(err, errdefs.ErrNotFound):
		return fmt.Errorf("%w: %s has no such artifact: check its name and tag; if it is private, %s", err, host, login(host))
	}
	return err
}

func (r *registry) loginHint(host string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if user := r.users[host]; user != "" {
		return fmt.Sprintf("the registry refuses %s: %s again, or ask for access", user, login(host))
	}
	return login(host) + " first"
}

// login is the command that stores credentials for a registry.
func login(host string) string {
	if host == "docker.io" {
		return "`docker login`"
	}
	return "`docker login " + host + "`"
}
