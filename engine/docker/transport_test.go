package docker

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
)

// script is an engine that does with each call what the next entry says, and
// the last one with all that follow.
type script struct {
	entries []entry
	calls   []string
}

type entry func(*http.Request) (*http.Response, error)

func (s *script) RoundTrip(request *http.Request) (*http.Response, error) {
	s.calls = append(s.calls, request.Method+" "+request.URL.Path)
	return s.entries[min(len(s.calls), len(s.entries))-1](request)
}

var errRefused = errors.New("connection refused")

func refuses(*http.Request) (*http.Response, error) { return nil, errRefused }

func hangs(request *http.Request) (*http.Response, error) {
	<-request.Context().Done()
	return nil, request.Context().Err()
}

func answers(status int) entry {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader("{}"))}, nil
	}
}

// refusesWith is an answer of a manager.
func refusesWith(status int, text string) entry {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(`{"message": "` + text + `"}`))}, nil
	}
}

// breaks is an answer that ends too soon.
func breaks(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(io.MultiReader(strings.NewReader("{"), brokenReader{}))}, nil
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// talking is a connection to an engine that has answered, and what it said.
func talking(entries ...entry) (*transport, *script, *[]string) {
	var said []string
	s := &script{entries: entries}
	p := &presence{limit: 30 * time.Second, say: func(text string) { said = append(said, text) }}
	p.here()
	return &transport{next: s, bounds: boundsOf(30 * time.Second), presence: p}, s, &said
}

func call(ctx context.Context, t *transport, method, path string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://engine"+path, http.NoBody)
	if err != nil {
		return 0, err
	}
	response, err := t.RoundTrip(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

const inspect = "/v1.41/containers/x/json"

func TestAQuestionIsAskedAgainUntilTheEngineIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, s, said := talking(refuses, refuses, breaks, refuses, refuses, refuses, answers(200))
		status, err := call(t.Context(), x, "GET", inspect)
		assert.NilError(t, err)
		assert.Equal(t, status, 200)
		assert.Equal(t, len(s.calls), 7)
		assert.DeepEqual(t, *said, []string{"the engine went away: waiting up to 30s for it to come back", "the engine is back"})
	})
}

func TestAShortAbsenceIsNotSpokenOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _, said := talking(refuses, answers(200))
		_, err := call(t.Context(), x, "GET", inspect)
		assert.NilError(t, err)
		assert.Equal(t, len(*said), 0)
		assert.Equal(t, x.presence.times, 1)
	})
}

func TestAnEngineThatDoesNotComeBackIsGivenUpOnceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _, said := talking(refuses)
		began := time.Now()
		_, err := call(t.Context(), x, "GET", inspect)
		assert.Error(t, err, "did not come back within 30s")
		assert.Assert(t, time.Since(began) < 32*time.Second)
		began = time.Now()
		_, err = call(t.Context(), x, "GET", inspect)
		assert.Error(t, err, "did not come back within 30s")
		assert.Equal(t, time.Since(began), time.Duration(0))
		assert.Equal(t, len(*said), 1)
	})
}

func TestAnEngineThatNeverAnsweredIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, s, said := talking(refuses)
		x.presence.seen = false
		began := time.Now()
		_, err := call(t.Context(), x, "HEAD", "/_ping")
		assert.ErrorIs(t, err, errRefused)
		assert.Equal(t, time.Since(began), time.Duration(0))
		assert.Equal(t, len(s.calls), 1)
		assert.Equal(t, len(*said), 0)
	})
}

func TestACallThatWritesIsMadeOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, method := range []string{"POST", "PUT", "DELETE"} {
			for _, bad := range []entry{refuses, breaks, answers(500), refusesWith(500, unled)} {
				x, s, _ := talking(bad, answers(201))
				began := time.Now()
				status, err := call(t.Context(), x, method, "/v1.41/containers/create")
				assert.Assert(t, err != nil || status == 500)
				assert.Equal(t, len(s.calls), 1)
				assert.Equal(t, time.Since(began), time.Duration(0))
			}
		}
	})
}

func TestARefusedQuestionIsAskedAFewTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _, _ := talking(answers(500), answers(503), answers(200))
		status, err := call(t.Context(), x, "GET", inspect)
		assert.NilError(t, err)
		assert.Equal(t, status, 200)

		x, s, _ := talking(answers(500))
		status, err = call(t.Context(), x, "GET", inspect)
		assert.NilError(t, err)
		assert.Equal(t, status, 500)
		assert.Equal(t, len(s.calls), 1+refusals)

		x, s, _ = talking(answers(404))
		status, err = call(t.Context(), x, "GET", inspect)
		assert.NilError(t, err)
		assert.Equal(t, status, 404)
		assert.Equal(t, len(s.calls), 1)
	})
}

const (
	listServices = "/v1.41/services"
	unled        = "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online."
	unheard      = "rpc error: code = Unavailable desc = connection error: dial tcp 192.0.2.1:2377: connect: connection refused"
)

func TestASwarmThatElectsALeaderIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, s, said := talking(refusesWith(503, unheard), refusesWith(500, unled), refusesWith(500, unled), refusesWith(500, unled),
			refusesWith(500, unled), refusesWith(500, unled), answers(200))
		status, err := call(t.Context(), x, "GET", listServices)
		assert.NilError(t, err)
		assert.Equal(t, status, 200)
		assert.Equal(t, len(s.calls), 7)
		assert.DeepEqual(t, *said, []string{"the Swarm has no leader: waiting up to 30s for one", "the Swarm has a leader again"})
		assert.Equal(t, x.presence.times, 1)
	})
}

func TestASwarmThatElectsNoLeaderIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _, said := talking(refusesWith(500, unled))
		for _, within := range []time.Duration{32 * time.Second, 1} { // it is waited for once
			began := time.Now()
			status, err := call(t.Context(), x, "GET", listServices)
			assert.NilError(t, err)
			assert.Equal(t, status, 500)
			assert.Assert(t, time.Since(began) < within)
			x.presence.here() // what is its own it still answers
		}
		assert.Equal(t, len(*said), 1)
	})
}

func TestNoCallWaitsForEver(t *testing.T) {
	for _, test := range []struct {
		method, path string
		within       time.Duration // of its own
		limit        time.Duration // 0 is none
	}{
		{"GET", inspect, 0, 2 * time.Minute},
		{"GET", "/v1.41/events", 0, 2 * time.Minute},
		{"GET", "/v1.41/containers/x/logs", 0, 2 * time.Minute},
		{"POST", "/v1.41/containers/create", 0, 5 * time.Minute},
		{"POST", "/v1.41/containers/x/stop", time.Hour, time.Hour},
		{"DELETE", "/v1.41/volumes/x", 0, 5 * time.Minute},
		{"DELETE", "/v1.41/containers/logs", 0, 5 * time.Minute},
		{"DELETE", "/v1.41/containers/wait", 0, 5 * time.Minute},
		{"DELETE", "/v1.41/images/team/push", 0, 5 * time.Minute},
		{"GET", "/v1.41/networks/attach", 0, 2 * time.Minute},
		{"GET", "/v1.41/volumes/archive", 0, 2 * time.Minute},
		{"POST", "/v1.41/images/create", 0, 0},
		{"POST", "/v1.41/build", 0, 0},
		{"GET", "/v1.41/distribution/x/json", 0, 0},
		{"POST", "/v1.41/containers/x/wait", 0, 0},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
				defer cancel()
				if test.within > 0 {
					ctx = within(ctx, test.within)
				}
				x, s, _ := talking(hangs)
				began := time.Now()
				_, err := call(ctx, x, test.method, test.path)
				assert.Equal(t, len(s.calls), 1)
				if test.limit == 0 {
					assert.ErrorIs(t, err, context.DeadlineExceeded)
					return
				}
				assert.Error(t, err, "gave no answer for "+test.limit.String())
				assert.Equal(t, time.Since(began), test.limit)
			})
		})
	}
}

func TestAFeedGoesOnAfterItBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader, writer := io.Pipe()
		x, _, _ := talking(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Body: reader}, nil
		})
		request, err := http.NewRequestWithContext(t.Context(), "GET", "http://engine/v1.41/events", http.NoBody)
		assert.NilError(t, err)
		response, err := x.RoundTrip(request)
		assert.NilError(t, err)
		go func() {
			time.Sleep(24 * time.Hour)
			_, _ = writer.Write([]byte("late"))
		}()
		text := make([]byte, 4)
		_, err = io.ReadFull(response.Body, text)
		assert.NilError(t, err)
		assert.Equal(t, string(text), "late")
		assert.NilError(t, response.Body.Close())
	})
}

func TestAnInterruptEndsAQuestionAtOnce(t *testing.T) {
	for name, entry := range map[string]entry{"that hangs": hangs, "while the engine is away": refuses} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				x, _, _ := talking(entry)
				began := time.Now()
				_, err := call(ctx, x, "GET", inspect)
				assert.ErrorIs(t, err, context.Canceled)
				assert.Equal(t, time.Since(began), time.Second)
			})
		})
	}
}

func TestBoundsComeFromAVariable(t *testing.T) {
	got, err := boundsFrom(variables{VariableEngineTimeout: "1m"}.get)
	assert.NilError(t, err)
	assert.Equal(t, got, bounds{away: time.Minute, answer: 4 * time.Minute, done: 10 * time.Minute})
	for _, text := range []string{"soon", "-1s", "0"} {
		_, err := Connect(Options{Getenv: variables{VariableEngineTimeout: text, "DOCKER_CONFIG": t.TempDir()}.get})
		assert.Error(t, err, "STACK_ENGINE_TIMEOUT: expected a duration such as 30s, found \""+text+"\"")
	}
}
