package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"syscall"
	"time"
)

const (
	tries      = 4
	firstPause = 500 * time.Millisecond // it doubles
)

// persistent asks again what a registry could not answer for a moment. Only
// what changes nothing is asked twice.
type persistent struct {
	next  http.RoundTripper
	pause time.Duration
}

func (p persistent) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method != http.MethodGet && request.Method != http.MethodHead {
		return p.next.RoundTrip(request)
	}
	pause := p.pause
	for n := 1; ; n++ {
		response, err := p.next.RoundTrip(request)
		if n == tries || !passes(response, err) {
			return response, err
		}
		if response != nil {
			response.Body.Close()
		}
		if err := wait(request.Context(), pause); err != nil {
			return nil, err
		}
		pause *= 2
	}
}

// passes is true for a failure that another try may mend.
func passes(response *http.Response, err error) bool {
	if err != nil {
		return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
	}
	switch response.StatusCode {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
