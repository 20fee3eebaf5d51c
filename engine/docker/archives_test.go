package docker

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/engine"
	"github.com/stackctl/stack/state"
)

// hasty is an engine that is given a tenth of a second for a call that writes.
func (f *fakeEngine) hasty(t *testing.T) engine.Engine {
	t.Helper()
	connection, err := Connect(Options{Getenv: variables{"DOCKER_HOST": f.host(), "DOCKER_CONFIG": "/nonexistent", VariableEngineTimeout: "10ms"}.get})
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, connection.Close()) })
	return connection.Engine()
}

// slow is a tar that takes its time.
type slow struct{ left int }

func (s *slow) Read(part []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	s.left--
	<-time.After(60 * time.Millisecond)
	return copy(part, "x"), nil
}

func TestATarThatTakesItsTimeIsNoFaultOfTheEngine(t *testing.T) {
	f := serve(t, "1.49")
	f.mux.HandleFunc("PUT /v1.49/containers/web-1/archive", func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		assert.Check(t, err)
	})
	assert.NilError(t, f.hasty(t).CopyTo(t.Context(), "web-1", "/", &slow{left: 5}, state.ExtractOptions{}))
}

func TestAnEngineThatTakesNoTarIsGivenUp(t *testing.T) {
	f := serve(t, "1.49")
	held := make(chan struct{})
	t.Cleanup(func() { close(held) })
	f.mux.HandleFunc("PUT /v1.49/containers/web-1/archive", func(http.ResponseWriter, *http.Request) { <-held })
	err := f.hasty(t).CopyTo(t.Context(), "web-1", "/", strings.NewReader("x"), state.ExtractOptions{})
	assert.ErrorIs(t, err, engine.ErrUnavailable)
}

func TestATarThatBreaksOffIsNamed(t *testing.T) {
	f := serve(t, "1.49")
	f.mux.HandleFunc("PUT /v1.49/containers/web-1/archive", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // it breaks off
	})
	broken := errors.New("the disk is on fire")
	err := f.connect(t).CopyTo(t.Context(), "web-1", "/", io.MultiReader(strings.NewReader("x"), failing{broken}), state.ExtractOptions{})
	assert.Error(t, err, "copy to / in container web-1: the disk is on fire")
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestAnInterruptEndsACopy(t *testing.T) {
	f := serve(t, "1.49")
	ctx, cancel := context.WithCancel(t.Context())
	f.mux.HandleFunc("PUT /v1.49/containers/web-1/archive", func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		_, _ = io.Copy(io.Discard, r.Body) // it breaks off
	})
	err := f.connect(t).CopyTo(ctx, "web-1", "/", &slow{left: 1000}, state.ExtractOptions{})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestUsageIsWorkedOutFromCounters(t *testing.T) {
	f := serve(t, "1.49")
	f.mux.HandleFunc("/v1.49/containers/web-1/stats", func(w http.ResponseWriter, _ *http.Request) {
		_, err := io.WriteString(w, `{
			"precpu_stats": {"cpu_usage": {"total_usage": 100}, "system_cpu_usage": 1000},
			"cpu_stats": {"cpu_usage": {"total_usage": 200}, "system_cpu_usage": 1400, "online_cpus": 2},
			"memory_stats": {"usage": 5000, "limit": 8000, "stats": {"inactive_file": 1000}},
			"networks": {"eth0": {"rx_bytes": 1, "tx_bytes": 2}, "eth1": {"rx_bytes": 10, "tx_bytes": 20}},
			"blkio_stats": {"io_service_bytes_recursive": [{"op": "Read", "value": 7}, {"op": "write", "value": 8}, {"op": "Total", "value": 15}]},
			"pids_stats": {"current": 3}}
			{"memory_stats": {"usage": 5000, "stats": {"total_inactive_file": 2000, "inactive_file": 1}}}`)
		assert.Check(t, err)
	})
	var told []state.Usage
	assert.NilError(t, f.connect(t).Usage(t.Context(), "web-1", state.UsageOptions{Follow: true}, func(u state.Usage) { told = append(told, u) }))
	assert.DeepEqual(t, told, []state.Usage{
		{CPUPercent: 50, Memory: 4000, MemoryLimit: 8000, NetworkIn: 11, NetworkOut: 22, BlockRead: 7, BlockWrite: 8, PIDs: 3},
		{Memory: 3000},
	})
	assert.Equal(t, told[0].MemoryPercent(), 50.0)
}
