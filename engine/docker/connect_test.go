package docker

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// variables is an environment.
type variables map[string]string

func (v variables) get(name string) string { return v[name] }

// dockerConfig makes a docker CLI's configuration folder with one context.
func dockerConfig(t *testing.T, config string) string {
	t.Helper()
	dir := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o600))
	meta := filepath.Join(dir, "contexts", "meta", digestOf("remote"))
	assert.NilError(t, os.MkdirAll(meta, 0o700))
	content := `{"Name":"remote","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://10.9.8.7:2375","SkipTLSVerify":false}}}`
	assert.NilError(t, os.WriteFile(filepath.Join(meta, "meta.json"), []byte(content), 0o600))
	return dir
}

func TestEndpointIsTheDockerCLIs(t *testing.T) {
	plain := dockerConfig(t, `{}`)
	current := dockerConfig(t, `{"currentContext":"remote"}`)
	for _, test := range []struct {
		name    string
		options Options
		env     variables
		expect  string
	}{
		{name: "default", env: variables{"DOCKER_CONFIG": plain}, expect: "unix:///var/run/docker.sock (the default)"},
		{name: "host variable", env: variables{"DOCKER_CONFIG": current, "DOCKER_HOST": "tcp://h:1"}, expect: "tcp://h:1 (from DOCKER_HOST)"},
		{name: "host variable wins over context variable", env: variables{"DOCKER_CONFIG": plain, "DOCKER_HOST": "tcp://h:1", "DOCKER_CONTEXT": "remote"}, expect: "tcp://h:1 (from DOCKER_HOST)"},
		{name: "context variable", env: variables{"DOCKER_CONFIG": plain, "DOCKER_CONTEXT": "remote"}, expect: `tcp://10.9.8.7:2375 (docker context "remote", from DOCKER_CONTEXT)`},
		{name: "current context", env: variables{"DOCKER_CONFIG": current}, expect: `tcp://10.9.8.7:2375 (docker context "remote", from ` + current + "/config.json)"},
		{name: "default context by name", env: variables{"DOCKER_CONFIG": current, "DOCKER_CONTEXT": "default"}, expect: "unix:///var/run/docker.sock (the default context)"},
		{name: "host option wins", options: Options{Host: "unix:///x"}, env: variables{"DOCKER_CONFIG": plain, "DOCKER_HOST": "tcp://h:1"}, expect: "unix:///x (from --host)"},
		{name: "context option wins over host variable", options: Options{Context: "remote"}, env: variables{"DOCKER_CONFIG": plain, "DOCKER_HOST": "tcp://h:1"}, expect: `tcp://10.9.8.7:2375 (docker context "remote", from --context)`},
		{name: "no scheme", env: variables{"DOCKER_CONFIG": plain, "DOCKER_HOST": "h:5"}, expect: "tcp://h:5 (from DOCKER_HOST)"},
		{name: "no port", env: variables{"DOCKER_CONFIG": plain, "DOCKER_HOST": "tcp://h"}, expect: "tcp://h:2375 (from DOCKER_HOST)"},
		{name: "no port, IPv6", env: variables{"DOCKER_CONFIG": plain, "DOCKER_HOST": "tcp://[::1]/base"}, expect: "tcp://[::1]:2375/base (from DOCKER_HOST)"},
		{name: "ssh", env: variables{"DOCKER_CONFIG": plain, "DOCKER_HOST": "ssh://me@h"}, expect: "ssh://me@h (from DOCKER_HOST)"},
		{name: "no configuration", env: variables{"DOCKER_CONFIG": "/nonexistent"}, expect: "unix:///var/run/docker.sock (the default)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.options.Getenv = test.env.get
			connection, err := Connect(test.options)
			assert.NilError(t, err)
			assert.Equal(t, connection.daemon.endpoint.String(), test.expect)
		})
	}
}

