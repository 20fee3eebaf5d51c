package docker

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/stackctl/stack/state"
)

var errServer = errors.New("received unexpected HTTP status: 500 Internal Server Error")

// details is a talk that remembers what it said.
func details(patience time.Duration) (t talk, said func() []string) {
	var all []string
	return talk{patience: patience, progress: func(p state.Progress) { all = append(all, p.Detail) }}, func() []string { return all }
}

func TestWhatPassesIsTriedAgainWithLongerPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		talk, said := details(time.Minute)
		var at []time.Duration
		began := time.Now()
		err := talk.hold(t.Context(), func(context.Context, func(bool)) error {
			at = append(at, time.Since(began))
			return errServer
		})
		assert.ErrorIs(t, err, errServer)
		assert.DeepEqual(t, at, []time.Duration{0, 500 * time.Millisecond, 1500 * time.Millisecond, 3500 * time.Millisecond, 7500 * time.Millisecond})
		assert.DeepEqual(t, said(), []string{
			"retrying in 500ms: received unexpected HTTP status: 500 Internal Server Error",
			"retrying in 1s: received unexpected HTTP status: 500 Internal Server Error",
			"retrying in 2s: received unexpected HTTP status: 500 Internal Server Error",
			"retrying in 4s: received unexpected HTTP status: 500 Internal Server Error",
		})
	})
}

func TestATryThatSucceedsIsTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		assert.NilError(t, talk{}.hold(t.Context(), func(context.Context, func(bool)) error {
			if n++; n < 3 {
				return errServer
			}
			return nil
		}))
		assert.Equal(t, n, 3)
	})
}

func TestWhatPassesAndWhatLasts(t *testing.T) {
	for _, text := range []string{
		"received unexpected HTTP status: 502 Bad Gateway",
		"error parsing HTTP 503 response body: invalid character '<'",
		"unexpected status from HEAD request to http://127.0.0.1:5000/v2/x/manifests/1: 500 Internal Server Error",
		`Get "http://r/v2/": EOF`, "unexpected EOF",
		"read tcp 1.2.3.4:5->6.7.8.9:10: read: connection reset by peer",
		"readfrom tcp 1.2.3.4:5->6.7.8.9:10: write tcp 1.2.3.4:5->6.7.8.9:10: use of closed network connection", "http: server closed idle connection",
		"net/http: TLS handshake timeout",
		`Get "https://r/v2/": net/http: request canceled (Client.Timeout exceeded while awaiting headers)`,
	} {
		assert.Assert(t, passes(errors.New(text)), text)
	}
	for _, err := range []error{
		errors.New("pull access denied for x"),
		errors.New("unauthorized: authentication required"),
		errors.New("manifest for 127.0.0.1:5000/x:500 not found: manifest unknown"),
		errors.New("toomanyrequests: You have reached your pull rate limit"),
		errors.New("unexpected status from GET request to https://r/v2/: 429 Too Many Requests"),
		errors.New(`Get "http://r/v2/": dial tcp: lookup r on 10.0.0.1:53: read udp: i/o timeout`),
		errors.New("invalid reference format"),
		&brokenStream{io.ErrUnexpectedEOF},
		&net.OpError{Op: "read", Err: errors.New("connection reset by peer")},
	} {
		assert.Assert(t, !passes(err), err.Error())
	}
}

// stalled answers after a while, with what read returns once the call ends.
func stalled(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestARegistryThatSaysNothingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		err := talk{patience: time.Minute}.hold(t.Context(), func(ctx context.Context, alive func(bool)) error {
			time.Sleep(50 * time.Second)
			alive(false)
			return stalled(ctx)
		})
		assert.Error(t, err, "nothing came from the registry for 1m0s")
		assert.Equal(t, time.Since(began), 110*time.Second)
	})
}

func TestFailuresAreNoSignOfLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		err := talk{patience: time.Minute}.hold(t.Context(), func(ctx context.Context, _ func(bool)) error {
			select {
			case <-time.After(25 * time.Second):
				return errors.New("Client.Timeout exceeded")
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		assert.Error(t, err, "nothing came from the registry for 1m0s, and before that: Client.Timeout exceeded")
		assert.Equal(t, time.Since(began), time.Minute)
	})
}

func TestTheEngineMayTakeItsTimeWithWhatItHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tried := 0
		err := talk{patience: time.Minute}.hold(t.Context(), func(ctx context.Context, alive func(bool)) error {
			if tried++; tried == 2 {
				return stalled(ctx)
			}
			alive(true)
			time.Sleep(time.Hour)
			return errServer
		})
		assert.ErrorContains(t, err, "nothing came from the registry for 1m0s, and before that: received")
		assert.Equal(t, tried, 2)
	})
}

func TestWithoutALimitARegistryMaySayNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		assert.NilError(t, talk{}.hold(t.Context(), func(_ context.Context, alive func(bool)) error {
			time.Sleep(24 * time.Hour)
			alive(false)
			return nil
		}))
	})
}

func TestAnInterruptEndsATalkAtOnce(t *testing.T) {
	for name, try := range map[string]func(context.Context, func(bool)) error{
		"while it says nothing": func(ctx context.Context, _ func(bool)) error { return stalled(ctx) },
		"during a pause":        func(context.Context, func(bool)) error { return errServer },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(100*time.Millisecond, cancel)
				err := talk{patience: time.Minute}.hold(ctx, try)
				assert.ErrorIs(t, err, context.Canceled)
				assert.Equal(t, time.Since(began), 100*time.Millisecond)
			})
		})
	}
}

func TestPatienceComesFromAVariable(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 2 * time.Minute, "90s": 90 * time.Second, "0": 0} {
		got, err := Patience(variables{VariablePullTimeout: text}.get)
		assert.NilError(t, err)
		assert.Equal(t, got, want)
	}
	for _, text := range []string{"soon", "-1s"} {
		_, err := Connect(Options{Getenv: variables{VariablePullTimeout: text, "DOCKER_CONFIG": t.TempDir()}.get})
		assert.Error(t, err, "STACK_PULL_TIMEOUT: expected a duration such as 2m, or 0 for no limit, found \""+text+"\"")
	}
}

func TestAnAnswerThatBreaksOffIsTheEnginesFault(t *testing.T) {
	var all layers
	err := all.follow(strings.NewReader(`{"status":`), nil, func(bool) {})
	assert.Error(t, err, "the engine's answer broke off: unexpected EOF")
	assert.Assert(t, !passes(err))
}
