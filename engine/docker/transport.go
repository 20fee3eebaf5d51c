package docker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	firstRetry   = 50 * time.Millisecond
	longestRetry = time.Second
	// refusals is how often a question is asked again that the engine, or what
	// is in front of it, failed to answer.
	refusals = 3
)

// transport carries the calls to the engine. It asks questions again while the
// engine is away or its Swarm has no leader, and never repeats a call that writes: when its answer is
// lost, nobody knows what it did. It lets no call wait for ever for an engine
// that hangs.
type transport struct {
	next     http.RoundTripper
	bounds   bounds
	presence *presence
}

// RoundTrip makes one call.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	switch kindOf(request) {
	case question:
		return t.ask(request)
	case order:
		return t.once(request, limitOf(request.Context(), t.bounds.done))
	case feed:
		return t.open(request)
	case talks:
	}
	response, err := t.next.RoundTrip(request)
	if err == nil {
		t.presence.here()
	}
	return response, err
}

// ask makes a call that reads, and makes it again while that may help.
func (t *transport) ask(request *http.Request) (*http.Response, error) {
	pause, refused := firstRetry, 0
	for {
		response, err := t.once(request, t.bounds.answer)
		switch {
		case err == nil && leaderless(response):
			if !t.presence.headless() {
				return response, nil
			}
		case err == nil && response.StatusCode < http.StatusInternalServerError:
			if asksLeader(request) {
				t.presence.led()
			}
			return response, nil
		case err == nil && refused == refusals:
			return response, nil
		case err == nil:
			refused++
		case request.Context().Err() != nil, errors.As(err, new(*mute)), !t.presence.answered():
			return nil, err
		case !t.presence.missing():
			return nil, &goneError{t.bounds.away}
		}
		select {
		case <-time.After(pause):
		case <-request.Context().Done():
			return nil, request.Context().Err()
		}
		pause = min(2*pause, longestRetry)
	}
}

// once makes a call whose answer comes as a whole or not at all.
func (t *transport) once(request *http.Request, limit time.Duration) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(request.Context(), limit)
	defer cancel()
	response, err := t.next.RoundTrip(request.WithContext(ctx))
	if err == nil {
		err = readAll(response)
	}
	switch {
	case err == nil:
		t.presence.here()
		return response, nil
	case request.Context().Err() == nil && ctx.Err() != nil:
		return nil, &mute{limit}
	default:
		return nil, err
	}
}

// readAll puts the whole body in the place of the one that is still to come.
func readAll(response *http.Response) error {
	body, err := io.ReadAll(response.Body)
	err = errors.Join(err, response.Body.Close())
	response.Body = io.NopCloser(bytes.NewReader(body))
	return err
}

// open makes a call whose answer begins soon, and then goes on.
func (t *transport) open(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(request.Context())
	timer := time.AfterFunc(t.bounds.answer, cancel)
	response, err := t.next.RoundTrip(request.WithContext(ctx))
	inTime := timer.Stop()
	if err != nil {
		cancel()
		if !inTime && request.Context().Err() == nil {
			return nil, &mute{t.bounds.answer}
		}
		return nil, err
	}
	t.presence.here()
	response.Body = &feedBody{response.Body, cancel}
	return response, nil
}

// feedBody is an answer that goes on until it is closed.
type feedBody struct {
	io.ReadCloser
	end context.CancelFunc
}

// Close ends the call.
func (b *feedBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}