func TestEndpointsThatAreWrong(t *testing.T) {
	plain := dockerConfig(t, `{}`)
	for _, test := range []struct {
		name    string
		options Options
		env     variables
		expect  string
	}{
		{name: "both", options: Options{Host: "unix:///x", Context: "remote"}, expect: "give one of them"},
		{name: "context that is not there", env: variables{"DOCKER_CONTEXT": "nosuch"}, expect: `docker context "nosuch" (from DOCKER_CONTEXT)`},
		{name: "host that is no address", env: variables{"DOCKER_HOST": "ssh://"}, expect: "engine unavailable: ssh:// (from DOCKER_HOST): ssh host connection is not valid"},
		{name: "configuration that is no JSON", env: variables{"DOCKER_CONFIG": dockerConfig(t, `{`)}, expect: "config.json"},
		{name: "certificate that is none", env: variables{"DOCKER_HOST": "tcp://h", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": filepath.Dir(writeFile(t, "ca.pem", "x"))}, expect: "ca.pem has no certificate"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.env["DOCKER_CONFIG"] == "" {
				if test.env == nil {
					test.env = variables{}
				}
				test.env["DOCKER_CONFIG"] = plain
			}
			test.options.Getenv = test.env.get
			_, err := Connect(test.options)
			assert.ErrorContains(t, err, test.expect)
			assert.Assert(t, !strings.Contains(err.Error(), "\n"))
		})
	}
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	assert.NilError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestEngineThatDoesNotAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	closed := listener.Addr().String()
	assert.NilError(t, listener.Close())
	stale := writeFile(t, "stale.sock", "")
	for _, test := range []struct {
		host   string
		expect string
	}{
		{"unix:///nonexistent/docker.sock", "engine unavailable: Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock, from DOCKER_HOST: " +
			"there is no such socket; start Docker (sudo systemctl start docker), or set DOCKER_HOST or DOCKER_CONTEXT to an engine that runs"},
		{"unix://" + stale, "engine unavailable: Cannot connect to the Docker daemon at unix://" + stale + ", from DOCKER_HOST: " +
			"nothing answers there; start Docker (sudo systemctl start docker), or set DOCKER_HOST or DOCKER_CONTEXT to an engine that runs"},
		{"tcp://" + closed, "engine unavailable: Cannot connect to the Docker daemon at tcp://" + closed + ", from DOCKER_HOST: " +
			"nothing answers there; check that the engine runs and listens there, or set DOCKER_HOST or DOCKER_CONTEXT to an engine that runs"},
	} {
		connection, err := Connect(Options{Getenv: variables{"DOCKER_HOST": test.host, "DOCKER_CONFIG": "/nonexistent"}.get})
		assert.NilError(t, err)
		_, err = connection.Engine().Observe(t.Context(), state.Scope{Project: "p"})
		assert.ErrorIs(t, err, engine.ErrUnavailable)
		assert.Error(t, err, test.expect)
	}
}

// fakeEngine answers what the handlers say, and counts the pings.
type fakeEngine struct {
	server *httptest.Server
	mux    *http.ServeMux
	pings  atomic.Int64
}

// serve starts an engine that speaks an API version.
func serve(t *testing.T, apiVersion string) *fakeEngine {
	t.Helper()
	f := &fakeEngine{mux: http.NewServeMux()}
	f.mux.HandleFunc("/_ping", func(w http.ResponseWriter, _ *http.Request) {
		f.pings.Add(1)
		w.Header().Set("Api-Version", apiVersion)
		w.Header().Set("Ostype", "linux")
	})
	f.server = httptest.NewServer(f.mux)
	t.Cleanup(f.server.Close)
	return f
}

func (f *fakeEngine) host() string { return "tcp://" + strings.TrimPrefix(f.server.URL, "http://") }

// answer answers a call with a JSON body.
func (f *fakeEngine) answer(pattern string, status int, body any) {
	f.mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body) // the client notices
	})
}

func (f *fakeEngine) connect(t *testing.T) engine.Engine {
	t.Helper()
	connection, err := Connect(Options{Getenv: variables{"DOCKER_HOST": f.host(), "DOCKER_CONFIG": "/nonexistent"}.get})
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, connection.Close()) })
	return connection.Engine()
}

