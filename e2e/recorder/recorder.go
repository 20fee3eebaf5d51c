// Package recorder stands between a client and a Docker Engine, and remembers
// every call. What it passes on is unchanged, upgraded connections included; a
// test can let calls meet another [Fate].
package recorder

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"time"
)

// Call is one request that the engine answered, without the API version.
type Call struct {
	Method string
	Path   string
	Query  url.Values
}

// String is the call as a log has it.
func (c Call) String() string { return c.Method + " " + c.Path }

// Recorder is an engine's socket that remembers.
type Recorder struct {
	// Host is what DOCKER_HOST has to be.
	Host string
	// Fate, if it is set before the first call, says what becomes of the n-th
	// call, from 1. It may be called from several goroutines.
	Fate func(n int, call Call) Fate
	// Answered, if it is set, is called when the engine has answered a call
	// whose answer is lost, before the connection breaks.
	Answered func(Call)
	// Patience is how long a call hangs that hangs, unless the client goes.
	Patience time.Duration

	server *http.Server
	mu     sync.Mutex
	calls  []Call
}

// Listen passes on what comes to a socket in dir to the engine at a unix://
// or tcp:// address.
func Listen(dir, engine string) (*Recorder, error) {
	address, err := url.Parse(engine)
	if err != nil {
		return nil, fmt.Errorf("engine address: %w", err)
	}
	dialed := address.Host
	if address.Scheme == "unix" {
		dialed = address.Path
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, address.Scheme, dialed)
	}}
	socket := filepath.Join(dir, "docker.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	r := &Recorder{Host: "unix://" + socket}
	r.server = &http.Server{Handler: r.record(&httputil.ReverseProxy{
		Rewrite: func(request *httputil.ProxyRequest) {
			request.Out.URL.Scheme, request.Out.URL.Host = "http", "docker"
		},
		Transport:      transport,
		FlushInterval:  -1, // events and logs come as they happen
		ModifyResponse: r.lose,
		ErrorHandler:   func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	})}
	go r.server.Serve(listener)
	return r, nil
}

// Close ends it and all connections.
func (r *Recorder) Close() error { return r.server.Close() }

var versioned = regexp.MustCompile(`^/v1\.\d+`)

func (r *Recorder) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		call := Call{request.Method, versioned.ReplaceAllString(request.URL.Path, ""), request.URL.Query()}
		r.mu.Lock()
		r.calls = append(r.calls, call)
		n := len(r.calls)
		r.mu.Unlock()
		fate := Passed
		if r.Fate != nil {
			fate = r.Fate(n, call)
		}
		r.meet(fate, call, next, w, request)
	})
}

// Calls are all calls so far.
func (r *Recorder) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// Writes are the calls so far that may change something.
func (r *Recorder) Writes() []Call {
	return slices.DeleteFunc(r.Calls(), func(c Call) bool {
		return c.Method == http.MethodGet || c.Method == http.MethodHead
	})
}
