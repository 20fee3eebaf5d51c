// Package remotetest serves, in the test's own process, what compose files are
// fetched from: a registry, and git repositories.
package remotetest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"
)

// Registry is an image registry in memory, as far as artifacts need one.
type Registry struct {
	*httptest.Server
	// Login is USER:PASSWORD, which everybody is asked for; empty is nobody.
	Login string

	mu       sync.Mutex
	instead  func(w http.ResponseWriter, r *http.Request) bool
	contents map[string][]byte // by REPOSITORY/(blobs|manifests)/(DIGEST|TAG)
	kinds    map[string]string // of manifests, by digest
	requests []string
}

// NewRegistry serves a registry without TLS. It is to be closed.
func NewRegistry() *Registry {
	r := &Registry{contents: map[string][]byte{}, kinds: map[string]string{}}
	r.Server = httptest.NewServer(r)
	return r
}

// Address is the registry's HOST:PORT.
func (r *Registry) Address() string {
	_, address, _ := strings.Cut(r.URL, "://")
	return address
}

// Instead lets a function answer requests from now on: those that it returns
// true for.
func (r *Registry) Instead(answer func(w http.ResponseWriter, r *http.Request) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.instead = answer
}

// Requests are those that came so far and that begin with a word, as METHOD
// PATH.
func (r *Registry) Requests(prefix string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, request := range r.requests {
		if strings.HasPrefix(request, prefix) {
			all = append(all, request)
		}
	}
	return all
}

// Put stores a blob, and returns its digest.
func (r *Registry) Put(repository string, content []byte) digest.Digest {
	return r.put(repository, "blobs", content)
}

// PutManifest stores a manifest under its digest and a tag.
func (r *Registry) PutManifest(repository, tag, kind string, content []byte) digest.Digest {
	of := r.put(repository, "manifests", content)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.contents[repository+"/manifests/"+tag] = content
	r.kinds[of.String()] = kind
	return of
}

// Get is what is stored: REPOSITORY/manifests/TAG, REPOSITORY/blobs/DIGEST.
func (r *Registry) Get(path string) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.contents[path]
}

// Spoil replaces a blob by another content, and keeps its name.
func (r *Registry) Spoil(repository string, of digest.Digest, content []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.contents[repository+"/blobs/"+of.String()] = content
}

func (r *Registry) put(repository, where string, content []byte) digest.Digest {
	of := digest.FromBytes(content)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.contents[repository+"/"+where+"/"+of.String()] = content
	return of
}

func (r *Registry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	r.requests = append(r.requests, request.Method+" "+request.URL.Path)
	instead := r.instead
	r.mu.Unlock()
	if instead != nil && instead(w, request) {
		return
	}
	user, password, _ := request.BasicAuth()
	if r.Login != "" && user+":"+password != r.Login {
		w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	path := strings.TrimPrefix(request.URL.Path, "/v2/")
	switch request.Method {
	case http.MethodGet, http.MethodHead:
		r.serve(w, request, path)
	case http.MethodPost:
		w.Header().Set("Location", "/v2/"+strings.TrimSuffix(path, "/")+"/1")
		w.WriteHeader(http.StatusAccepted)
	case http.MethodPut:
		r.take(w, request, path)
	}
}

func (r *Registry) serve(w http.ResponseWriter, request *http.Request, path string) {
	content := r.Get(path)
	if content == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	of := digest.FromBytes(content).String()
	r.mu.Lock()
	kind := r.kinds[of]
	r.mu.Unlock()
	if kind == "" {
		kind = "application/octet-stream"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", fmt.Sprint(len(content)))
	w.Header().Set("Docker-Content-Digest", of)
	if request.Method == http.MethodGet {
		_, _ = w.Write(content) // the client may have gone
	}
}

func (r *Registry) take(w http.ResponseWriter, request *http.Request, path string) {
	content, err := io.ReadAll(request.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	repository, tag, isManifest := strings.Cut(path, "/manifests/")
	if isManifest {
		of := r.PutManifest(repository, tag, request.Header.Get("Content-Type"), content)
		w.Header().Set("Docker-Content-Digest", of.String())
	} else {
		repository, _, _ = strings.Cut(path, "/blobs/uploads/")
		if of := r.Put(repository, content); of.String() != request.URL.Query().Get("digest") {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
	}
	w.WriteHeader(http.StatusCreated)
}