func TestVersionIsNegotiatedOnce(t *testing.T) {
	f := serve(t, "1.43")
	f.answer("/v1.43/version", http.StatusOK, map[string]string{"Version": "24.0.1", "Os": "linux", "Arch": "arm64"})
	f.answer("/v1.43/containers/x/json", http.StatusNotFound, map[string]string{"message": "No such container: x"})
	e := f.connect(t)
	assert.Equal(t, f.pings.Load(), int64(0))
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			info, err := e.Info(t.Context())
			assert.Check(t, err)
			assert.Check(t, info == state.EngineInfo{Name: "docker", Version: "24.0.1", APIVersion: "1.43", OS: "linux", Arch: "arm64", Remote: true})
			_, err = e.InspectContainer(t.Context(), "x")
			assert.Check(t, err != nil && err.Error() == "container x: No such container: x")
		})
	}
	wg.Wait()
	assert.Equal(t, f.pings.Load(), int64(1))
}

func TestVersionThatIsGiven(t *testing.T) {
	f := serve(t, "1.49")
	f.answer("/v1.42/version", http.StatusOK, map[string]string{"Version": "28"})
	connection, err := Connect(Options{Host: f.host(), Getenv: variables{"DOCKER_API_VERSION": "1.42", "DOCKER_CONFIG": "/nonexistent"}.get})
	assert.NilError(t, err)
	info, err := connection.Engine().Info(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, info.APIVersion, "1.42")
	assert.Equal(t, f.pings.Load(), int64(0))
}

func TestEngineThatIsTooOld(t *testing.T) {
	_, err := serve(t, "1.40").connect(t).Info(t.Context())
	assert.ErrorIs(t, err, engine.ErrUnavailable)
	assert.ErrorContains(t, err, "speaks API 1.40: Docker Engine 20.10 (API 1.41) or newer is needed")
}

func TestEngineBehindTLS(t *testing.T) {
	f := serve(t, "1.49")
	f.answer("/v1.49/version", http.StatusOK, map[string]string{"Version": "28"})
	secure := httptest.NewUnstartedServer(f.mux)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	env := variables{
		"DOCKER_HOST": "tcp://" + secure.Listener.Addr().String(), "DOCKER_TLS_VERIFY": "1",
		"DOCKER_CERT_PATH": filepath.Dir(writeFile(t, "ca.pem", string(ca))), "DOCKER_CONFIG": "/nonexistent",
	}
	connection, err := Connect(Options{Getenv: env.get})
	assert.NilError(t, err)
	info, err := connection.Engine().Info(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, info.Version, "28")
	assert.NilError(t, connection.Close())

	named := writeFile(t, "signer", string(ca))
	delete(env, "DOCKER_CERT_PATH")
	connection, err = Connect(Options{Getenv: env.get, TLS: TLSFiles{CA: named}})
	assert.NilError(t, err)
	_, err = connection.Engine().Info(t.Context())
	assert.NilError(t, err)
	assert.NilError(t, connection.Close())

	delete(env, "DOCKER_TLS_VERIFY")
	plain, err := Connect(Options{Getenv: env.get})
	assert.NilError(t, err)
	_, err = plain.Engine().Info(t.Context())
	assert.ErrorContains(t, err, "HTTPS")
}

func TestErrorsAreTheSentinels(t *testing.T) {
	for _, test := range []struct {
		status   int
		message  string
		sentinel error
	}{
		{http.StatusNotFound, "No such image: x", engine.ErrNotFound},
		{http.StatusConflict, `The container name "/x" is already in use`, engine.ErrConflict},
		{http.StatusForbidden, "error while removing network: network n has active endpoints", engine.ErrConflict},
		{http.StatusInternalServerError, "server error", nil},
	} {
		f := serve(t, "1.49")
		f.answer("POST /v1.49/containers/create", test.status, map[string]string{"message": test.message})
		_, err := f.connect(t).CreateContainer(t.Context(), state.ContainerSpec{Name: "x-1", Labels: map[string]string{state.LabelImage: "sha256:1"}}, nil)
		assert.ErrorContains(t, err, fmt.Sprintf("create container x-1: %s", test.message))
		for _, sentinel := range []error{engine.ErrNotFound, engine.ErrConflict, engine.ErrUnavailable} {
			if sentinel == test.sentinel {
				assert.ErrorIs(t, err, sentinel)
			} else {
				assert.Assert(t, !isError(err, sentinel), "%v", err)
			}
		}
	}
}
