package docker

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/connhelper"
	"github.com/docker/docker/client"

	"github.com/stackctl/stack/engine"
)

// idleConnections is how many connections to the engine are kept for reuse: as
// many as calls that may run at once.
const idleConnections = 128

// Options say which engine to connect to. The zero value is the one that the
// docker CLI would use.
type Options struct {
	// Host is the engine's address (unix://, tcp://, ssh://, npipe://). It wins
	// over every variable and context.
	Host string
	// Context is the name of a docker context. It cannot be set with Host.
	Context string
	// TLS are files to use in place of those in $DOCKER_CERT_PATH.
	TLS TLSFiles
	// Getenv looks up a variable; nil is os.Getenv.
	Getenv func(string) string
	// UserAgent is sent with every request, if set.
	UserAgent string
	// Say is told when the engine goes away during a run, and when it is back;
	// nil is nobody. It may be called from several goroutines.
	Say func(string)
}

// Connection is a Docker Engine that can be called. Close it after use.
type Connection struct{ daemon *daemon }

// Connect finds the engine's address and prepares to call it. It does not call
// it yet: the first call of a role negotiates the API version, and returns
// [engine.ErrUnavailable] when the engine does not answer.
func Connect(options Options) (*Connection, error) {
	if options.Getenv == nil {
		options.Getenv = os.Getenv
	}
	config, err := loadConfig(options.Getenv)
	if err != nil {
		return nil, err
	}
	patience, err := Patience(options.Getenv)
	if err != nil {
		return nil, err
	}
	bounds, err := boundsFrom(options.Getenv)
	if err != nil {
		return nil, err
	}
	endpoint, err := resolve(options, config)
	if err != nil {
		return nil, err
	}
	presence := &presence{limit: bounds.away, say: options.Say}
	api, err := newClient(endpoint, options, config, func(next http.RoundTripper) http.RoundTripper {
		return &transport{next: next, bounds: bounds, presence: presence}
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", engine.ErrUnavailable, endpoint, err)
	}
	return &Connection{&daemon{
		client:   api,
		endpoint: endpoint,
		config:   config,
		getenv:   options.Getenv,
		patience: patience,
		bounds:   bounds,
		presence: presence,
		ready:    options.Getenv(client.EnvOverrideAPIVersion) != "",
	}}, nil
}

// Engine returns the roles.
func (c *Connection) Engine() engine.Engine {
	return engine.Engine{
		Observer:   observer{c.daemon},
		Containers: containers{c.daemon},
		Signals:    signals{c.daemon},
		Networks:   networks{c.daemon},
		Volumes:    volumes{c.daemon},
		Images:     images{c.daemon},
		Watcher:    watcher{c.daemon},
		LogReader:  logs{c.daemon},
		Execer:     executor{c.daemon},
		Archives:   archives{c.daemon},
		Monitor:    monitor{c.daemon},
		Sessions:   sessions{c.daemon},
		Presence:   c.daemon,
	}
}

// Host is the address of the engine (unix:///var/run/docker.sock), whatever it
// was chosen by.
func (c *Connection) Host() string { return c.daemon.endpoint.host }

// Close drops the connections that are idle. Calls that run are not cut off.
func (c *Connection) Close() error { return c.daemon.client.Close() }

func newClient(e endpoint, options Options, config *configfile.ConfigFile, around func(http.RoundTripper) http.RoundTripper) (*client.Client, error) {
	transport := &http.Transport{
		TLSClientConfig:     e.tls,
		MaxIdleConnsPerHost: idleConnections,
		IdleConnTimeout:     30 * time.Second,
	}
	calls := &http.Client{Transport: transport, CheckRedirect: client.CheckRedirect}
	opts := []client.Opt{
		client.WithHTTPClient(calls),
		client.WithHTTPHeaders(config.HTTPHeaders),
	}
	helper, err := connhelper.GetConnectionHelper(e.host)
	if err != nil {
		return nil, err
	}
	if helper == nil {
		opts = append(opts, client.WithHost(e.host))
	} else {
		opts = append(opts, client.WithHost(helper.Host), client.WithDialContext(helper.Dialer))
	}
	if options.UserAgent != "" {
		opts = append(opts, client.WithUserAgent(options.UserAgent))
	}
	if v := options.Getenv(client.EnvOverrideAPIVersion); v != "" {
		opts = append(opts, client.WithVersion(v))
	}
	api, err := client.NewClientWithOpts(opts...)
	if err != nil {
		return nil, err
	}
	if helper != nil {
		transport.Proxy = nil // the helper's host is a placeholder: no proxy knows it
	}
	calls.Transport = around(calls.Transport) // only now: the client configures the one below
	return api, nil
}
