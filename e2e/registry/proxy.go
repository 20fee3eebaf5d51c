package registry

import (
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Proxy stands in front of a registry. It counts requests, and may answer them
// in its place.
type Proxy struct {
	// Address is where it listens, as a registry does.
	Address string

	server    *http.Server
	transport *http.Transport

	mu       sync.Mutex
	requests []string
	instead  func(w http.ResponseWriter, r *http.Request) bool
}

// Listen passes on what comes to a free port to the registry at an address.
func Listen(registry string) (*Proxy, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(Host(), "0"))
	if err != nil {
		return nil, err
	}
	p := &Proxy{Address: listener.Addr().String(), transport: &http.Transport{}}
	// The host stays that of the request: the registry tells clients to come
	// back there.
	p.server = &http.Server{Handler: p.handle(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: registry})
			r.Out.Host = r.In.Host
		},
		Transport:     p.transport,
		FlushInterval: -1,
	})}
	go p.server.Serve(listener)
	return p, nil
}

func (p *Proxy) handle(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.requests = append(p.requests, r.Method+" "+r.URL.Path)
		instead := p.instead
		p.mu.Unlock()
		if instead == nil || !instead(w, r) {
			next.ServeHTTP(w, r)
		}
	})
}

// Instead lets a function answer requests from now on: those that it returns
// true for. It is called from several goroutines at once.
func (p *Proxy) Instead(answer func(w http.ResponseWriter, r *http.Request) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.instead = answer
}

// Requests are all requests so far whose path has the word, as METHOD PATH.
func (p *Proxy) Requests(word string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.requests), func(r string) bool { return !strings.Contains(r, word) })
}

// Forget forgets all requests so far.
func (p *Proxy) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = nil
}

// Close ends it, and the requests that are being answered.
func (p *Proxy) Close() error {
	defer p.transport.CloseIdleConnections()
	return p.server.Close()
}
