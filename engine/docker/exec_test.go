package docker

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/docker/docker/pkg/stdcopy"
	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// secured is an engine behind TLS, whose answers are those of the fake one.
func (f *fakeEngine) secured(t *testing.T, env variables) engine.Engine {
	t.Helper()
	secure := httptest.NewUnstartedServer(f.mux)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	env["DOCKER_HOST"], env["DOCKER_TLS_VERIFY"] = "tcp://"+secure.Listener.Addr().String(), "1"
	env["DOCKER_CERT_PATH"], env["DOCKER_CONFIG"] = filepath.Dir(writeFile(t, "ca.pem", string(ca))), "/nonexistent"
	connection, err := Connect(Options{Getenv: env.get})
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, connection.Close()) })
	return connection.Engine()
}

// execs is an engine that takes commands, and what it does with one that is to start.
func execs(t *testing.T, start http.HandlerFunc) *fakeEngine {
	t.Helper()
	f := serve(t, "1.49")
	f.answer("POST /v1.49/containers/web-1/exec", http.StatusCreated, map[string]string{"Id": "e"})
	f.mux.HandleFunc("POST /v1.49/exec/e/start", start)
	return f
}

func TestACommandThatIsInterruptedEndsWithoutAndWithTLS(t *testing.T) {
	for _, answers := range []bool{true, false} {
		for name, connect := range map[string]func(*fakeEngine) engine.Engine{
			"plain": func(f *fakeEngine) engine.Engine { return f.connect(t) },
			"TLS":   func(f *fakeEngine) engine.Engine { return f.secured(t, variables{}) },
		} {
			t.Run(fmt.Sprintf("%s, answered: %t", name, answers), func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				over := make(chan struct{})
				f := execs(t, func(w http.ResponseWriter, _ *http.Request) {
					conn, _, err := http.NewResponseController(w).Hijack()
					if !assert.Check(t, err) {
						return
					}
					if answers {
						_, _ = io.WriteString(conn, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
						// More than is under way at once: who took all of it is reading.
						_, _ = stdcopy.NewStdWriter(conn, stdcopy.Stdout).Write(make([]byte, 32<<20))
					}
					cancel()
					<-over
					_ = conn.Close()
				})
				ended := make(chan error, 1)
				go func() {
					_, err := connect(f).Exec(ctx, "web-1", state.ExecSpec{Command: []string{"sleep"}})
					ended <- err
				}()
				select {
				case err := <-ended:
					assert.ErrorIs(t, err, context.Canceled)
				case <-time.After(10 * time.Second):
					t.Error("it goes on")
				}
				close(over)
			})
		}
	}
}

func TestACommandThatTheEngineDoesNotTakeIsGivenUp(t *testing.T) {
	over := make(chan struct{})
	f := execs(t, func(http.ResponseWriter, *http.Request) { <-over })
	e := f.secured(t, variables{VariableEngineTimeout: "10ms"})
	_, err := e.Exec(t.Context(), "web-1", state.ExecSpec{Command: []string{"true"}})
	close(over)
	assert.ErrorIs(t, err, engine.ErrUnavailable)
	assert.ErrorContains(t, err, "gave no answer for 40ms")
}
